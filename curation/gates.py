"""What a task must pass before it is written: fidelity, native, negative controls."""

import tempfile
import zlib
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from onnx import ModelProto, helper

from curation import compare, controls, draws
from curation.case import Case
from curation.errors import CurationError
from curation.native import run_native


def oracle(model: ModelProto, inputs: dict[str, np.ndarray]) -> list[np.ndarray]:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    return session.run(None, inputs)


def regime_inputs(case: Case, model: ModelProto, regime: str, step: int = 0) -> dict[str, np.ndarray]:
    """Contents from a fixed stream per task, regime and step."""
    rng = np.random.default_rng([zlib.crc32(f"{case.id}/{regime}".encode()), step])
    by_input = case.regimes[regime]
    inputs = {}
    for value in model.graph.input:
        tensor = value.type.tensor_type
        shape = tuple(dim.dim_value for dim in tensor.shape.dim)
        dtype = helper.tensor_dtype_to_np_dtype(tensor.elem_type)
        inputs[value.name] = draws.fill(by_input[value.name], dtype, shape, rng)
    return inputs


def check_fidelity(case: Case, eager: torch.nn.Module, typical: list[torch.Tensor], model: ModelProto) -> None:
    """PyTorch eager equals ONNX Runtime on the module's own inputs and in every regime."""
    names = [value.name for value in model.graph.input]
    contents = {"get_inputs()": dict(zip(names, (tensor.numpy() for tensor in typical)))}
    limit = {"relative_to_max": case.fidelity, "floor": 1e-30}
    contents |= {regime: regime_inputs(case, model, regime) for regime in case.regimes}
    for regime, inputs in contents.items():
        with torch.no_grad():
            answer = eager(*(torch.from_numpy(inputs[name]) for name in names))
        answers = answer if isinstance(answer, tuple | list) else (answer,)
        references = oracle(model, inputs)
        if len(answers) != len(references):
            raise CurationError(f"{case.id}: eager has {len(answers)} outputs, the exported model {len(references)}")
        for got, reference in zip(answers, references):
            if got.numpy().dtype != reference.dtype:
                raise CurationError(f"{case.id}: eager makes {got.dtype}, the exported model {reference.dtype}")
            if problem := compare.fault(got.numpy(), reference, limit):
                raise CurationError(f"{case.id}: fidelity in regime {regime}: {problem}")


def check_native(case: Case, model: ModelProto, mnn_path: Path) -> dict[str, float]:
    """The native kernel passes in every regime, on the declared operator sequence. Largest error per regime."""
    tolerance = compare.DEFAULT_TOLERANCE | case.tolerance
    runs = [regime_inputs(case, model, regime, step) for regime in case.regimes for step in range(2)]
    results, sequence = run_native(mnn_path, runs, case.outputs)
    if sequence != list(case.sequence):
        raise CurationError(f"{case.id}: native runs {sequence}, the case table says {list(case.sequence)}")
    errors: dict[str, float] = {}
    for index, (inputs, answers) in enumerate(zip(runs, results)):
        regime = list(case.regimes)[index // 2]
        for got, reference in zip(answers, oracle(model, inputs)):
            if problem := compare.fault(got, reference, tolerance):
                raise CurationError(f"{case.id}: native in regime {regime}: {problem}")
            errors[regime] = max(errors.get(regime, 0), compare.relative_error(got, reference, tolerance["floor"]))
    return errors


def check_parameters(case: Case, model: ModelProto, task: dict, folder: Path) -> None:
    """With parameters drawn anew at their offsets, both files still hold the same operator."""
    contents = {name: bytearray((folder / name).read_bytes()) for name in ("model.onnx", "model.mnn")}
    rng = np.random.default_rng(1)
    for parameter in task["parameters"]:
        values = draws.fill(parameter["draw"], np.dtype("<f4"), tuple(parameter["shape"]), rng).tobytes()
        for name, key in (("model.onnx", "onnx_offset"), ("model.mnn", "mnn_offset")):
            contents[name][parameter[key] : parameter[key] + len(values)] = values
    redrawn = onnx.load_model_from_string(bytes(contents["model.onnx"]))
    inputs = regime_inputs(case, model, next(iter(case.regimes)))
    with tempfile.TemporaryDirectory() as other:
        (Path(other) / "model.mnn").write_bytes(contents["model.mnn"])
        results, _ = run_native(Path(other) / "model.mnn", [inputs], case.outputs)
    for got, reference, stored in zip(results[0], oracle(redrawn, inputs), oracle(model, inputs)):
        if problem := compare.fault(got, reference, compare.DEFAULT_TOLERANCE | case.tolerance):
            raise CurationError(f"{case.id}: native with parameters drawn anew: {problem}")
        if task["parameters"] and np.array_equal(reference, stored):
            raise CurationError(f"{case.id}: parameters drawn anew change nothing")


def check_controls(case: Case, model: ModelProto, control_models: dict[int, ModelProto]) -> list[str]:
    """Every negative control is rejected; the first regime that does so, per control."""
    tolerance = compare.DEFAULT_TOLERANCE | case.tolerance
    rejected: list[str | None] = [None] * len(case.controls)
    for regime in case.regimes:
        inputs = regime_inputs(case, model, regime)
        right = oracle(model, inputs)
        previous = oracle(model, regime_inputs(case, model, regime, 1))
        for index, control in enumerate(case.controls):
            wrong = controls.wrong_outputs(
                control, model, inputs, right, previous, oracle, control_models.get(index)
            )
            if rejected[index] is None and any(compare.fault(a, b, tolerance) for a, b in zip(wrong, right)):
                rejected[index] = regime
    for control, regime in zip(case.controls, rejected):
        if regime is None:
            raise CurationError(f"{case.id}: no regime rejects the negative control {control}")
    return [regime for regime in rejected if regime is not None]
