"""What a user may say of the operator, in a JSON file with task.json's own names, and what is supposed where nothing is
said: contents like those of get_inputs(), and further regimes that the operator and native turn out to stand."""

import json
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch

from curation import regimes
from curation.draws import choice, integers, log_uniform, uniform
from curation.errors import CurationError

_FIELDS = {
    "summary": str,
    "path": str,
    "regimes": list,
    "tolerance": dict,
    "negative_controls": list,
    "parameters": dict,
    "fixed": list,
    "roofline_operations": int | float,
    "form": str,
    "files": list,
    "native_file": str,
    "target": dict,
    "geometry": str,
    "calls_per_run": int,
    "native_entries": list,
    "may_emit": list,
    "converter_flags": list,
}


@dataclass(frozen=True)
class Contract:
    said: dict = field(default_factory=dict)

    def get(self, name: str, otherwise):
        return self.said.get(name, otherwise)

    @property
    def regimes(self) -> dict[str, dict[str, dict]]:
        return {each["name"]: each["inputs"] for each in self.said.get("regimes", [])}


def read_contract(path: Path | None) -> Contract:
    """Names and types are checked here, values by the schema of task.json at the end."""
    if path is None:
        return Contract()
    try:
        said = json.loads(path.read_text())
    except (OSError, ValueError) as error:
        raise CurationError(f"contract: {path.name} cannot be read as JSON: {error}") from error
    if not isinstance(said, dict):
        raise CurationError(f"contract: {path.name} is no object; its names are {', '.join(_FIELDS)}")
    for name, value in said.items():
        if name not in _FIELDS:
            raise CurationError(f"contract: unknown field '{name}'; there are {', '.join(_FIELDS)}")
        if not isinstance(value, _FIELDS[name]) or isinstance(value, bool):
            raise CurationError(f"contract: field '{name}' must be of type {_FIELDS[name]}")
    for each in said.get("regimes", []):
        if not isinstance(each, dict) or set(each) != {"name", "inputs"} or not isinstance(each["inputs"], dict):
            raise CurationError("contract: a regime has a 'name' and 'inputs', a draw per input; docs/task-format.md")
    return Contract(said)


def _rounded(value: float) -> float:
    return float(f"{value:.3g}")


def _floats(low: float, high: float) -> dict[str, dict]:
    """Regimes of a float operand that was seen between these two."""
    if low == high:
        low, high = low - 1, high + 1
    typical = uniform(_rounded(low), _rounded(high))
    if low < 0 < high:
        return regimes.FLOATS | {"typical": typical}
    sign = "positive" if low >= 0 else "negative"
    return {
        "typical": typical,
        "large": log_uniform(10, 19, sign),
        "small": log_uniform(-30, -20, sign),
        "wide": log_uniform(-10, 10, sign),
        "ties": choice(*dict.fromkeys((_rounded(low), _rounded((low + high) / 2), _rounded(high)))),
    }


def _whole(low: int, high: int) -> dict[str, dict]:
    """Regimes of whole numbers that may be indices or sizes: never outside of what was seen."""
    return {"typical": integers(low, high), "lowest": choice(low), "highest": choice(high)}


def _table(name: str, example: torch.Tensor, observed: bool) -> dict[str, dict]:
    if example.dtype == torch.bool:
        return regimes.BOOLEANS
    if not observed:
        if example.dtype == torch.float32:
            return regimes.FLOATS
        raise CurationError(f"contract: an ONNX file does not say how large the whole numbers of '{name}' are; write "
                            "regimes into a file and name it with --contract (docs/task-format.md)")  # fmt: skip
    values = example.numpy()
    if example.dtype == torch.float32:
        finite = values[np.isfinite(values)]
        if finite.size == 0:
            raise CurationError(f"contract: get_inputs() fills '{name}' with nothing finite")
        return _floats(float(finite.min()), float(finite.max()))
    return _whole(int(values.min()), int(values.max()))


def supposed_regimes(names: list[str], typical: list[torch.Tensor], observed: bool) -> dict[str, dict[str, dict]]:
    return regimes.regimes(**{name: _table(name, each, observed) for name, each in zip(names, typical)})
