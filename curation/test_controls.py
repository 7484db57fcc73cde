import numpy as np
import pytest
from onnx import TensorProto, helper

from curation import mistakes
from curation.controls import sibling_model, wrong_outputs
from curation.errors import CurationError
from curation.gates import oracle

RIGHT = [np.arange(9, dtype=np.float32).reshape(3, 3)]
INPUTS = {"a": np.full((3, 3), 5, np.float32), "b": np.full((3, 3), 7, np.float32)}


def difference(_model, inputs):
    return [inputs["a"] - inputs["b"]]


def answer(**control):
    return wrong_outputs(control, None, INPUTS, RIGHT, [RIGHT[0] + 1], difference, None)[0]


def test_controls_made_from_the_right_output():
    assert not answer(kind="zeros").any()
    assert np.isnan(answer(kind="nan")).all()
    assert answer(kind="last_off_by_one")[2].tolist() == [6, 7, 7]
    assert answer(kind="shift", axis=1, by=1)[0].tolist() == [2, 0, 1]
    assert answer(kind="reverse", axis=0)[0].tolist() == [6, 7, 8]
    assert answer(kind="transpose_hw")[0].tolist() == [0, 3, 6]
    assert answer(kind="scale", factor=-1)[0].tolist() == [0, -1, -2]
    assert answer(kind="border", axis=0)[2].tolist() == [3, 4, 5]
    assert answer(kind="layout", order=[1, 0])[0].tolist() == [0, 3, 6]


def test_controls_made_from_inputs_and_other_runs():
    assert (answer(kind="copy_input", input=1) == 7).all()
    assert (answer(kind="swap_inputs") == 2).all()
    assert (answer(kind="zero_input", input=0) == -7).all()
    assert (answer(kind="replay") == RIGHT[0] + 1).all()
    assert answer(kind="zero_tail", input=0, axis=1, count=2)[0].tolist() == [-2, -7, -7]


def test_an_input_read_off_by_one():
    inputs = INPUTS | {"b": np.arange(9, dtype=np.float32).reshape(3, 3)}
    control = {"kind": "roll_input", "input": 1, "axis": 1, "by": 1}
    assert wrong_outputs(control, None, inputs, RIGHT, RIGHT, difference, None)[0][0].tolist() == [3, 5, 4]


def test_the_last_element_that_makes_a_difference():
    right = [np.array([0, 1, 2, 3, 3, 3], np.float32)]
    control = {"kind": "last_off_by_one"}
    assert wrong_outputs(control, None, {}, right, right, difference, None)[0].tolist() == [0, 1, 2, 2, 3, 3]


def test_mixed_groups():
    right = [np.arange(6, dtype=np.float32)]
    control = {"kind": "shuffle", "axis": 0, "groups": 2}
    assert wrong_outputs(control, None, {}, right, right, difference, None)[0].tolist() == [0, 3, 1, 4, 2, 5]


def test_the_sign_lost():
    right = [np.array([-1, 2], np.float32)]
    assert wrong_outputs({"kind": "absolute"}, None, {}, right, right, difference, None)[0].tolist() == [1, 2]


def model_of(operator, shapes, **attributes):
    infos = [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name, shape in shapes.items()]
    node = helper.make_node(operator, list(shapes)[:-1], list(shapes)[-1:], **attributes)
    graph = helper.make_graph([node], operator, infos[:-1], infos[-1:])
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10)


def test_the_sibling_with_another_operator():
    x, y = np.array([3, 1], np.float32), np.array([2, 2], np.float32)
    model = model_of("Max", {"x": [2], "y": [2], "z": [2]})
    sibling = sibling_model({"kind": "operator", "name": "Min"}, model)
    assert oracle(sibling, {"x": x, "y": y})[0].tolist() == [2, 1]


def test_the_sibling_with_another_attribute():
    model = model_of("Softmax", {"x": [2, 2], "y": [2, 2]}, axis=1)
    sibling = sibling_model({"kind": "attribute", "name": "axis", "value": 0}, model)
    assert oracle(sibling, {"x": np.array([[0, 0], [0, 0]], np.float32)})[0].sum(0).tolist() == [1, 1]
    with pytest.raises(CurationError, match="neither attribute nor constant operand 'axes'"):
        sibling_model({"kind": "attribute", "name": "axes", "value": 0}, model)


def test_the_sibling_that_repeats_an_operand_in_flat_order():
    model = model_of("Add", {"x": [1, 2, 3], "b": [1, 2, 1], "y": [1, 2, 3]})
    sibling = sibling_model({"kind": "cyclic_input", "input": 1}, model)
    inputs = {"x": np.zeros((1, 2, 3), np.float32), "b": np.array([[[1], [2]]], np.float32)}
    assert oracle(model, inputs)[0].tolist() == [[[1, 1, 1], [2, 2, 2]]]
    assert oracle(sibling, inputs)[0].tolist() == [[[1, 2, 1], [2, 1, 2]]]


def test_a_cases_controls_stand_in_one_order_and_once():
    controls = mistakes.against(mistakes.operator("Min"), mistakes.shift(0), without=(mistakes.half_precision(),))
    kinds = [control["kind"] for control in controls]
    assert kinds == [*"zeros ones nan copy_input scale last_off_by_one shift replay round_output_half operator".split()]
    assert mistakes.own(controls) == [mistakes.shift(0), mistakes.operator("Min")]
    with pytest.raises(CurationError, match="stands twice"):
        mistakes.against(mistakes.zeros())
    with pytest.raises(CurationError, match="cannot be left out"):
        mistakes.against(without=(mistakes.shift(0),))


def test_an_unknown_control_is_refused():
    with pytest.raises(CurationError, match="unknown kind 'magic'"):
        answer(kind="magic")
