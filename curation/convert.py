"""ONNX model -> framework model, reproducible to the byte.

Only the converter's bare extension `_tools` is used, in a process of its own: it can crash, and it answers True even on
failure. The package `MNN.tools` must never be imported: on import it runs pip, and its entry points send usage data.
"""

import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
from onnx import ModelProto, helper, numpy_helper

from curation.errors import CurationError

_LIMIT_SECONDS = 300
_UUID = re.compile(rb"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_NO_UUID = b"00000000-0000-0000-0000-000000000000"
_OPSET_WITH_ATTRIBUTE = 13


def convert(onnx_path: Path, mnn_path: Path, flags: tuple[str, ...] = ()) -> None:
    _call("ONNX", onnx_path, mnn_path, "--MNNModel", str(mnn_path), "--bizCode", "mkb", *flags)
    mnn_path.write_bytes(without_uuid(mnn_path.read_bytes()))


def _call(framework: str, source: Path, made: Path, *arguments: str) -> None:
    made.unlink(missing_ok=True)
    command = ["-f", framework, "--modelFile", str(source), *arguments]
    run = subprocess.run(
        [sys.executable, "-m", "curation.convert", *command], capture_output=True, text=True, timeout=_LIMIT_SECONDS
    )
    if not made.is_file():
        raise CurationError(f"{source.name}: the converter made no file: {_reason(run.stdout + run.stderr)}")


def _reason(log: str) -> str:
    """The line of a converter's log that says why, without its clock."""
    lines = [re.sub(r"^\[[\d:]+\] ", "", line).strip(": 0123456789") for line in log.splitlines() if line.strip()]
    telling = [line for line in lines if re.search(r"not support|error|can't|invalid", line, re.IGNORECASE)]
    return (telling or lines or ["it died"])[-1].strip()


def convert_model(model: ModelProto, mnn_path: Path, way: str, flags: tuple[str, ...] = ()) -> None:
    """`way` is a word of `WAYS`."""
    if way not in WAYS:
        raise CurationError(f"way of conversion '{way}' is none of {list(WAYS)}")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.onnx"
        path.write_bytes(WAYS[way](model).SerializeToString(deterministic=True))
        convert(path, mnn_path, flags)
        if way == "bitwise":
            _patch_operation(mnn_path, _BITWISE[model.graph.node[0].op_type], Path(folder))


def _axes_as_attribute(model: ModelProto) -> ModelProto:
    """Reductions that the framework has no operator for: the converter expands them, and looks for the axes among the
    attributes only, where they stood until opset 17. The task's own model stays as it was exported."""
    node = model.graph.node[0]
    if len(node.input) < 2:
        return model
    axes = [numpy_helper.to_array(each).tolist() for each in model.graph.initializer if each.name == node.input[1]]
    if not axes[0]:
        return model
    changed = ModelProto()
    changed.CopyFrom(model)
    del changed.graph.initializer[:]
    changed.opset_import[0].version = _OPSET_WITH_ATTRIBUTE
    old = changed.graph.node[0]
    del old.input[1:]
    kept = [each for each in old.attribute if each.name != "noop_with_empty_axes"]
    del old.attribute[:]
    old.attribute.extend([*kept, helper.make_attribute("axes", axes[0])])
    return changed


def _sum_for_bitwise(model: ModelProto) -> ModelProto:
    """The converter knows no bitwise operator, the framework does: a sum is converted, and its operation exchanged."""
    changed = ModelProto()
    changed.CopyFrom(model)
    node = changed.graph.node[0]
    if node.op_type == "BitwiseNot":  # x xor -1
        node.input.append("all_ones")
        changed.graph.initializer.append(numpy_helper.from_array(np.array(-1, np.int32), "all_ones"))
    node.op_type = "Add"
    return changed


_BITWISE = {
    "BitwiseAnd": "BITWISE_AND",
    "BitwiseOr": "BITWISE_OR",
    "BitwiseXor": "BITWISE_XOR",
    "BitwiseNot": "BITWISE_XOR",
}


def _dumped(mnn_path: Path, dump: Path) -> dict:
    """The framework's model as the converter's own JSON."""
    _call("MNN", mnn_path, dump, "--JsonFile", str(dump))
    return json.loads(dump.read_text())


def operators_of(mnn_path: Path) -> list[tuple[str, str]]:
    """Type and operation of every operator of a converted model, as task.json names a target."""
    with tempfile.TemporaryDirectory() as folder:
        graph = _dumped(mnn_path, Path(folder) / "model.json")
    key = {"BinaryOp": "opType", "UnaryOp": "opType", "Reduction": "operation"}
    return [(each["type"], each["main"][key[each["type"]]] if each["type"] in key else "") for each in graph["oplists"]]


def _patch_operation(mnn_path: Path, operation: str, folder: Path) -> None:
    """The operation of the model's one BinaryOp."""
    dump = folder / "model.json"
    graph = _dumped(mnn_path, dump)
    binaries = [each for each in graph["oplists"] if each["type"] == "BinaryOp"]
    if len(binaries) != 1:
        raise CurationError(f"{mnn_path}: {len(binaries)} BinaryOps, wanted one to make {operation} of")
    binaries[0]["main"]["opType"] = operation
    dump.write_text(json.dumps(graph))
    _call("JSON", dump, mnn_path, "--MNNModel", str(mnn_path), "--bizCode", "mkb")
    mnn_path.write_bytes(without_uuid(mnn_path.read_bytes()))


# What the converter is given for a model, by the word that curation/operators.py uses.
WAYS: dict[str, Callable[[ModelProto], ModelProto]] = {
    "onnx": lambda model: model,
    "recurrent": lambda model: model,  # with FLAGS
    "axes_as_attribute": _axes_as_attribute,
    "bitwise": _sum_for_bitwise,
}
FLAGS = {"recurrent": ("--useOriginRNNImpl",)}


def without_uuid(model: bytes) -> bytes:
    """The converter writes a random identifier into every model."""
    found = _UUID.findall(model)
    if len(found) != 1:
        raise CurationError(f"converted model: {len(found)} identifiers found, expected one")
    return model.replace(found[0], _NO_UUID)


def _worker(arguments: list[str]) -> None:
    import _tools

    assert "MNN.tools" not in sys.modules
    _tools.mnnconvert(["convert", *arguments])


if __name__ == "__main__":
    _worker(sys.argv[1:])
