"""Negative controls: wrong answers that the criterion must reject in at least one regime (docs/task-format.md)."""

from collections.abc import Callable

import numpy as np
import onnx
from onnx import ModelProto, helper, numpy_helper

from curation.errors import CurationError

# A model and its inputs -> outputs.
Oracle = Callable[[ModelProto, dict[str, np.ndarray]], list[np.ndarray]]
# Kinds that are the reference of a sibling model, which stands beside the task as control_<n>.onnx.
SIBLING_KINDS = {"attribute", "operator", "cyclic_input"}


def half(array: np.ndarray) -> np.ndarray:
    with np.errstate(over="ignore"):
        return array.astype(np.float16).astype(np.float32) if array.dtype == np.float32 else array


def fitted(values: np.ndarray, like: np.ndarray) -> np.ndarray:
    """`values` cut or repeated in flat order to the shape of `like`."""
    return np.resize(values.reshape(-1), like.shape).astype(like.dtype)


def _last_off_by_one(array: np.ndarray) -> np.ndarray:
    changed = array.copy()
    flat = changed.reshape(-1)
    differing = np.flatnonzero(flat[1:] != flat[:-1])
    if differing.size:
        flat[differing[-1] + 1] = flat[differing[-1]]
    return changed


def _border(array: np.ndarray, axis: int) -> np.ndarray:
    return np.take(array, [*range(array.shape[axis] - 1), array.shape[axis] - 2], axis)


def _shuffle(array: np.ndarray, axis: int, groups: int) -> np.ndarray:
    order = np.arange(array.shape[axis]).reshape(groups, -1).T.reshape(-1)
    return np.take(array, order, axis)


def _with_parameter(model: ModelProto, name: str, value: float) -> ModelProto:
    changed = ModelProto()
    changed.CopyFrom(model)
    for tensor in changed.graph.initializer:
        if tensor.name == name:
            array = np.full_like(numpy_helper.to_array(tensor), value)
            tensor.CopyFrom(numpy_helper.from_array(array, name))
            return changed
    raise CurationError(f"control parameter_trivial: no parameter '{name}'")


def _by_outputs(control: dict, right: list[np.ndarray]) -> list[np.ndarray] | None:
    """Controls that need the right outputs only. Those that an output does not fit leave it as it is."""
    axis = control.get("axis", 0)
    change = {
        "zeros": lambda a: np.zeros_like(a),
        "ones": lambda a: np.ones_like(a),
        "nan": lambda a: np.full_like(a, np.nan) if a.dtype.kind == "f" else np.full_like(a, -1),
        "scale": lambda a: (a * control["factor"]).astype(a.dtype),
        "absolute": lambda a: np.abs(a),
        "last_off_by_one": _last_off_by_one,
        "border": lambda a: _border(a, axis),
        "shift": lambda a: np.roll(a, control["by"], axis),
        "reverse": lambda a: np.flip(a, axis),
        "round_output_half": half,
        "transpose_hw": lambda a: a.swapaxes(-1, -2),
        "layout": lambda a: a.transpose(control["order"]).reshape(a.shape),
        "shuffle": lambda a: _shuffle(a, axis, control["groups"]),
    }.get(control["kind"])
    with np.errstate(over="ignore"):
        return None if change is None else [change(array) for array in right]


def _other_inputs(control: dict, inputs: dict[str, np.ndarray]) -> dict[str, np.ndarray] | None:
    """Other contents that the task's own model is asked about."""
    names = list(inputs)
    changed = dict(inputs)
    name = names[control.get("input", 0)]
    match control["kind"]:
        case "swap_inputs":
            changed[names[0]], changed[names[1]] = inputs[names[1]], inputs[names[0]]
        case "half_precision":
            changed = {each: half(array) for each, array in inputs.items()}
        case "zero_input":
            changed[name] = np.zeros_like(inputs[name])
        case "zero_tail":
            kept = inputs[name].shape[control["axis"]] - control["count"]
            there = np.arange(inputs[name].shape[control["axis"]]) < kept
            along = [-1 if axis == control["axis"] else 1 for axis in range(inputs[name].ndim)]
            changed[name] = np.where(there.reshape(along), inputs[name], np.zeros_like(inputs[name]))
        case "roll_input":
            changed[name] = np.roll(inputs[name], control["by"], control["axis"])
        case _:
            return None
    return changed


def wrong_outputs(
    control: dict,
    model: ModelProto,
    inputs: dict[str, np.ndarray],
    right: list[np.ndarray],
    previous: list[np.ndarray],
    oracle: Oracle,
    sibling: ModelProto | None,
) -> list[np.ndarray]:
    """What a kernel with this mistake would answer."""
    if (answer := _by_outputs(control, right)) is not None:
        return answer
    if (changed := _other_inputs(control, inputs)) is not None:
        return [fitted(a, like) for a, like in zip(oracle(model, changed), right)]
    kind = control["kind"]
    if kind in SIBLING_KINDS:
        return [fitted(a, like) for a, like in zip(oracle(sibling, inputs), right)]
    match kind:
        case "copy_input":
            return [fitted(inputs[list(inputs)[control["input"]]], array) for array in right]
        case "replay":
            return previous
        case "parameter_trivial":
            return oracle(_with_parameter(model, control["parameter"], control["value"]), inputs)
    raise CurationError(f"control: unknown kind '{kind}'; see docs/task-format.md")


def _copied(model: ModelProto) -> ModelProto:
    changed = ModelProto()
    changed.CopyFrom(model)
    return changed


def _inferred(model: ModelProto) -> ModelProto:
    """With the outputs' types and shapes as they follow, checked."""
    for output in model.graph.output:
        output.type.Clear()
    inferred = onnx.shape_inference.infer_shapes(model, check_type=True, strict_mode=True, data_prop=True)
    onnx.checker.check_model(inferred, full_check=True)
    return inferred


def _with_attribute(model: ModelProto, name: str, value) -> ModelProto:
    """The same operator with another attribute, or another constant operand (axes, k)."""
    changed = _copied(model)
    node = changed.graph.node[0]
    for index, attribute in enumerate(node.attribute):
        if attribute.name == name:
            node.attribute[index].CopyFrom(helper.make_attribute(name, value))
            break
    else:
        for tensor in changed.graph.initializer:
            if tensor.name == name:
                dtype = numpy_helper.to_array(tensor).dtype
                tensor.CopyFrom(numpy_helper.from_array(np.array(value, dtype=dtype), name))
                break
        else:
            raise CurationError(f"control: {node.op_type} has neither attribute nor constant operand '{name}'")
    for output in changed.graph.output:
        output.type.tensor_type.ClearField("shape")
    inferred = onnx.shape_inference.infer_shapes(changed, check_type=True, strict_mode=True, data_prop=True)
    onnx.checker.check_model(inferred, full_check=True)
    return inferred


def _with_operator(model: ModelProto, name: str) -> ModelProto:
    """Another operator with the same operands, and those attributes that it has too."""
    changed = _copied(model)
    node = changed.graph.node[0]
    node.op_type = node.name = name
    known = onnx.defs.get_schema(name, model.opset_import[0].version).attributes
    kept = [attribute for attribute in node.attribute if attribute.name in known]
    del node.attribute[:]
    node.attribute.extend(kept)
    return _inferred(changed)


def _with_cyclic_input(model: ModelProto, number: int) -> ModelProto:
    """That input laid out flat, repeated to the output's size, then used element by element."""
    changed = _copied(model)
    node, value = changed.graph.node[0], changed.graph.input[number]
    shape = [dim.dim_value for dim in changed.graph.output[0].type.tensor_type.shape.dim]
    size, count = int(np.prod(shape)), int(np.prod([dim.dim_value for dim in value.type.tensor_type.shape.dim]))
    constants = {"flat": [-1], "repeats": [-(-size // count)], "start": [0], "end": [size], "full": shape}
    for name, values in constants.items():
        changed.graph.initializer.append(numpy_helper.from_array(np.array(values, np.int64), f"cyclic_{name}"))
    steps = (
        ("Reshape", (value.name, "cyclic_flat"), "cyclic_1"),
        ("Tile", ("cyclic_1", "cyclic_repeats"), "cyclic_2"),
        ("Slice", ("cyclic_2", "cyclic_start", "cyclic_end"), "cyclic_3"),
        ("Reshape", ("cyclic_3", "cyclic_full"), "cyclic_4"),
    )
    node.input[:] = ["cyclic_4" if name == value.name else name for name in node.input]
    last = _copied_node(node)
    del changed.graph.node[:]
    changed.graph.node.extend([helper.make_node(kind, ins, [out], name=out) for kind, ins, out in steps])
    changed.graph.node.append(last)
    return _inferred(changed)


def _copied_node(node: onnx.NodeProto) -> onnx.NodeProto:
    copied = onnx.NodeProto()
    copied.CopyFrom(node)
    return copied


def sibling_model(control: dict, model: ModelProto) -> ModelProto | None:
    """The model whose reference is this control's answer; None for the kinds that need none."""
    match control["kind"]:
        case "attribute":
            return _with_attribute(model, control["name"], control["value"])
        case "operator":
            return _with_operator(model, control["name"])
        case "cyclic_input":
            return _with_cyclic_input(model, control["input"])
    return None
