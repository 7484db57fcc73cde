"""script/curate --own: makes one task outside the benchmark, for `mkb task new`.

Standard output holds "step NUMBER OF WHAT" lines and, last, one JSON object: the report, or {"error": line}. The gates,
which run the user's code, are a process of their own: it may end by itself, never end, or print.
"""

import argparse
import ctypes
import dataclasses
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

from curation.errors import CurationError

_SCHEMA_NAME = re.compile(r"[^A-Za-z0-9_]+")
_MOST_LETTERS = 400  # of an error's line
_PR_SET_PDEATHSIG = 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="script/curate --own", description=__doc__)
    parser.add_argument("source", type=Path, help="a model.py, or an ONNX file of one node")
    parser.add_argument("--tasks", type=Path, required=True, help="folder of tasks, outside the repository")
    parser.add_argument("--sources", type=Path, required=True, help="the framework's source tree")
    parser.add_argument("--name", default="", help="of the case; default: the file's")
    parser.add_argument("--contract", type=Path, help="what cannot be worked out, a JSON file with task.json's names")
    parser.add_argument("--replace", action="store_true", help="a task of the same id that is there")
    parser.add_argument("--time-limit", type=float, default=600, metavar="SECONDS")
    parser.add_argument("--into", type=Path, help=argparse.SUPPRESS)  # the gates' own process
    return parser.parse_args()


def _one_line(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _MOST_LETTERS else line[:_MOST_LETTERS] + " ..."


def _gates(options: argparse.Namespace) -> int:
    """The process that runs the user's code and fills `into`; it ends with its parent."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    from curation.own.assemble import STEPS, make_task

    def step(what: str) -> None:
        print(f"step {STEPS.index(what) + 1} {len(STEPS)} {what}", flush=True)

    try:
        name = options.name or _SCHEMA_NAME.sub("_", options.source.stem)
        report = make_task(options.source, name, options.contract, options.sources, options.into, step)
    except CurationError as error:
        print(json.dumps({"error": _one_line(str(error))}), flush=True)
        return 1
    print(json.dumps(dataclasses.asdict(report)), flush=True)
    return 0


def _run_gates(folder: Path, scratch: Path, options: argparse.Namespace) -> dict:
    """What the gates' process says last; what became of it where it says nothing."""
    command = [sys.executable, "-m", "curation.own", *sys.argv[1:], "--into", str(folder)]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, errors="replace", start_new_session=True,
        env={**os.environ, "TMPDIR": str(scratch)},
    )  # fmt: skip
    signal.signal(signal.SIGALRM, lambda *_: os.killpg(process.pid, signal.SIGKILL))
    signal.setitimer(signal.ITIMER_REAL, options.time_limit)
    gate, last = "file", ""
    for line in process.stdout:
        if line.startswith("step "):
            gate = line.split(maxsplit=3)[3].strip()
            print(line, end="", flush=True)
        else:
            last = line
    errors = process.stderr.read()
    code = process.wait()
    signal.setitimer(signal.ITIMER_REAL, 0)
    try:
        said = json.loads(last)
        if isinstance(said, dict):
            return said
    except ValueError:
        pass
    if code == -signal.SIGKILL:
        return {"error": f"{gate}: not done after {options.time_limit:g} s; does the module end?"}
    return {"error": _one_line(f"{gate}: the process that runs the module ended with {code} {errors[-300:]}")}


def _put(folder: Path, place: Path, replace: bool) -> None:
    """Whole or not at all: a copy beside it, then renamed."""
    place.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix=".new-", dir=place.parent))
    try:
        fresh.chmod(0o755)
        shutil.copytree(folder, fresh, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
        if replace:
            shutil.rmtree(place, ignore_errors=True)
        fresh.rename(place)
    except OSError:
        shutil.rmtree(fresh, ignore_errors=True)
        raise


def _checked(options: argparse.Namespace) -> None:
    for path in filter(None, (options.source, options.contract)):
        if not path.is_file():
            raise CurationError(f"file: {path} is not there")
    if options.name and _SCHEMA_NAME.search(options.name):
        raise CurationError(f"file: the name '{options.name}' has other signs than letters, digits and '_'")


def _make(options: argparse.Namespace) -> dict:
    with tempfile.TemporaryDirectory(prefix="mkb-own-") as made:
        scratch, folder = Path(made), Path(made) / "task"
        folder.mkdir()
        said = _run_gates(folder, scratch, options)
        if "error" in said:
            return said
        place = options.tasks / said["id"]
        if place.exists() and not options.replace:
            return {"error": f"file: {place} is there already; give another --name, or --replace it"}
        _put(folder, place, options.replace)
        return said | {"folder": str(place)}


def main() -> int:
    options = _options()
    if options.into:
        return _gates(options)
    try:
        _checked(options)
        said = _make(options)
    except (CurationError, OSError) as error:
        said = {"error": _one_line(str(error))}
    print(json.dumps(said), flush=True)
    return 1 if "error" in said else 0


if __name__ == "__main__":
    sys.exit(main())
