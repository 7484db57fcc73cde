"""ONNX model -> framework model, reproducible to the byte.

Only the converter's bare extension `_tools` is used, in a process of its own: it can crash, and it answers True even on
failure. The package `MNN.tools` must never be imported: on import it runs pip, and its entry points send usage data.
"""

import re
import subprocess
import sys
from pathlib import Path

from curation.errors import CurationError

_LIMIT_SECONDS = 300
_UUID = re.compile(rb"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_NO_UUID = b"00000000-0000-0000-0000-000000000000"


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
