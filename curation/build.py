"""One task folder: every gate, then every file."""

from dataclasses import dataclass
from pathlib import Path

import torch
from onnx import ModelProto

from curation import gates, taskfile
from curation.case import Case
from curation.controls import sibling_model
from curation.convert import FLAGS, convert_model

SCHEMA = Path(__file__).resolve().parent.parent / "tasks" / "task.schema.json"


@dataclass(frozen=True)
class Built:
    """What the gates found of one task, for people."""

    native: gates.NativeReport
    rejected: list[str]  # per negative control the first regime that rejects it

    def line(self) -> str:
        return " ".join(f"{regime} {error:.1e}" for regime, error in self.native.errors.items())


def write_task(
    folder: Path, case: Case, model: ModelProto, eager: torch.nn.Module, typical: list[torch.Tensor], timed: bool
) -> Built:
    """Beside model.py, which stands in `folder` already. Raises CurationError at the gate that is not passed."""
    (folder / "model.onnx").write_bytes(model.SerializeToString(deterministic=True))
    gates.check_fidelity(case, eager, typical, model)
    way = case.about.converter
    convert_model(model, folder / "model.mnn", way, (*FLAGS.get(way, ()), *case.converter_flags))
    gates.check_target(case, folder / "model.mnn")
    native = gates.check_native(case, model, folder / "model.mnn", timed)
    gates.check_deviations(case, model, folder / "model.mnn")
    made = {index: sibling_model(control, model) for index, control in enumerate(case.controls)}
    siblings = {index: sibling for index, sibling in made.items() if sibling is not None}
    for index, sibling in siblings.items():
        path = folder / taskfile.control_model_name(index)
        path.write_bytes(sibling.SerializeToString(deterministic=True))
    rejected = gates.check_controls(case, model, siblings)
    task = taskfile.make_task(case, model, (folder / "model.onnx").read_bytes(), (folder / "model.mnn").read_bytes())
    gates.check_parameters(case, model, task, folder)
    taskfile.check_schema(task, SCHEMA)
    (folder / "task.json").write_text(taskfile.to_text(task) + "\n")
    return Built(native, rejected)
