"""script/curate: rebuilds the dataset from the case table, in place or beside it for comparison."""

import argparse
import filecmp
import shutil
import sys
import tempfile
from pathlib import Path

from curation import export, gates, taskfile
from curation.case import Case
from curation.cases import ALL
from curation.convert import convert_model
from curation.errors import CurationError

ROOT = Path(__file__).resolve().parent.parent
_MOST_BYTES = 1 << 20


def build_task(case: Case, root: Path) -> str:
    """Writes one task folder below `root`. Raises CurationError; the report is one line for people."""
    folder = root / case.id
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    (folder / "model.py").write_text(case.source)
    module = export.load_module(folder / "model.py")
    shutil.rmtree(folder / "__pycache__", ignore_errors=True)
    model = export.export_model(case, module)
    (folder / "model.onnx").write_bytes(model.SerializeToString(deterministic=True))
    gates.check_fidelity(case, export.make_eager(module), module.get_inputs(), model)
    convert_model(model, folder / "model.mnn", case.converter_flags)
    errors = gates.check_native(case, model, folder / "model.mnn")
    control_models = {
        index: export.with_attribute(model, control["name"], control["value"])
        for index, control in enumerate(case.controls)
        if control["kind"] == "attribute"
    }
    for index, control_model in control_models.items():
        path = folder / taskfile.control_model_name(index)
        path.write_bytes(control_model.SerializeToString(deterministic=True))
    gates.check_controls(case, model, control_models)
    task = taskfile.make_task(
        case, model, (folder / "model.onnx").read_bytes(), (folder / "model.mnn").read_bytes()
    )
    gates.check_parameters(case, model, task, folder)
    taskfile.check_schema(task, ROOT / "tasks" / "task.schema.json")
    (folder / "task.json").write_text(taskfile.to_text(task) + "\n")
    for path in folder.iterdir():
        if path.stat().st_size > _MOST_BYTES:
            raise CurationError(f"{case.id}: {path.name} is larger than {_MOST_BYTES} bytes")
    return " ".join(f"{regime} {error:.1e}" for regime, error in errors.items())


def differences(fresh: Path, stored: Path) -> list[str]:
    """Files of two task folders that are not byte for byte the same."""
    names = {path.name for folder in (fresh, stored) if folder.is_dir() for path in folder.iterdir()}
    same, _, _ = filecmp.cmpfiles(fresh, stored, sorted(names), shallow=False)
    return sorted(names - set(same))


def _build_all(cases: list[Case], root: Path, stored: Path | None) -> int:
    failures = 0
    for case in cases:
        try:
            report = build_task(case, root)
            if stored is not None and (changed := differences(root / case.id, stored / case.id)):
                raise CurationError(f"{case.id}: differs from the stored task: {', '.join(changed)}; run script/curate")
            print(f"{case.id}: {report}", flush=True)
        except CurationError as error:
            failures += 1
            print(f"error: {error}", file=sys.stderr, flush=True)
    return failures


def _orphans(cases: tuple[Case, ...], root: Path) -> list[str]:
    known = {case.id for case in cases}
    stored = {str(path.parent.relative_to(root)) for path in root.glob("*/*/*/task.json")}
    return sorted(stored - known)


def main() -> int:
    parser = argparse.ArgumentParser(prog="script/curate", description=__doc__)
    parser.add_argument("--only", default="", metavar="SUBSTRING", help="tasks whose id contains this")
    parser.add_argument("--check", action="store_true", help="build in an empty folder; fail on any byte that differs")
    options = parser.parse_args()
    cases = [case for case in ALL if options.only in case.id]
    if not cases:
        parser.error(f"no task id contains '{options.only}'")
    stored = ROOT / "tasks"
    if options.check:
        with tempfile.TemporaryDirectory() as folder:
            failures = _build_all(cases, Path(folder), stored)
    else:
        failures = _build_all(cases, stored, None)
    for orphan in _orphans(ALL, stored) if not options.only else []:
        failures += 1
        print(f"error: tasks/{orphan} is not in the case table; remove it", file=sys.stderr)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
