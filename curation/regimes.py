"""Regimes by kind of operand: tables of name -> draw, and what makes a task's regimes of them."""

from curation.draws import choice, distinct, integers, log_uniform, uniform
from curation.errors import CurationError

# A float32 operand whose range is free. Override by name: FLOATS | {"large": uniform(-80, 80)}.
FLOATS = {
    "typical": uniform(-1, 1),
    "large": uniform(-1e6, 1e6),
    "small": log_uniform(-30, -20),
    "wide": log_uniform(-10, 10),
    "negative": uniform(-9, -7),
    "ties": choice(-1, 0, 1),
    "zeros_and_denormals": choice(0, 1e-40, -1e-40),
}
# An operand of sums of products: three distributions where wrong terms show, and signs that cancel.
FACTORS = {
    "typical": uniform(-1, 1),
    "large": uniform(-1e6, 1e6),
    "small": log_uniform(-30, -20),
    "wide": log_uniform(-10, 10),
    "negative": uniform(-2, -1),
    "signs": choice(-1, 0, 1),
}
# An int32 operand whose range is free.
INTEGERS = {
    "typical": integers(-(2**31), 2**31 - 1),
    "positive": integers(0, 2**31 - 1),
    "negative": integers(-(2**31), -1),
    "ties": integers(-1, 1),
    "equal": choice(7),
    "ends": choice(-(2**31), -(2**31) + 1, -1, 0, 1, 2**31 - 2, 2**31 - 1),
    "neighbours": choice(2**30 - 1, 2**30, 2**30 + 1, -(2**30) - 1, -(2**30)),  # the same number as float32
}
# A boolean operand.
BOOLEANS = {
    "typical": choice(0, 1),
    "sparse": choice(0, 0, 0, 0, 0, 0, 0, 1),
    "dense": choice(0, 1, 1, 1, 1, 1, 1, 1),
    "all_true": choice(1),
    "all_false": choice(0),
}


def without(table: dict[str, dict], *names: str) -> dict[str, dict]:
    missing = set(names) - set(table)
    if missing:
        raise CurationError(f"regimes: no {sorted(missing)} to leave out")
    return {name: draw for name, draw in table.items() if name not in names}


# An operand that is only moved: no two elements alike, and what else must arrive unchanged.
MOVED = without(FLOATS, "zeros_and_denormals") | {"distinct": distinct(-1, 1)}


def regimes(**operands: dict) -> dict[str, dict[str, dict]]:
    """One table per input: regime -> draw. An input given as one draw has that in every regime; where a table lacks a
    regime that another one has, its `typical` stands in."""
    tables = {name: table for name, table in operands.items() if "kind" not in table}
    names = list(dict.fromkeys(regime for table in tables.values() for regime in table))
    if not names:
        raise CurationError("regimes: no input has a table")
    lacking = [name for name, table in tables.items() if "typical" not in table]
    if lacking:
        raise CurationError(f"regimes: {lacking} have no regime 'typical'")
    return {
        regime: {
            name: given if "kind" in given else given.get(regime, given["typical"]) for name, given in operands.items()
        }
        for regime in names
    }
