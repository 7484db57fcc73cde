"""Negative controls: wrong answers that the criterion must reject in at least one regime (docs/task-format.md)."""

from collections.abc import Callable

import numpy as np
from onnx import ModelProto, numpy_helper

from curation.errors import CurationError

# A model and its inputs -> outputs.
Oracle = Callable[[ModelProto, dict[str, np.ndarray]], list[np.ndarray]]


def half(array: np.ndarray) -> np.ndarray:
    with np.errstate(over="ignore"):
        return array.astype(np.float16).astype(np.float32) if array.dtype == np.float32 else array


def fitted(values: np.ndarray, like: np.ndarray) -> np.ndarray:
    """`values` cut or repeated in flat order to the shape of `like`."""
    return np.resize(values.reshape(-1), like.shape).astype(like.dtype)


def _last_off_by_one(array: np.ndarray) -> np.ndarray:
    changed = array.copy()
    changed.reshape(-1)[-1] = array.reshape(-1)[-2]
    return changed


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
    """Controls that need the right outputs only."""
    change = {
        "zeros": lambda a: np.zeros_like(a),
        "ones": lambda a: np.ones_like(a),
        "nan": lambda a: np.full_like(a, np.nan) if a.dtype.kind == "f" else np.full_like(a, -1),
        "scale": lambda a: (a * control["factor"]).astype(a.dtype),
        "last_off_by_one": _last_off_by_one,
        "shift": lambda a: np.roll(a, control["by"], control["axis"]),
        "reverse": lambda a: np.flip(a, control["axis"]),
        "round_output_half": half,
        "transpose_hw": lambda a: a.swapaxes(-1, -2),
    }.get(control["kind"])
    return None if change is None else [change(array) for array in right]


def wrong_outputs(
    control: dict,
    model: ModelProto,
    inputs: dict[str, np.ndarray],
    right: list[np.ndarray],
    previous: list[np.ndarray],
    oracle: Oracle,
    control_model: ModelProto | None,
) -> list[np.ndarray]:
    """What a kernel with this mistake would answer."""
    answer = _by_outputs(control, right)
    if answer is not None:
        return answer
    names = list(inputs)
    match control["kind"]:
        case "copy_input":
            return [fitted(inputs[names[control["input"]]], array) for array in right]
        case "replay":
            return previous
        case "swap_inputs":
            swapped = dict(zip(names, [inputs[names[1]], inputs[names[0]], *(inputs[n] for n in names[2:])]))
            return [fitted(a, like) for a, like in zip(oracle(model, swapped), right)]
        case "half_precision":
            return oracle(model, {name: half(array) for name, array in inputs.items()})
        case "zero_input":
            ignored = names[control["input"]]
            return oracle(model, {n: np.zeros_like(a) if n == ignored else a for n, a in inputs.items()})
        case "attribute":
            return [fitted(a, like) for a, like in zip(oracle(control_model, inputs), right)]
        case "parameter_trivial":
            return oracle(_with_parameter(model, control["parameter"], control["value"]), inputs)
        case kind:
            raise CurationError(f"control: unknown kind '{kind}'; see docs/task-format.md")
