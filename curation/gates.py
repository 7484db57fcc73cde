"""What a task must pass before it is written: fidelity, native, negative controls."""

import tempfile
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from onnx import ModelProto, helper

from curation import compare, controls, draws
from curation.case import Case
from curation.convert import operators_of
from curation.errors import CurationError, first_line
from curation.native import Native, run_native


def oracle(model: ModelProto, inputs: dict[str, np.ndarray]) -> list[np.ndarray]:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    return session.run(None, inputs)


def _drawn(model: ModelProto, by_input: dict[str, dict], rng: np.random.Generator) -> dict[str, np.ndarray]:
    inputs = {}
    for value in model.graph.input:
        tensor = value.type.tensor_type
        shape = tuple(dim.dim_value for dim in tensor.shape.dim)
        dtype = helper.tensor_dtype_to_np_dtype(tensor.elem_type)
        inputs[value.name] = draws.fill(by_input[value.name], dtype, shape, rng)
    return inputs


def regime_inputs(case: Case, model: ModelProto, regime: str, step: int = 0) -> dict[str, np.ndarray]:
    """Contents from a fixed stream per task, regime and step."""
    rng = np.random.default_rng([zlib.crc32(f"{case.id}/{regime}".encode()), step])
    return _drawn(model, case.regimes[regime], rng)


def check_fidelity(case: Case, eager: torch.nn.Module, typical: list[torch.Tensor], model: ModelProto) -> None:
    """PyTorch eager equals ONNX Runtime on the module's own inputs and in every regime."""
    names = [value.name for value in model.graph.input]
    contents = {"get_inputs()": dict(zip(names, (tensor.numpy() for tensor in typical)))}
    limit = {"relative_to_max": case.fidelity, "floor": 1e-30}
    contents |= {regime: regime_inputs(case, model, regime) for regime in case.regimes}
    for regime, inputs in contents.items():
        try:
            with torch.no_grad():
                answer = eager(*(torch.from_numpy(inputs[name]) for name in names))
            references = oracle(model, inputs)
        except Exception as error:  # of any type: the module's inside, and ONNX Runtime's
            raise CurationError(f"{case.id}: fidelity in regime {regime}: {first_line(error)}") from error
        answers = answer if isinstance(answer, tuple | list) else (answer,)
        if len(answers) != len(references):
            raise CurationError(f"{case.id}: eager has {len(answers)} outputs, the exported model {len(references)}")
        for got, reference in zip(answers, references):
            if got.numpy().dtype != reference.dtype:
                raise CurationError(f"{case.id}: eager makes {got.dtype}, the exported model {reference.dtype}")
            if problem := compare.fault(got.numpy(), reference, limit):
                raise CurationError(f"{case.id}: fidelity in regime {regime}: {problem}")


def check_target(case: Case, mnn_path: Path) -> None:
    """The operator that a candidate replaces is in the converted model, or is what a geometry computer makes of it.
    A composite candidate replaces the ONNX node itself, which the converter has expanded."""
    target = case.kernel.target
    if case.kernel.form == "composite":
        return
    there = operators_of(mnn_path)
    executed = case.kernel.form == "atomic" and not target[1] and target[0] in case.sequence
    if target not in there and not executed:
        names = [" ".join(filter(None, each)) for each in there if each[0] not in ("Input", "Const")]
        raise CurationError(f"{case.id}: the model has {names}, the table of operators says {' '.join(target)}")


@dataclass(frozen=True)
class NativeReport:
    errors: dict[str, float]  # regime -> largest error of native, as a share of the maximum
    time_us: float | None  # of one run on this host, where it was asked for
    passing: tuple[float, float | None] | None = None  # error and time of the baseline's other setting


def _judge(
    case: Case, model: ModelProto, native: Native, inputs: dict[str, list]
) -> tuple[dict[str, float], list[str]]:
    """Largest error by regime, and what the criterion has against native."""
    tolerance = compare.DEFAULT_TOLERANCE | case.tolerance
    errors: dict[str, float] = {}
    faults = []
    answers = iter(native.outputs)
    for regime, steps in inputs.items():
        for step in steps:
            for got, reference in zip(next(answers), oracle(model, step)):
                if problem := compare.fault(got, reference, tolerance):
                    faults.append(f"in regime {regime}: {problem}")
                error = compare.relative_error(got, reference, tolerance["floor"])
                errors[regime] = max(errors.get(regime, 0), error)
    return errors, faults


def _same_size(written: float, measured: float) -> bool:
    """Within a factor of two: other processors round otherwise."""
    return written / 2 <= measured <= written * 2


def check_native(case: Case, model: ModelProto, mnn_path: Path, timed: bool = False) -> NativeReport:
    """The native kernel passes in every regime, on the declared operator sequence. Where the case says that it does
    not, its error must be the written one, and the other setting must pass."""
    inputs = {regime: [regime_inputs(case, model, regime, step) for step in range(2)] for regime in case.regimes}
    runs = [step for steps in inputs.values() for step in steps]
    native = run_native(mnn_path, runs, case.outputs, timed=timed)
    if native.sequence != list(case.sequence):
        raise CurationError(f"{case.id}: native runs {native.sequence}, the case table says {list(case.sequence)}")
    errors, faults = _judge(case, model, native, inputs)
    if case.baseline is None:
        if faults:
            raise CurationError(f"{case.id}: native {faults[0]}")
        return NativeReport(errors, native.time_us)
    worst = max(errors.values())
    if not faults or not _same_size(case.baseline.error, worst):
        raise CurationError(f"{case.id}: native's error is {worst:.1e}, its baseline says {case.baseline.error:.1e}")
    other = run_native(mnn_path, runs, case.outputs, case.baseline.hints, timed)
    other_errors, faults = _judge(case, model, other, inputs)
    if faults:
        raise CurationError(f"{case.id}: native with {case.baseline.setting} {faults[0]}")
    if not _same_size(case.baseline.setting_error, max(other_errors.values())):
        measured = f"an error of {max(other_errors.values()):.1e}, written {case.baseline.setting_error:.1e}"
        raise CurationError(f"{case.id}: native with {case.baseline.setting} has {measured}")
    return NativeReport(errors, native.time_us, (max(other_errors.values()), other.time_us))


def deviating_error(case: Case, model: ModelProto, mnn_path: Path, draws_of: dict[str, dict]) -> float:
    """On one draw per input: the largest error as a share of the largest reference; of whole numbers the share of
    elements that are wrong; else the share where one of the two is infinite or NaN and the other is not."""
    inputs = _drawn(model, draws_of, np.random.default_rng(2))
    floor = (compare.DEFAULT_TOLERANCE | case.tolerance)["floor"]
    native = run_native(mnn_path, [inputs], case.outputs)
    found = 0.0
    for got, reference in zip(native.outputs[0], oracle(model, inputs)):
        got, reference = compare.in_framework(got), compare.in_framework(reference)
        finite = np.isfinite(got) & np.isfinite(reference)
        if reference.dtype.kind == "i":
            found = max(found, float((got != reference).mean()))
        elif not finite.all():
            found = max(found, float((np.isfinite(got) != np.isfinite(reference)).mean()))
        else:
            found = max(found, compare.relative_error(got, reference, floor))
    return found


def check_deviations(case: Case, model: ModelProto, mnn_path: Path) -> None:
    """Native deviates where the case says so, and by as much."""
    for deviation in case.deviations:
        if not deviation.inputs:
            continue
        measured = deviating_error(case, model, mnn_path, deviation.inputs)
        if deviation.error is None or not _same_size(deviation.error, measured):
            raise CurationError(
                f"{case.id}: deviation '{deviation.when}': measured {measured:.1e}, written {deviation.error}"
            )


def check_parameters(case: Case, model: ModelProto, task: dict, folder: Path) -> None:
    """With parameters drawn anew at their offsets, both files still hold the same operator."""
    if not task["parameters"]:
        return
    contents = {name: bytearray((folder / name).read_bytes()) for name in ("model.onnx", "model.mnn")}
    rng = np.random.default_rng(1)
    for parameter in task["parameters"]:
        values = draws.fill(parameter["draw"], np.dtype("<f4"), tuple(parameter["shape"]), rng).tobytes()
        for name, offsets in (("model.onnx", [parameter["onnx_offset"]]), ("model.mnn", parameter["mnn_offsets"])):
            piece = len(values) // len(offsets)
            for number, offset in enumerate(offsets):
                contents[name][offset : offset + piece] = values[number * piece : (number + 1) * piece]
    redrawn = onnx.load_model_from_string(bytes(contents["model.onnx"]))
    inputs = regime_inputs(case, model, next(iter(case.regimes)))
    with tempfile.TemporaryDirectory() as other:
        (Path(other) / "model.mnn").write_bytes(contents["model.mnn"])
        hints = case.baseline.hints if case.baseline else None
        native = run_native(Path(other) / "model.mnn", [inputs], case.outputs, hints)
    for got, reference, stored in zip(native.outputs[0], oracle(redrawn, inputs), oracle(model, inputs)):
        if problem := compare.fault(got, reference, compare.DEFAULT_TOLERANCE | case.tolerance):
            raise CurationError(f"{case.id}: native with parameters drawn anew: {problem}")
        if np.array_equal(reference, stored):
            raise CurationError(f"{case.id}: parameters drawn anew change nothing")


def first_rejections(case: Case, model: ModelProto, siblings: dict[int, ModelProto]) -> list[str | None]:
    """The first regime that rejects it, per negative control."""
    tolerance = compare.DEFAULT_TOLERANCE | case.tolerance
    rejected: list[str | None] = [None] * len(case.controls)
    for regime in case.regimes:
        inputs = regime_inputs(case, model, regime)
        right = oracle(model, inputs)
        previous = oracle(model, regime_inputs(case, model, regime, 1))
        for index, control in enumerate(case.controls):
            try:
                wrong = controls.wrong_outputs(control, model, inputs, right, previous, oracle, siblings.get(index))
            except Exception as error:  # of any type: ONNX Runtime's, for an attribute that it refuses
                raise CurationError(f"{case.id}: negative control {control}: {first_line(error)}") from error
            if rejected[index] is None and any(compare.fault(a, b, tolerance) for a, b in zip(wrong, right)):
                rejected[index] = regime
    return rejected


def check_controls(case: Case, model: ModelProto, siblings: dict[int, ModelProto]) -> list[str]:
    """Every negative control is rejected; the first regime that does so, per control."""
    rejected = first_rejections(case, model, siblings)
    for control, regime in zip(case.controls, rejected):
        if regime is None:
            raise CurationError(f"{case.id}: no regime rejects the negative control {control}")
    return [regime for regime in rejected if regime is not None]
