"""script/curate: rebuilds the dataset from the case table, in place or beside it for comparison."""

import argparse
import filecmp
import os
import shutil
import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from pathlib import Path

import torch

from curation import export, node_tests, operator_page, report, semantics, splits
from curation.build import Built, write_task
from curation.case import Case
from curation.cases import ALL
from curation.errors import CurationError

ROOT = Path(__file__).resolve().parent.parent
_MOST_BYTES = 1 << 20
_MOST_PROCESSES = 8
# A kernel that runs shorter measures the framework, one that runs longer makes judging slow.
_WANTED_US = (50, 20_000)


def build_task(case: Case, root: Path, timed: bool = False) -> Built:
    """Writes one task folder below `root`. Raises CurationError; what stood there before is left as it was then."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "task"
        folder.mkdir()
        built = _build_into(folder, case, timed)
        shutil.rmtree(root / case.id, ignore_errors=True)
        shutil.copytree(folder, root / case.id)
    return built


def _build_into(folder: Path, case: Case, timed: bool) -> Built:
    (folder / "model.py").write_text(case.module.source)
    module = export.load_module(folder / "model.py")
    shutil.rmtree(folder / "__pycache__", ignore_errors=True)
    model = export.export_model(case, module)
    built = write_task(folder, case, model, export.make_eager(module), module.get_inputs(), timed)
    for path in folder.iterdir():
        if path.stat().st_size > _MOST_BYTES:
            raise CurationError(f"{case.id}: {path.name} is larger than {_MOST_BYTES} bytes")
    return built


def differences(fresh: Path, stored: Path) -> list[str]:
    """Files of two task folders that are not byte for byte the same."""
    names = {path.name for folder in (fresh, stored) if folder.is_dir() for path in folder.iterdir()}
    same, _, _ = filecmp.cmpfiles(fresh, stored, sorted(names), shallow=False)
    return sorted(names - set(same))


def _build_numbered(number: int, root: Path, stored: Path | None) -> tuple[str, str]:
    """One case in a process of the pool: what to print, and what is wrong ("" for nothing)."""
    torch.set_num_threads(1)
    case = ALL[number]
    try:
        built = build_task(case, root)
        if stored is not None and (changed := differences(root / case.id, stored / case.id)):
            return "", f"{case.id}: differs from the stored task: {', '.join(changed)}; run script/curate"
        return f"{case.id}: {built.line()}", ""
    except CurationError as error:
        return "", str(error)


def _build_all(cases: list[Case], root: Path, stored: Path | None) -> int:
    """Number of failures. One process a core, each with its own exporter."""
    failures = 0
    processes = min(len(os.sched_getaffinity(0)), len(cases), _MOST_PROCESSES)
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        pending = [pool.submit(_build_numbered, ALL.index(case), root, stored) for case in cases]
        for each in as_completed(pending):
            line, problem = each.result()
            if problem:
                failures += 1
                print(f"error: {problem}", file=sys.stderr, flush=True)
            else:
                print(line, flush=True)
    return failures


def _show(case: Case, root: Path) -> int:
    """One case through everything, with all that a curator wants to know."""
    try:
        built = build_task(case, root, timed=True)
    except CurationError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    low, high = _WANTED_US
    time_us = built.native.time_us
    remark = "" if low <= time_us <= high else f"   outside the wanted {low} .. {high} us: choose another size"
    print(f"{case.id} ({case.kernel.form}, {'/'.join(filter(None, case.kernel.target))}): {case.path}")
    print(f"  native    {time_us:.0f} us on this host{remark}")
    if built.native.passing is not None:
        error, other_us = built.native.passing
        print(f"  baseline  misses the tolerance; {case.baseline.setting}: {other_us:.0f} us, error {error:.1e}")
    print(f"  sequence  {' '.join(case.sequence)}")
    for regime, error in built.native.errors.items():
        print(f"  regime    {regime:24} native error {error:.1e}")
    for control, regime in zip(case.controls, built.rejected):
        arguments = " ".join(f"{key}={value}" for key, value in control.items() if key != "kind")
        print(f"  control   {control['kind'] + ' ' + arguments:42} rejected in {regime}")
    return 0


def _orphans(cases: tuple[Case, ...], root: Path) -> list[str]:
    known = {case.id for case in cases}
    stored = {str(path.parent.relative_to(root)) for path in root.glob("*/*/*/task.json")}
    return sorted(stored - known)


def _check_rest(stored: Path, check: bool) -> int:
    """What belongs to no single task: folders without a case, the report, the splits."""
    failures = 0
    for orphan in _orphans(ALL, stored):
        failures += 1
        print(f"error: tasks/{orphan} is not in the case table; remove it", file=sys.stderr)
    pages = {"REPORT.md": report.text(), "semantics.json": semantics.text()}
    pages["splits.json"] = splits.text([case.id for case in ALL])
    for name, text in pages.items():
        failures += _keep(stored / name, text, check)
    return failures + _check_operators(check)


def _check_operators(check: bool) -> int:
    """docs/operators.md, of the tables and of what the node tests found."""
    found = node_tests.read(ROOT / "tasks" / "node-tests.json")
    return _keep(ROOT / "docs" / "operators.md", operator_page.text(found), check)


def _keep(path: Path, text: str, check: bool) -> int:
    """Writes it, or compares; number of failures."""
    if not check:
        path.write_text(text)
    elif not path.is_file() or path.read_text() != text:
        print(f"error: {path.parent.name}/{path.name} differs from the tables; run script/curate", file=sys.stderr)
        return 1
    return 0


def main() -> int:
    parser = argparse.ArgumentParser(prog="script/curate", description=__doc__)
    parser.add_argument("--only", default="", metavar="SUBSTRING", help="tasks whose id contains this")
    parser.add_argument("--check", action="store_true", help="build in an empty folder; fail on any byte that differs")
    parser.add_argument("--node-tests", action="store_true", help="ONNX's own node tests through the pipeline; --check")
    parser.add_argument("--missing", action="store_true", help="list the cases that are specified and not there yet")
    options = parser.parse_args()
    if options.missing:
        print(report.missing_text())
        return 0
    if options.node_tests:
        failures = node_tests.main(ROOT / "tasks" / "node-tests.json", options.check)
        return failures or _check_operators(options.check)
    cases = [case for case in ALL if options.only in case.id]
    if not cases:
        parser.error(f"no task id contains '{options.only}'")
    stored = ROOT / "tasks"
    if len(cases) == 1 and not options.check:
        return _show(cases[0], stored)
    if options.check:
        with tempfile.TemporaryDirectory() as folder:
            failures = _build_all(cases, Path(folder), stored)
    else:
        failures = _build_all(cases, stored, None)
    if not options.only:
        failures += _check_rest(stored, options.check)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
