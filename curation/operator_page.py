"""docs/operators.md: operator by form, what native does otherwise, and how ONNX's own node tests come out."""

from collections import Counter

from curation import known, node_tests
from curation.case import Case
from curation.cases import ALL, DROPPED
from curation.operators import OPERATORS, Operator
from curation.report import table

_HEAD = """# The operators, and what native MNN does otherwise than ONNX

Made by script/curate from `curation/operators.py`, `curation/cases/`, `curation/known.py` and `tasks/node-tests.json`; do
not edit. The framework is MNN 3.6.1 on x86-64, the reference ONNX Runtime; [tasks/REPORT.md](../tasks/REPORT.md) has the
tasks.

Where a deviation comes from: **n** a task notes it, with the largest error as a share of the largest reference (of whole numbers: the share of
elements that are wrong), and no regime goes there; **b** a task's baseline misses the tolerance; **d** a case was dropped for it; **v** vectors of
ONNX's node tests show it, so many.

## Operator, form, deviation
"""
_VECTORS = """## ONNX's own node tests

Every test of the pinned `onnx` that is one node of an operator above, at opset 20, its weights and sizes as constants like
a task's. First ONNX Runtime against the expected outputs, then native against ONNX Runtime by the criterion of judging.
`script/curate --node-tests` runs all of them (about 10 s of one core) and fails on a mismatch that is not listed in
`curation/known.py`, and on a row of that list that is none any more.
"""


def _form_of(case: Case) -> str:
    return case.kernel.form


def _forms(operator: Operator) -> list[str]:
    return list(dict.fromkeys(kernel.form for kernel in operator.kernels.values()))


def _size(error: float | None) -> str:
    return "" if error is None else f" (error {error:g})"


def _noted(operator: Operator, form: str) -> list[str]:
    """What the operator's tasks of that form say."""
    cases = [case for case in ALL if case.operator == operator.name and _form_of(case) == form]
    found = [f"{each.when}: {each.native}{_size(each.error)} **n**" for case in cases for each in case.deviations]
    return found + [f"{case.name}: {case.baseline.why} **b**" for case in cases if case.baseline is not None]


def _of_the_operator(operator: Operator, found: dict[str, dict[str, str]]) -> list[str]:
    dropped = [f"{each.what}: {each.why} **d**" for each in DROPPED if each.operator == operator.name]
    tests = found[operator.name]
    seen = []
    for reason, names in (known.NATIVE | known.UNSTEADY).items():
        if count := sum(name in tests for name in names):
            seen.append(f"{reason} ({count}) **v**")
    return [*dropped, *seen]


def _rows(found: dict[str, dict[str, str]]) -> list[list]:
    rows = []
    for operator in OPERATORS.values():
        for number, form in enumerate(_forms(operator)):
            kernels = [kernel for kernel in operator.kernels.values() if kernel.form == form]
            tasks = sum(kernel.cases for kernel in kernels)
            deviations = _noted(operator, form) + (_of_the_operator(operator, found) if number == 0 else [])
            lines = list(dict.fromkeys(line.replace("|", "\\|") for line in deviations))
            rows.append([operator.name, form, tasks, "<br>".join(lines)])
    return rows


def _counts(found: dict[str, dict[str, str]]) -> list[list]:
    rows = []
    for name, tests in found.items():
        words = Counter("native: deviates" if verdict.startswith("native") else verdict for verdict in tests.values())
        rest = len(tests) - words[node_tests.MATCH] - words["native: deviates"] - words[node_tests.OTHER_TYPE]
        rows.append(
            [name, len(tests), words[node_tests.MATCH], words["native: deviates"], words[node_tests.OTHER_TYPE], rest]
        )
    rows.append(["all", *(sum(row[column] for row in rows) for column in range(1, 6))])
    return rows


def text(found: dict[str, dict[str, str]]) -> str:
    clean = [name for name, _, _, deviations in _rows(found) if not deviations]
    oracle = [[reason, ", ".join(f"`{name}`" for name in names)] for reason, names in known.ORACLE.items()]
    return "\n".join(
        [
            _HEAD,
            table("operator|form|tasks|native does otherwise", _rows(found)),
            f"Nothing is known of {len(clean)} of {len(_rows(found))} rows.\n",
            _VECTORS,
            table("operator|tests|native matches|native deviates|other types: ONNX Runtime matches|not run", _counts(found)),
            "Not run: of another opset, or ONNX Runtime has none or other values, as in:\n",
            table("ONNX Runtime|tests", oracle),
        ]
    )
