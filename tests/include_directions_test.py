"""Rooms include upwards only: a cycle or a short cut between rooms fails here, with its file and line."""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
# A room may include itself and those before it.
ORDER = ["base", "task", "candidate", "record", "device", "framework", "verify", "measure", "pipeline", "executor",
         "store", "score", "report", "llm", "tools", "agent", "cli"]
# These see less: what comes after running knows records only.
NARROW = {
    "store": {"base", "task", "record"},
    "score": {"base", "task", "record", "store", "measure/binomial.h", "measure/statistics.h"},
    "report": {"base", "task", "record", "store", "score", "measure/statistics.h"},
    "tools": {"base", "task", "record", "framework/reading.h", "device/expansion.h"},
}
# The runner is built for the device too: it shares these headers with the host and nothing else.
RUNNER = {"base/large_pages.h", "task/draw.h", "device/job.h", "device/expansion.h", "device/emulator_call.h",
          "device/landlock.h", "device/readings.h", "device/seccomp_filter.h"}
TEST_SUPPORT = "../tests/support/"
INCLUDE = re.compile(r'^\s*#\s*include\s*"([^"]+)"')


def allowed(room, included):
    """Whether a file of src/<room> may include src/<included>."""
    other = included.split("/")[0]
    if room == other:
        return True
    if room in NARROW:
        return other in NARROW[room] or included in NARROW[room]
    return ORDER.index(other) < ORDER.index(room)


def includes_of(path):
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        match = INCLUDE.match(line)
        if match:
            yield number, match.group(1)


def sources_below(folder):
    return sorted(path for path in folder.rglob("*") if path.suffix in (".h", ".cc") and path.is_file())


def faults_in_rooms(source):
    for path in sources_below(source):
        parts = path.relative_to(source).parts
        room = parts[0]
        if len(parts) < 2 or room not in ORDER:
            yield f"{path}: '{room}' is no room; rooms are {', '.join(ORDER)}"
            continue
        for number, included in includes_of(path):
            if path.stem.endswith("_test") and included.startswith(TEST_SUPPORT):
                continue
            if included.split("/")[0] not in ORDER:
                yield f"{path}:{number}: \"{included}\" names no room; write \"room/file.h\""
            elif not allowed(room, included):
                yield f"{path}:{number}: {room} may not include \"{included}\""


def faults_in_runner(runner, source):
    for path in sources_below(runner):
        for number, included in includes_of(path):
            if (source / included).exists() and included not in RUNNER:
                yield f"{path}:{number}: runner may not include \"{included}\"; only {', '.join(sorted(RUNNER))}"


def check_the_check():
    """The rules themselves: what they must refuse is refused."""
    assert allowed("pipeline", "framework/framework.h") and allowed("framework", "device/job.h")
    assert not allowed("device", "framework/framework.h") and not allowed("base", "task/task.h")
    assert allowed("score", "measure/statistics.h") and not allowed("score", "measure/measure.h")
    assert not allowed("store", "score/score.h") and not allowed("tools", "pipeline/evaluate.h")
    assert allowed("tools", "framework/reading.h") and not allowed("tools", "framework/framework.h")
    assert INCLUDE.match('#include "base/result.h"') and not INCLUDE.match("#include <vector>")


def main():
    check_the_check()
    source = ROOT / "src"
    assert len(sources_below(source)) > 20, f"{source}: hardly any source found; is the path right?"
    faults = [*faults_in_rooms(source), *faults_in_runner(ROOT / "runner", source)]
    for fault in faults:
        print(fault)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
