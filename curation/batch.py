"""Many small jobs in one process that may die of any of them: it is started again after the one that killed it.

Starting Python and the framework takes a second, a job a few milliseconds.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

_LIMIT_SECONDS = 600  # of one process, for all of its jobs
_MARK = "job "


def run_batch(module: str, jobs: list[dict]) -> list[dict]:
    """`python -m MODULE LIST` works off the jobs (`serve`). Per job what its function returned, or {"error": why}."""
    answers: list[dict] = []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "jobs.json"
        while len(answers) < len(jobs):
            path.write_text(json.dumps(jobs[len(answers) :]))
            answers += _one_process(module, path, len(jobs) - len(answers))
    return answers


def _one_process(module: str, path: Path, most: int) -> list[dict]:
    """At least one answer: the last one is the death of the process, if it did not come to the end."""
    command = [sys.executable, "-m", module, str(path)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, errors="replace", timeout=_LIMIT_SECONDS)
        out, code = done.stdout, done.returncode
    except subprocess.TimeoutExpired as late:
        out, code = (late.stdout or b"").decode(errors="replace"), "the time limit"
    answers = [json.loads(line.removeprefix(_MARK)) for line in out.splitlines() if line.startswith(_MARK)]
    return answers if len(answers) == most else [*answers, {"error": f"the process ended with {code}"}]


def serve(path: str, work: Callable[[dict], dict]) -> None:
    for job in json.loads(Path(path).read_text()):
        try:
            answer = work(job)
        except (Exception, SystemExit) as error:  # of any type: the framework's inside
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(f"\n{_MARK}{json.dumps(answer)}", flush=True)  # the framework may have left an unfinished line
