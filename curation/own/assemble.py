"""A user's operator through the gates: its row of a case table is worked out, then the task is built like any other."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from onnx import ModelProto, TensorProto, numpy_helper

from curation import gates, taskfile
from curation.build import write_task
from curation.case import Case, Deviation
from curation.convert import FLAGS, convert_model, operators_of
from curation.draws import uniform
from curation.errors import CurationError, first_line
from curation.modules import Module
from curation.native import run_native
from curation.operators import OPERATORS, Kernel
from curation.own import contract as contracts
from curation.own import controls as supposing
from curation.own import kernel as kernels
from curation.own.source import Source, read_source

STEPS = ("file", "conversion", "kernel", "regimes", "negative controls", "all gates")
_LONGEST = 120  # of a summary, by the schema


@dataclass
class Report:
    """For the user: what the task has become, and what was left out of it."""

    id: str = ""
    form: str = ""
    files: list[str] = field(default_factory=list)
    target: str = ""
    native_file: str = ""
    native_us: float = 0
    regimes: dict[str, float] = field(default_factory=dict)  # name -> native's error
    controls: int = 0
    left_out: list[str] = field(default_factory=list)  # one line each


def make_task(
    path: Path, name: str, contract_path: Path | None, sources: Path, folder: Path, step: Callable[[str], None]
) -> Report:
    """Fills `folder` with the task. `step` is told each of STEPS as it begins. Raises CurationError."""
    report = Report()
    step("file")
    contract = contracts.read_contract(contract_path)
    source = read_source(path, folder)
    step("conversion")
    case = _first_case(name, source, contract)
    _convert(case, source.model, folder / "model.mnn")
    step("kernel")
    case = _with_kernel(case, contract, source.model, folder / "model.mnn", sources)
    case = _with_parameters(case, contract, source.model, folder, report)
    step("regimes")
    case = _with_regimes(case, contract, source, folder / "model.mnn", report)
    step("negative controls")
    case = _with_controls(case, contract, source.model, report)
    step("all gates")
    built = write_task(folder, case, source.model, source.eager, source.typical, timed=True)
    report.id, report.form, report.files = case.id, case.kernel.form, case.kernel.candidate_files
    report.target, report.native_file = " ".join(filter(None, case.kernel.target)), case.kernel.native_file
    report.native_us, report.regimes, report.controls = built.native.time_us, built.native.errors, len(case.controls)
    return report


def _summary(source: Source, operator: str) -> str:
    doc = next(iter((source.eager.__class__.__doc__ or "").strip().splitlines()), "") if source.observed else ""
    shapes = ", ".join("x".join(map(str, each.shape)) for each in source.typical)
    return (doc or f"{operator} of {shapes}")[:_LONGEST]


def _first_case(name: str, source: Source, contract: contracts.Contract) -> Case:
    """All that follows from the model alone; the kernel is not known yet."""
    operator = source.model.graph.node[0].op_type
    known = OPERATORS.get(operator)
    names = [value.name for value in source.model.graph.input]
    drawn = contract.regimes or contracts.supposed_regimes(names, source.typical, source.observed)
    for regime, by_input in drawn.items():
        if set(by_input) != set(names):
            raise CurationError(f"contract: regime '{regime}' draws {sorted(by_input)}, the inputs are {names}")
    return Case(
        operator,
        name,
        contract.get("summary", _summary(source, operator)),
        contract.get("path", "an operator of one's own"),
        Module(text=source.module_text),
        sequence=(),
        regimes=drawn,
        controls=(),
        operations=contract.get("roofline_operations", 0),
        outputs=tuple(value.name for value in source.model.graph.output),
        converter_flags=tuple(contract.get("converter_flags", ())),
        tolerance=contract.get("tolerance", {}),
        own=kernels.described(operator, Kernel("atomic", 0, ("", ""), ""), known.converter if known else "onnx"),
    )


def _convert(case: Case, model: ModelProto, mnn_path: Path) -> None:
    way = case.about.converter
    try:
        convert_model(model, mnn_path, way, (*FLAGS.get(way, ()), *case.converter_flags))
    except CurationError as error:
        raise CurationError(f"conversion: the framework's converter makes no model of {case.operator}: {error}") from error


def _with_kernel(case: Case, contract: contracts.Contract, model: ModelProto, mnn_path: Path, sources: Path) -> Case:
    inputs = gates.regime_inputs(case, model, next(iter(case.regimes)))
    try:
        sequence = run_native(mnn_path, [inputs], case.outputs).sequence
    except CurationError as error:
        raise CurationError(f"native: the framework cannot run the converted model: {error}") from error
    chosen = kernels.choose_kernel(case.operator, operators_of(mnn_path), sequence, sources)
    kernel = _said_kernel(chosen.kernel, contract)
    return replace(
        case,
        own=kernels.described(case.operator, kernel, case.about.converter),
        sequence=tuple(sequence),
        geometry=contract.get("geometry", chosen.geometry),
        calls_per_run=contract.get("calls_per_run", chosen.calls_per_run),
    )


def _said_kernel(kernel: Kernel, contract: contracts.Contract) -> Kernel:
    """Another one than was found, where the user says so."""
    target = contract.get("target", dict(zip(("type", "operation"), kernel.target)))
    if not {"type", "operation"} >= set(target):
        raise CurationError("contract: field 'target' has a 'type' and an 'operation'")
    return replace(
        kernel,
        form=contract.get("form", kernel.form),
        target=(target.get("type", ""), target.get("operation", "")),
        file=Path(contract.get("native_file", kernel.file)).name,
        files=tuple(contract.get("files", kernel.files)),
        native_entries=tuple(contract.get("native_entries", kernel.native_entries)),
        may_emit=tuple(contract.get("may_emit", kernel.may_emit)),
    )


def _spread(array: np.ndarray) -> dict:
    """The range of a parameter's values; of a constant one, around it: it must not look as if it were not there."""
    low, high = float(array.min()), float(array.max())
    return uniform(low, high) if low < high else uniform(low - 0.5, low + 0.5)


def _with_parameters(
    case: Case, contract: contracts.Contract, model: ModelProto, folder: Path, report: Report
) -> Case:
    """Constant float operands are drawn anew in verification where their bytes are found in both models."""
    (folder / "model.onnx").write_bytes(model.SerializeToString(deterministic=True))
    contents = [(folder / file).read_bytes() for file in ("model.onnx", "model.mnn")]
    floats = [tensor for tensor in model.graph.initializer if tensor.data_type == TensorProto.FLOAT]
    fixed = set(contract.get("fixed", ()))
    for tensor in floats:
        if tensor.name not in fixed and not taskfile.is_verbatim(tensor, model, *contents):
            fixed.add(tensor.name)
            report.left_out.append(f"parameter {tensor.name}: its bytes are not in the converted model; it stays fixed")
    draws = {each.name: _spread(numpy_helper.to_array(each)) for each in floats} | contract.get("parameters", {})
    return replace(
        case,
        parameters={name: draw for name, draw in draws.items() if name not in fixed},
        fixed=tuple(each.name for each in floats if each.name in fixed),
    )


def _with_regimes(
    case: Case, contract: contracts.Contract, source: Source, mnn_path: Path, report: Report
) -> Case:
    """What a user says is judged as it is by the gates. What is supposed is tried: where the operator is not defined it
    is left out, where native is wrong it becomes a deviation. The first one must pass."""
    gates.check_fidelity(replace(case, regimes={}), source.eager, source.typical, source.model)
    if contract.regimes:
        return case
    kept, deviations = {}, []
    for name, by_input in case.regimes.items():
        alone = replace(case, regimes={name: by_input})
        first = not kept
        try:
            gates.check_fidelity(alone, source.eager, source.typical, source.model)
        except CurationError as error:
            if first:
                raise
            report.left_out.append(f"regime {name}: {_reason(case, error)}")
            continue
        try:
            gates.check_native(alone, source.model, mnn_path)
            kept[name] = by_input
        except CurationError as error:
            if first:
                raise CurationError(f"native: {_reason(case, error)}; a file named with --contract can say other "
                                    "regimes or another tolerance") from error  # fmt: skip
            report.left_out.append(f"regime {name}: {_reason(case, error)}; noted as a deviation of native")
            deviations.append(_deviation(alone, source.model, mnn_path, name, _reason(case, error)))
    return replace(case, regimes=kept, deviations=tuple(deviations))


def _reason(case: Case, error: CurationError) -> str:
    return first_line(error).removeprefix(f"{case.id}: ")


def _deviation(case: Case, model: ModelProto, mnn_path: Path, regime: str, reason: str) -> Deviation:
    when, draws = f"contents as in regime '{regime}'", case.regimes[regime]
    try:
        error = gates.deviating_error(case, model, mnn_path, draws)
    except CurationError:
        return Deviation(when, "crashes")
    return Deviation(when, reason, error, draws) if error > 0 else Deviation(when, reason)


def _with_controls(case: Case, contract: contracts.Contract, model: ModelProto, report: Report) -> Case:
    if said := contract.get("negative_controls", None):
        return replace(case, controls=tuple(said))
    supposed = supposing.supposed_controls(model, list(case.drawn_parameters))
    kept, left_out = supposing.rejected_ones(case, model, supposed)
    if left_out:
        kinds = ", ".join(dict.fromkeys(each["kind"] for each in left_out))
        report.left_out.append(f"negative controls that are right here, or do not fit: {kinds}")
    return replace(case, controls=tuple(kept))
