"""ONNX model -> framework model, reproducible to the byte.

Only the converter's bare extension `_tools` is used, in a process of its own: it can crash, and it answers True even on
failure. The package `MNN.tools` must never be imported: on import it runs pip, and its entry points send usage data.
"""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

from onnx import ModelProto, helper, numpy_helper

from curation.errors import CurationError

_LIMIT_SECONDS = 300
_UUID = re.compile(rb"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_NO_UUID = b"00000000-0000-0000-0000-000000000000"
# Reductions that the framework has no operator for: the converter expands them, and looks for the axes among the
# attributes only, where they stood until opset 17.
_AXES_AS_ATTRIBUTE = {"ReduceL1", "ReduceL2", "ReduceLogSum", "ReduceLogSumExp", "ReduceSumSquare"}
_OPSET_WITH_ATTRIBUTE = 13


def convert(onnx_path: Path, mnn_path: Path, flags: tuple[str, ...] = ()) -> None:
    mnn_path.unlink(missing_ok=True)
    run = subprocess.run(
        [sys.executable, "-m", "curation.convert", str(onnx_path), str(mnn_path), *flags],
        capture_output=True,
        text=True,
        timeout=_LIMIT_SECONDS,
    )
    if not mnn_path.is_file():
        raise CurationError(f"{onnx_path}: the converter made no file: {run.stdout[-800:]}{run.stderr[-800:]}")
    mnn_path.write_bytes(without_uuid(mnn_path.read_bytes()))


def convert_model(model: ModelProto, mnn_path: Path, flags: tuple[str, ...] = ()) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.onnx"
        path.write_bytes(for_converter(model).SerializeToString(deterministic=True))
        convert(path, mnn_path, flags)


def for_converter(model: ModelProto) -> ModelProto:
    """The same operator as the converter understands it; the task's own model stays as it was exported."""
    node = model.graph.node[0]
    if node.op_type not in _AXES_AS_ATTRIBUTE or len(node.input) < 2:
        return model
    axes = [numpy_helper.to_array(each).tolist() for each in model.graph.initializer if each.name == node.input[1]]
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


def without_uuid(model: bytes) -> bytes:
    """The converter writes a random identifier into every model."""
    found = _UUID.findall(model)
    if len(found) != 1:
        raise CurationError(f"converted model: {len(found)} identifiers found, expected one")
    return model.replace(found[0], _NO_UUID)


def _worker(onnx_path: str, mnn_path: str, flags: list[str]) -> None:
    import _tools

    assert "MNN.tools" not in sys.modules
    _tools.mnnconvert(
        ["convert", "-f", "ONNX", "--modelFile", onnx_path, "--MNNModel", mnn_path, "--bizCode", "mkb", *flags]
    )


if __name__ == "__main__":
    _worker(sys.argv[1], sys.argv[2], sys.argv[3:])
