"""Runs the native kernel: the framework's Python runtime, one thread, high precision, in a process of its own."""

import json
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from curation.errors import CurationError

_LIMIT_SECONDS = 300
# Interpreter::HintMode of the framework 3.6.1, as far as a case's baseline may name it.
HINTS = {"WINOGRAD_MEMORY_LEVEL": 3}
_MOST_TIMED_RUNS = 100
_MOST_TIMED_SECONDS = 0.5


@dataclass(frozen=True)
class Native:
    outputs: list[list[np.ndarray]]  # per run, in the framework's types
    sequence: list[str]  # executed operator types of one run
    time_us: float | None  # median of whole runs, on this host; a figure for people, never judged


def run_native(
    mnn_path: Path,
    runs: list[dict[str, np.ndarray]],
    outputs: tuple[str, ...],
    hints: dict[str, int] | None = None,
    timed: bool = False,
) -> Native:
    """Raises CurationError when the process dies."""
    with tempfile.TemporaryDirectory() as folder:
        inputs, results = Path(folder) / "in.npz", Path(folder) / "out.npz"
        np.savez(inputs, **{f"{i}:{name}": array for i, run in enumerate(runs) for name, array in run.items()})
        options = json.dumps({"outputs": outputs, "hints": hints or {}, "timed": timed})
        command = [sys.executable, "-m", "curation.native", str(mnn_path), str(inputs), str(results), options]
        done = subprocess.run(command, capture_output=True, text=True, timeout=_LIMIT_SECONDS)
        if done.returncode != 0 or not results.is_file():
            what = f"ended with {done.returncode}: {done.stdout[-800:]}{done.stderr[-800:]}"
            raise CurationError(f"{mnn_path.name}: native run {what}")
        with np.load(results) as loaded:
            arrays = [[loaded[f"{i}:{name}"] for name in outputs] for i in range(len(runs))]
    return Native(arrays, **json.loads(done.stdout.splitlines()[-1]))


def _host_array(tensor) -> np.ndarray:
    import MNN

    floating = tensor.getDataType() == MNN.Halide_Type_Float
    shape = tuple(tensor.getShape())
    array = np.zeros(shape, np.float32 if floating else np.int32)
    host = MNN.Tensor(shape, tensor.getDataType(), array, MNN.Tensor_DimensionType_Caffe)
    if not tensor.copyToHostTensor(host):
        raise SystemExit("copy to host failed")
    return np.array(host.getNumpyData()).reshape(shape).astype(array.dtype)


def _copy_in(tensor, array: np.ndarray) -> None:
    import MNN

    wanted = np.float32 if array.dtype == np.float32 else np.int32
    host = np.require(array.astype(wanted), requirements="C")
    if tuple(tensor.getShape()) != host.shape:
        raise SystemExit(f"input shape {tensor.getShape()}, wanted {host.shape}")
    tensor.copyFrom(MNN.Tensor(host.shape, tensor.getDataType(), host, MNN.Tensor_DimensionType_Caffe))


def _median_us(interpreter, session, inputs: dict[str, np.ndarray]) -> float:
    """The framework may use an input's memory for something else once it is read, so it is written before each run."""
    times = []
    for _ in range(_MOST_TIMED_RUNS):
        for name, array in inputs.items():
            _copy_in(interpreter.getSessionInput(session, name), array)
        begin = time.perf_counter()
        interpreter.runSession(session)
        times.append(time.perf_counter() - begin)
        if sum(times) > _MOST_TIMED_SECONDS:
            break
    return float(np.median(times)) * 1e6


def run_session(mnn_path: str, in_path: str, out_path: str, options: dict) -> dict:
    """In this process, which it may end."""
    import MNN

    interpreter = MNN.Interpreter(mnn_path)
    for name, value in options["hints"].items():
        interpreter.setSessionHint(HINTS[name], value)
    session = interpreter.createSession({"backend": "CPU", "precision": "high", "numThread": 1})
    results, sequence = {}, []
    with np.load(in_path) as loaded:
        keys = [key.split(":", 1) for key in loaded.files]
        typical = {name: loaded[f"{index}:{name}"] for index, name in keys if index == "0"}
        for run in sorted({int(index) for index, _ in keys}):
            for index, name in keys:
                if int(index) == run:
                    _copy_in(interpreter.getSessionInput(session, name), loaded[f"{index}:{name}"])
            sequence = []

            def before(_tensors, info) -> bool:
                sequence.append(info.getType())
                return True

            interpreter.runSessionWithCallBackInfo(session, before, lambda _tensors, _info: True)
            for name in options["outputs"]:
                results[f"{run}:{name}"] = _host_array(interpreter.getSessionOutput(session, name))
    np.savez(out_path, **results)
    time_us = _median_us(interpreter, session, typical) if options["timed"] else None
    return {"sequence": sequence, "time_us": time_us}


if __name__ == "__main__":
    print(json.dumps(run_session(sys.argv[1], sys.argv[2], sys.argv[3], json.loads(sys.argv[4]))))
