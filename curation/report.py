"""tasks/REPORT.md and what is still missing, from the tables of operators and cases."""

from collections import Counter

from curation.case import Case
from curation.cases import ALL, DROPPED
from curation.operators import OPERATORS, SPECIFIED, Operator

_HEAD = """# The dataset: what there is, what native gets wrong, what was dropped

Made by script/curate from `curation/operators.py` and `curation/cases/`; do not edit. "of" is what the benchmark
specifies.
"""


def table(head: str, rows: list[list]) -> str:
    columns = head.split("|")
    lines = [f"| {' | '.join(columns)} |", "|" + "---|" * len(columns)]
    lines += [f"| {' | '.join(str(cell) for cell in row)} |" for row in rows]
    return "\n".join(lines) + "\n"


def _counts() -> str:
    rows = []
    for category, (operators, tasks) in SPECIFIED.items():
        cases = [case for case in ALL if case.category == category]
        there = len({case.operator for case in cases})
        rows.append([category, f"{there} of {operators}", f"{len(cases)} of {tasks}"])
    operators, tasks = (sum(each[index] for each in SPECIFIED.values()) for index in (0, 1))
    there = len({case.operator for case in ALL})
    rows.append(["all", f"{there} of {operators}", f"{len(ALL)} of {tasks}"])
    return table("category|operators|tasks", rows)


def missing() -> list[tuple[Operator, str, int]]:
    """Operator, its kernel, and how many cases of that are specified and not there (negative: too many)."""
    there = Counter((case.operator, _kernel_name(case)) for case in ALL)
    found = []
    for operator in OPERATORS.values():
        for name, kernel in operator.kernels.items():
            if lacking := kernel.cases - there[(operator.name, name)]:
                found.append((operator, name, lacking))
    return found


def _kernel_name(case: Case) -> str:
    return case.kernel_name or next(iter(case.about.kernels))


def missing_text() -> str:
    lines = [
        f"{operator.category + '/' + operator.name:36} {name:12} {lacking:3}   "
        f"{operator.kernels[name].native_file}; export: {operator.exporter}, conversion: {operator.converter}"
        for operator, name, lacking in missing()
    ]
    total = sum(lacking for _, _, lacking in missing())
    return "\n".join([*lines, f"{total} cases missing, {len(ALL)} there"])


def _operators() -> str:
    rows = []
    for operator in OPERATORS.values():
        for name, kernel in operator.kernels.items():
            there = sum(case.operator == operator.name and _kernel_name(case) == name for case in ALL)
            native = " ".join(filter(None, kernel.target))
            count = f"{there} of {kernel.cases}"
            rows.append([operator.category, operator.name, kernel.form, native, kernel.file, count])
    return table("category|operator|form|target|native file|tasks", rows)


def _deviations() -> str:
    rows = []
    for case in ALL:
        for each in case.deviations:
            size = "" if each.error is None else f"{each.error:g}"
            rows.append([f"{case.operator}/{case.name}", each.when, each.native, size, "yes" if each.inputs else "no"])
    return table("task|when|native|error|measured at every build", rows)


def _baselines() -> str:
    cases = [(case, case.baseline) for case in ALL if case.baseline is not None]
    if not cases:
        return "None.\n"
    rows = [
        [
            f"{case.operator}/{case.name}",
            each.why,
            f"{each.error:g}",
            f"{each.default_us:g}",
            each.setting,
            f"{each.setting_error:g}",
            f"{each.setting_us:g}",
        ]
        for case, each in cases
    ]
    return table("task|why|error|time (us)|passing setting|its error|its time (us)", rows)


def text() -> str:
    """The whole of tasks/REPORT.md."""
    dropped = [[each.operator, each.what, each.why] for each in DROPPED]
    return "\n".join(
        [
            _HEAD,
            "## Counts\n",
            _counts(),
            "## Operators and forms\n",
            _operators(),
            "## Where native differs from ONNX\n",
            "The error is the largest one as a share of the largest reference; of whole numbers, booleans and "
            "infinities the share\nof elements that are wrong. Empty: native crashes. No regime of a task goes there.\n",
            _deviations(),
            "## Tasks whose native kernel misses the tolerance\n",
            _baselines(),
            "## Tried and dropped\n",
            table("operator|case|why", dropped) if dropped else "Nothing.\n",
        ]
    )
