"""The process that converts the models of ONNX's node tests and runs them natively (node_tests.py)."""

import sys

from curation.batch import serve
from curation.native import run_session


def _work(job: dict) -> dict:
    import _tools

    _tools.mnnconvert(["convert", "-f", "ONNX", "--modelFile", job["onnx"], "--MNNModel", job["mnn"],
                       "--bizCode", "mkb", *job["flags"]])  # fmt: skip
    return {}


def _run(job: dict) -> dict:
    options = {"outputs": job["outputs"], "hints": {}, "timed": False}
    return run_session(job["mnn"], job["inputs"], job["results"], options)


if __name__ == "__main__":
    serve(sys.argv[1], lambda job: _run(job) if "inputs" in job else _work(job))
