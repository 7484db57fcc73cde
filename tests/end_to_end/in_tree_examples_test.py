"""Every example that can be built both ways gets the same outcome both ways (bench/both_ways.py: the same time)."""

import json
import os
import unittest

from program import FINE, NO, ROOT, ProgramTest

MANIFEST = ROOT / "examples/kernels/manifest.json"
ONLY = os.environ.get("MKB_TEST_EXAMPLES", "").split()  # labels; none: all


def summary(outcome):
    """What may not depend on the way: addresses, times and the drawing of contents may."""
    return outcome["kind"], outcome.get("rule"), outcome.get("stage"), outcome.get("signal")


class InTreeExamplesTest(ProgramTest):
    def judge_all(self, way, entries):
        path = self.write("manifest.json", json.dumps({"candidates": entries}))
        done = self.run_mkb(
            "evaluate", "--manifest", path, "--profile", "short", "--run", "run", "--build", way, "--json",
            timeout=3000,
        )  # fmt: skip
        self.assertIn(done.returncode, (FINE, NO), done.err)
        return {record["label"]: record for record in json.loads(done.out)}

    def test_the_same_outcome_both_ways(self):
        forms = {task["id"]: task["form"] for task in self.run_json("tasks")}
        entries = []
        for entry in json.loads(MANIFEST.read_text())["candidates"]:
            if forms[entry["task"]] != "composite" and (not ONLY or entry["label"] in ONLY):
                entries.append({**entry, "files": [str(MANIFEST.parent / file) for file in entry["files"]]})
        self.assertTrue(entries)
        plugin, in_tree = self.judge_all("plugin", entries), self.judge_all("in-tree", entries)
        for entry in entries:
            label = entry["label"]
            with self.subTest(label):
                one, other = plugin[label]["outcome"], in_tree[label]["outcome"]
                self.assertEqual(summary(one), summary(other), (one, other))
                self.assertTrue(in_tree[label]["as_expected"], other)


if __name__ == "__main__":
    unittest.main()
