"""Negative controls as a case names them: mistakes that kernels make (docs/task-format.md says what each one answers).

`against` puts a case's own mistakes beside those that every kernel could make, in one order, each only once.
"""

from curation.errors import CurationError


def zeros() -> dict:
    return {"kind": "zeros"}


def ones() -> dict:
    return {"kind": "ones"}


def nan() -> dict:
    return {"kind": "nan"}


def copy_input(number: int) -> dict:
    """The input handed through."""
    return {"kind": "copy_input", "input": number}


def swap_inputs() -> dict:
    """Operands in the wrong order: a - b for b - a."""
    return {"kind": "swap_inputs"}


def zero_input(number: int) -> dict:
    """An operand ignored."""
    return {"kind": "zero_input", "input": number}


def zero_tail(number: int, axis: int, count: int = 1) -> dict:
    """The last `count` slices of an input never read: the rest after whole vectors."""
    return {"kind": "zero_tail", "input": number, "axis": axis, "count": count}


def roll_input(number: int, axis: int, by: int = 1) -> dict:
    """An input read `by` places off along an axis."""
    return {"kind": "roll_input", "input": number, "axis": axis, "by": by}


def cyclic_input(number: int) -> dict:
    """A small operand repeated in flat order instead of being broadcast along its axis. Elementwise operators only."""
    return {"kind": "cyclic_input", "input": number}


def scale(factor: float) -> dict:
    """-1: the sign; 1 / n: a mean for a sum; 1.001: a rough approximation."""
    return {"kind": "scale", "factor": factor}


def absolute() -> dict:
    """The sign lost."""
    return {"kind": "absolute"}


def last_off_by_one() -> dict:
    return {"kind": "last_off_by_one"}


def border(axis: int) -> dict:
    """The last row, column or channel holds what belongs to the one before."""
    return {"kind": "border", "axis": axis}


def shift(axis: int, by: int = 1) -> dict:
    """Written `by` places off along an axis."""
    return {"kind": "shift", "axis": axis, "by": by}


def reverse(axis: int) -> dict:
    return {"kind": "reverse", "axis": axis}


def transpose_hw() -> dict:
    """The last two dimensions exchanged; they are of one size."""
    return {"kind": "transpose_hw"}


def layout(*order: int) -> dict:
    """Written in another order of dimensions into the right shape: a result kept as NHWC, a reduction's kept axis."""
    return {"kind": "layout", "order": list(order)}


def shuffle(axis: int, groups: int) -> dict:
    """Groups mixed: what belongs to member m of group g stands at member g of group m."""
    return {"kind": "shuffle", "axis": axis, "groups": groups}


def replay() -> dict:
    """The last run's result."""
    return {"kind": "replay"}


def half_precision() -> dict:
    """Operands through half precision."""
    return {"kind": "half_precision"}


def round_output_half() -> dict:
    return {"kind": "round_output_half"}


def ignored(parameter: str, trivial: float) -> dict:
    """A parameter never read: 1 for a factor, 0 for an addend."""
    return {"kind": "parameter_trivial", "parameter": parameter, "value": trivial}


def attribute(name: str, value) -> dict:
    """Another value of an attribute or of a constant operand: another axis, a stride of 1, no padding."""
    return {"kind": "attribute", "name": name, "value": value}


def operator(name: str) -> dict:
    """Another operator with the same operands: a minimum for a maximum, < for <=, the cosine for the sine."""
    return {"kind": "operator", "name": name}


FLOAT = (zeros(), ones(), nan(), copy_input(0), scale(-1), last_off_by_one(), replay(), half_precision())
FLOAT += (round_output_half(),)
INTEGER = (zeros(), ones(), copy_input(0), scale(-1), last_off_by_one(), replay())
BOOLEAN = (zeros(), ones(), copy_input(0), replay())

_ORDER = (
    "zeros",
    "ones",
    "nan",
    "copy_input",
    "swap_inputs",
    "zero_input",
    "zero_tail",
    "roll_input",
    "cyclic_input",
    "scale",
    "absolute",
    "last_off_by_one",
    "border",
    "shift",
    "reverse",
    "transpose_hw",
    "layout",
    "shuffle",
    "replay",
    "half_precision",
    "round_output_half",
    "parameter_trivial",
    "attribute",
    "operator",
)
KINDS = frozenset(_ORDER)


def in_order(controls: list[dict]) -> tuple[dict, ...]:
    return tuple(sorted(controls, key=lambda control: _ORDER.index(control["kind"])))


def own(controls: tuple[dict, ...]) -> list[dict]:
    """Those that were chosen for the operator: not in every task whatever it computes."""
    return [control for control in controls if control not in FLOAT]


def against(*chosen: dict, standard: tuple[dict, ...] = FLOAT, without: tuple[dict, ...] = ()) -> tuple[dict, ...]:
    """A case's controls: the standard ones but `without`, and the chosen ones, by kind."""
    for control in without:
        if control not in standard:
            raise CurationError(f"controls: {control} is not a standard one, so it cannot be left out")
    controls = [control for control in standard if control not in without]
    for control in chosen:
        if control in controls:
            raise CurationError(f"controls: {control} stands twice")
        controls.append(control)
    return in_order(controls)
