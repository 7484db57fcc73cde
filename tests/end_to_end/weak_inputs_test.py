"""What weak inputs do not show. The framework's own test draws from U(0.1, 1.2) only; for each category and form an
example kernel is right there and wrong in the task's regimes. That it is wrong is said by the manifest's `expect`, which
examples_are_judged_as_they_should_be holds the judge to; that it is right there is shown here."""

import json
import shutil
import unittest

from program import FINE, ROOT, ProgramTest

MANIFEST = ROOT / "examples/kernels/manifest.json"
WEAK = {"float32": {"kind": "uniform", "low": 0.1, "high": 1.2}}
# Whole numbers and booleans: the same, cut to 0 and 1.
WEAK_WHOLE = {"kind": "integers", "low": 0, "high": 1}


def candidates():
    return json.loads(MANIFEST.read_text())["candidates"]


def subtle():
    return [each for each in candidates() if each.get("right_on_weak_inputs")]


class WeakInputsTest(ProgramTest):
    def weak_copy(self, task_id):
        """The task with one regime instead of its own."""
        folder = self.folder / "tasks" / task_id
        if folder.exists():
            return
        shutil.copytree(ROOT / "tasks" / task_id, folder)
        task = json.loads((folder / "task.json").read_text())
        draws = {each["name"]: WEAK.get(each["type"], WEAK_WHOLE) for each in task["inputs"]}
        task["regimes"] = [{"name": "weak", "inputs": draws}]
        (folder / "task.json").write_text(json.dumps(task))

    def test_every_category_and_form_has_an_honest_kernel_and_a_subtly_wrong_one(self):
        form = {task["id"]: task["form"] for task in self.run_json("tasks")}
        there = {(task.split("/")[0], form[task]) for task in form}
        self.assertEqual(len(there), 22)

        def kinds(chosen):
            return {(each["task"].split("/")[0], form[each["task"]]) for each in chosen}

        honest = [each for each in candidates() if each["expect"]["outcome"] == "correct"]
        self.assertEqual(there - kinds(honest), set())
        self.assertEqual(there - kinds(subtle()), set())
        self.assertEqual({each["expect"]["outcome"] for each in subtle()}, {"wrong"})

    def test_the_subtly_wrong_ones_are_right_on_weak_inputs(self):
        entries = []
        for each in subtle():
            self.weak_copy(each["task"])
            files = [str(MANIFEST.parent / file) for file in each["files"]]
            entries.append({**each, "files": files, "expect": {"outcome": "correct"}})
        manifest = self.write("manifest.json", json.dumps({"candidates": entries}))
        arguments = ("--manifest", manifest, "--tasks", "tasks", "--profile", "verify", "--run", "run")
        done = self.run_mkb("evaluate", *arguments, timeout=1800)
        self.assertEqual(done.returncode, FINE, done.out + done.err)
        self.assertIn(f"{len(entries)} of {len(entries)} as expected", done.out)


if __name__ == "__main__":
    unittest.main()
