"""Which native kernel a user's operator runs on, from the converted model, one native run and the framework's sources."""

import re
from dataclasses import dataclass
from pathlib import Path

from curation.errors import CurationError
from curation.operators import BUILDING, OPERATORS, Kernel, Operator

# Operators of a converted model that bring operands or change a layout, and compute nothing.
_AROUND = ("Input", "Const", "ConvertTensor", "Trainable")
_CREATOR = r"REGISTER_CPU_OP_CREATOR\w*\(\s*\w+\s*,\s*OpType_{}\s*\)"
_COMPUTER = r"registerGeometryComputer\(\s*\w+\s*,\s*\{{[^}}]*\bOpType_{}\b"


@dataclass(frozen=True)
class Chosen:
    kernel: Kernel
    geometry: str
    calls_per_run: int


def _file_that(pattern: str, kind: str, sources: Path, folder: str) -> str:
    """Name of the one file whose text has the pattern, or ""."""
    expression = re.compile(pattern.format(re.escape(kind)))
    for path in sorted((sources / folder).glob("*.cpp")):
        if expression.search(path.read_text(errors="replace")):
            return path.name
    return ""


def _of_the_table(operator: str, there: list[tuple[str, str]], sequence: list[str]) -> Chosen | None:
    """The benchmark's operators: the kernel that their own tasks name, where the converted model holds its target."""
    for kernel in OPERATORS[operator].kernels.values() if operator in OPERATORS else ():
        kind, operation = kernel.target
        executed = sequence.count(kind)
        if kernel.form == "atomic" and ((kind, operation) in there or (executed and not operation)):
            return Chosen(kernel, "native" if executed else "bypass", max(executed, 1))
        if kernel.form == "geometric" and kernel.target in there and kind not in sequence:
            return Chosen(kernel, "native", 1)
        if kernel.form == "composite" and len(there) > 1:
            return Chosen(kernel, "native", 1)
    return None


def _atomic_or_geometric(kind: str, operation: str, sequence: list[str], sources: Path) -> Chosen:
    file = _file_that(_CREATOR, kind, sources, "source/backend/cpu")
    if file and kind in sequence:
        return Chosen(Kernel("atomic", 0, (kind, operation), file), "native", sequence.count(kind))
    computer = _file_that(_COMPUTER, kind, sources, "source/geometry")
    if computer:
        emitted = sorted({"Raster", *sequence})
        return Chosen(Kernel("geometric", 0, (kind, operation), computer, may_emit=tuple(emitted)), "native", 1)
    if file:
        return Chosen(Kernel("atomic", 0, (kind, operation), file), "bypass", 1)
    raise CurationError(f"kernel: no file of the framework registers a kernel or a geometry computer for {kind}")


def choose_kernel(operator: str, there: list[tuple[str, str]], sequence: list[str], sources: Path) -> Chosen:
    """`there`: type and operation of the converted model's operators; `sequence`: what one native run executed."""
    computing = [each for each in there if each[0] not in _AROUND]
    if not computing:
        raise CurationError(f"kernel: the converter leaves nothing of {operator} to compute")
    if known := _of_the_table(operator, computing, sequence):
        return known
    if len(computing) == 1:
        return _atomic_or_geometric(*computing[0], sequence, sources)
    emitted = sorted({kind for kind, _ in computing} | set(BUILDING))
    kernel = Kernel("composite", 0, ("Extra", operator), f"Onnx{operator}.cpp", may_emit=tuple(emitted))
    return Chosen(kernel, "native", 1)


def described(operator: str, kernel: Kernel, converter: str) -> Operator:
    """As a row of the table of operators."""
    known = OPERATORS.get(operator)
    return Operator(operator, known.category if known else "others", {kernel.form: kernel}, converter=converter)
