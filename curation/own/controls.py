"""Negative controls for an operator of which nothing is known but its model: every mistake that fits its shapes."""

from onnx import ModelProto, helper

from curation import gates, mistakes
from curation.case import Case
from curation.controls import sibling_model
from curation.errors import CurationError


def _shape(value) -> list[int]:
    return [dim.dim_value for dim in value.type.tensor_type.shape.dim]


def _of_the_shapes(model: ModelProto) -> list[dict]:
    inputs, output = list(model.graph.input), model.graph.output[0]
    shape = _shape(output)
    found = [mistakes.zero_input(number) for number in range(len(inputs))]
    found += [mistakes.copy_input(number) for number in range(1, len(inputs))]
    if len(inputs) > 1 and _shape(inputs[0]) == _shape(inputs[1]):
        found.append(mistakes.swap_inputs())
    for number, value in enumerate(inputs):
        longer = [axis for axis, size in enumerate(_shape(value)) if size > 1]
        found += [mistakes.zero_tail(number, axis) for axis in longer[-1:]]
        found += [mistakes.roll_input(number, axis) for axis in longer[-1:]]
    for axis in [axis for axis, size in enumerate(shape) if size > 1]:
        found += [mistakes.border(axis), mistakes.shift(axis), mistakes.reverse(axis)]
    if len(shape) > 1 and shape[-1] == shape[-2] > 1:
        found.append(mistakes.transpose_hw())
    return [*found, mistakes.absolute(), mistakes.scale(1.001)]


def _of_the_attributes(model: ModelProto) -> list[dict]:
    found = []
    for each in model.graph.node[0].attribute:
        value = helper.get_attribute_value(each)
        if isinstance(value, float):
            found.append(mistakes.attribute(each.name, round(1.5 * value + 0.1, 4)))
        if each.name == "axis":
            found += [mistakes.attribute("axis", axis) for axis in (0, 1, -1) if axis != value]
    return found


def supposed_controls(model: ModelProto, parameters: list[str]) -> list[dict]:
    floats = model.graph.output[0].type.tensor_type.elem_type == 1
    booleans = model.graph.output[0].type.tensor_type.elem_type == 9
    standard = mistakes.FLOAT if floats else mistakes.BOOLEAN if booleans else mistakes.INTEGER
    ignored = [mistakes.ignored(name, value) for name in parameters for value in (0, 1)]
    chosen = [*standard, *_of_the_shapes(model), *_of_the_attributes(model), *ignored]
    return [control for number, control in enumerate(chosen) if control not in chosen[:number]]


def rejected_ones(case: Case, model: ModelProto, supposed: list[dict]) -> tuple[list[dict], list[dict]]:
    """Those that some regime rejects, in the usual order, and those that none does or that do not fit."""
    from dataclasses import replace

    kept, left_out = [], []
    for control in supposed:
        try:
            sibling = sibling_model(control, model)
            alone = replace(case, controls=(control,))
            regime = gates.first_rejections(alone, model, {} if sibling is None else {0: sibling})[0]
        except Exception:  # of any type: shape inference's, ONNX Runtime's, numpy's
            regime = None
        (left_out if regime is None else kept).append(control)
    if len(kept) < 4:
        raise CurationError(f"negative controls: only {len(kept)} wrong answers are rejected, a task has at least 4; "
                            "write negative_controls and regimes into a file and name it with --contract")  # fmt: skip
    return list(mistakes.in_order(kept)), left_out
