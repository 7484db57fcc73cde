import subprocess
import sys

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from curation.convert import WAYS, convert, convert_model, operators_of, without_uuid
from curation.errors import CurationError
from curation.native import run_native


def test_the_random_identifier_is_replaced_by_zeros():
    model = b"head\x0012345678-9abc-def0-1234-56789abcdef0\x00tail"
    assert without_uuid(model) == b"head\x0000000000-0000-0000-0000-000000000000\x00tail"


def test_a_model_without_the_one_identifier_is_refused():
    with pytest.raises(CurationError, match="0 identifiers"):
        without_uuid(b"nothing here")


def test_a_file_that_is_no_model_is_a_conversion_error(tmp_path):
    (tmp_path / "broken.onnx").write_bytes(b"not a model")
    with pytest.raises(CurationError, match="made no file"):
        convert(tmp_path / "broken.onnx", tmp_path / "broken.mnn")


def test_the_package_that_runs_pip_is_not_imported_with_the_converter_or_the_runtime():
    check = "import sys, _tools, MNN; sys.exit('MNN.tools' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", check], capture_output=True).returncode == 0


def _reduction(operator, axes, opset=20):
    node = helper.make_node(operator, ["x", "axes"], ["y"], keepdims=0, noop_with_empty_axes=0)
    shapes = {"x": [2, 3], "y": [2]}
    values = [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name, shape in shapes.items()]
    graph = helper.make_graph(
        [node], operator, values[:1], values[1:], [numpy_helper.from_array(np.array(axes, np.int64), "axes")]
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=8)


def test_the_converter_gets_the_axes_of_an_expanded_reduction_as_an_attribute():
    model = _reduction("ReduceL2", [1])
    changed = WAYS["axes_as_attribute"](model)
    onnx.checker.check_model(changed, full_check=True)
    attributes = {each.name: helper.get_attribute_value(each) for each in changed.graph.node[0].attribute}
    assert attributes == {"keepdims": 0, "axes": [1]}
    assert list(changed.graph.node[0].input) == ["x"] and not changed.graph.initializer
    assert list(model.graph.node[0].input) == ["x", "axes"]  # the task's own model is left alone


def test_an_operator_that_the_converter_knows_is_converted_as_it_was_exported():
    model = _reduction("ReduceSum", [1])
    assert WAYS["onnx"](model) is model


def _whole(name, shape):
    return helper.make_tensor_value_info(name, TensorProto.INT32, shape)


@pytest.mark.parametrize(
    ("operator", "function"),
    [
        ("BitwiseAnd", np.bitwise_and),
        ("BitwiseOr", np.bitwise_or),
        ("BitwiseXor", np.bitwise_xor),
        ("BitwiseNot", lambda a: np.invert(a)),
    ],
)
def test_bitwise_operators_are_built_of_a_sum_and_run_natively(tmp_path, operator, function):
    names = ["a"] if operator == "BitwiseNot" else ["a", "b"]
    graph = helper.make_graph(
        [helper.make_node(operator, names, ["y"])],
        operator,
        [_whole(name, [3, 50]) for name in names],
        [_whole("y", [3, 50])],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10)
    convert_model(model, tmp_path / "model.mnn", "bitwise")
    made = [each for each in operators_of(tmp_path / "model.mnn") if each[0] == "BinaryOp"]
    assert made == [("BinaryOp", {"And": "BITWISE_AND", "Or": "BITWISE_OR"}.get(operator[7:], "BITWISE_XOR"))]
    rng = np.random.default_rng(1)
    inputs = {name: rng.integers(-(2**31), 2**31, (3, 50)).astype(np.int32) for name in names}
    native = run_native(tmp_path / "model.mnn", [inputs], ("y",))
    assert native.sequence == ["BinaryOp"]
    assert np.array_equal(native.outputs[0][0], function(*inputs.values()))
