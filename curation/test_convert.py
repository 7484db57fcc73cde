import subprocess
import sys

import pytest

from curation.convert import convert, without_uuid
from curation.errors import CurationError


def test_the_random_identifier_is_replaced_by_zeros():
    model = b"head\x0012345678-9abc-def0-1234-56789abcdef0\x00tail"
    assert without_uuid(model) == b"head\x0000000000-0000-0000-0000-000000000000\x00tail"


def test_a_model_without_the_one_identifier_is_refused():
    with pytest.raises(CurationError, match="0 identifiers"):
        without_uuid(b"nothing here")


def test_a_file_that_is_no_model_is_a_conversion_error(tmp_path):
    (tmp_path / "broken.onnx").write_bytes(b"not a model")
    with pytest.raises(CurationError, match="made no file"):
        convert(tmp_path / "broken.onnx", tmp_path / "broken.mnn")


def test_the_package_that_runs_pip_is_not_imported_with_the_converter_or_the_runtime():
    check = "import sys, _tools, MNN; sys.exit('MNN.tools' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", check], capture_output=True).returncode == 0
