"""Whether a kernel built as a plug-in and built into the framework's library is equally fast.
    bench/both_ways.py [CALLS] [LABEL …]    default: 6 calls each way, every example that is timed; about 50 s an example
One call alternates with the other, so that what drifts from minute to minute meets both ways. Of each example: the
median over the calls of each way, and the library's speed-up over the plug-in's of the same moment with its lowest and
highest (of 6: an interval of 96.9 % for the median). Then how often the records' own intervals overlap, of two
neighbouring calls that were built differently, and of two that were built alike: what is left in the second is no
matter of building. Judged into runs/both_ways; the same command again goes on."""

import itertools
import json
import pathlib
import statistics
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
MANIFEST = ROOT / "examples/kernels/manifest.json"
RUNS = pathlib.Path("runs/both_ways")
WAYS = ("plugin", "in-tree")


def mkb(*words):
    done = subprocess.run([ROOT / "build/release/mkb", *words, "--json"], stdout=subprocess.PIPE, text=True, check=False)
    if not done.stdout:
        sys.exit(done.returncode)
    return json.loads(done.stdout)


def judge(entry, way, call):
    files = [MANIFEST.parent / file for file in entry["files"]]
    run = RUNS / entry["label"] / f"{way}-{call}"
    return mkb("evaluate", "--task", entry["task"], "--build", way, "--run", run, *files)["outcome"]


def overlap(one, other):
    return one["speedup_low"] <= other["speedup_high"] and other["speedup_low"] <= one["speedup_high"]


def share(pairs):
    return f"{sum(overlap(one, other) for one, other in pairs)} of {len(pairs)}"


def main():
    calls = int(sys.argv[1]) if len(sys.argv) > 1 else 6
    labels = sys.argv[2:]
    forms = {task["id"]: task["form"] for task in mkb("tasks")}
    different, alike = [], []
    holds = []
    for entry in json.loads(MANIFEST.read_text())["candidates"]:
        label = entry["label"]
        timed = entry["expect"]["outcome"] == "correct" and forms[entry["task"]] != "composite"
        if not timed or (labels and label not in labels):
            continue
        of = {way: [] for way in WAYS}
        for call in range(calls):
            for way in WAYS if call % 2 == 0 else WAYS[::-1]:
                of[way].append(judge(entry, way, call))
        ratios = [b["speedup"] / a["speedup"] for a, b in zip(of["plugin"], of["in-tree"])]
        holds.append(min(ratios) <= 1 <= max(ratios))
        different += zip(of["plugin"], of["in-tree"])
        for way in WAYS:
            alike += itertools.pairwise(of[way])
        medians = [statistics.median(outcome["speedup"] for outcome in of[way]) for way in WAYS]
        print(
            f"{label}: plugin {medians[0]:.3f}, in-tree {medians[1]:.3f}; in-tree/plugin "
            f"{statistics.median(ratios):.4f} [{min(ratios):.4f}, {max(ratios):.4f}]{'' if holds[-1] else '  not 1'}",
            flush=True,
        )
    print(f"in-tree/plugin may be 1 on {sum(holds)} of {len(holds)}")
    print(f"intervals of neighbouring calls overlap: built differently {share(different)}, built alike {share(alike)}")


if __name__ == "__main__":
    main()
