"""Recorded answers for twelve tasks of all forms, judged by the real pipeline: whole histories of MoKA, single, pass@k,
score, trace, report and comparison. MKB_UPDATE_GOLDEN=1 records anew (tests/recorded/README.md)."""

import json
import os
import shutil
import sys
import unittest

from program import BAD_INPUT, FINE, ROOT, TRANSIENT, ProgramTest

RECORDED = ROOT / "tests/recorded"
sys.path.insert(0, str(RECORDED))
import author  # noqa: E402

UPDATE = bool(os.environ.get("MKB_UPDATE_GOLDEN"))
ROUNDS = max(len(entry["steps"]) for entry in author.TASKS.values())
SAMPLES = 10
# One of each form, and one that crashes.
SAMPLED = ["activation/Softmax/", "tensor/Transpose/", "activation/HardSigmoid/", "logic/Or/"]
TRIES = 5


class RecordedTest(ProgramTest):
    def model(self, recording):
        return f"exec:{sys.executable} {RECORDED / 'author.py'}" if UPDATE else f"recorded:{RECORDED / recording}"

    def command(self, run, method, recording, *more, tasks=tuple(author.TASKS), profile="short"):
        chosen = [word for task in tasks for word in ("--tasks", task)]
        return ["run", "--method", method, "--model", self.model(recording), *chosen, "--profile", profile,
                "--parallel", "3", "--memory", "task", "--run", self.folder / run, "--json", *more]  # fmt: skip

    def to_the_end(self, *command):
        """A machine that others keep too busy to time on ends a task as trouble; the same command goes on."""
        for _ in range(TRIES):
            done = self.run_mkb(*command, timeout=1800)
            if done.returncode != TRANSIENT:
                break
        return done

    def outcomes(self, run):
        """Task → kinds by round or sample."""
        traces = self.run_json("trace", self.folder / run)
        return {trace["task"]: [entry["outcome"]["kind"] for entry in trace["rounds"]] for trace in traces}

    def compare_with_expected(self, name, found, run, recording):
        place = RECORDED / "expected.json"
        expected = json.loads(place.read_text()) if place.exists() else {}
        if UPDATE:
            expected[name] = found
            place.write_text(json.dumps(expected, indent=1, sort_keys=True) + "\n")
            self.run_mkb("trace", self.folder / run, "--calls", RECORDED / recording)
        self.assertEqual(found, expected[name])

    def test_moka_goes_through_its_histories(self):
        rounds = {len(entry["steps"]) for entry in author.TASKS.values()}
        for count in sorted(rounds):
            tasks = [task for task, entry in author.TASKS.items() if len(entry["steps"]) == count]
            done = self.to_the_end(*self.command("moka", "moka", "calls.jsonl", "--rounds", count, tasks=tasks))
            self.assertEqual(done.returncode, FINE, done.err)
        found = self.outcomes("moka")
        self.compare_with_expected("moka", found, "moka", "calls.jsonl")
        for task, kinds in found.items():
            self.assertIn("build_failed", kinds, task)
            self.assertIn("wrong", kinds, task)
            self.assertGreaterEqual(kinds.count("correct"), 3, task)
        self.check_what_is_shown()

    def check_what_is_shown(self):
        traces = self.run_json("trace", self.folder / "moka")
        for trace in traces:
            speedups = [entry["speedup"] for entry in trace["rounds"] if entry["outcome"]["kind"] == "correct"]
            self.assertTrue(all(speedup > 0 for speedup in speedups), trace["task"])
            self.assertEqual(trace["rounds"][-1]["best_so_far"], max(speedups))
            planned = [entry["plan"]["role"] for entry in trace["rounds"]]
            self.assertLessEqual({"repair", "correction", "accelerator"}, set(planned), trace["task"])
        text = self.run_mkb("trace", self.folder / "moka", "activation/Softmax/lastaxis").out
        for part in ("changes of round", "-", "+", "plan (accelerator)", "speed-up over native by round"):
            self.assertIn(part, text)
        score = self.run_mkb("score", self.folder / "moka")
        self.assertIn("MoKA, 10 rounds", score.out)
        self.assertIn("other hardware", score.out)
        asked = [call["prompt"] for trace in traces for entry in trace["rounds"] for call in entry["calls"]
                 if call["role"] == "accelerator"]  # fmt: skip
        self.assertTrue(asked)
        for prompt in asked:
            self.assertRegex(prompt, r"operators of one run\n.+ us +\d+ %")
        page = self.folder / "moka/report.html"
        self.assertEqual(self.run_mkb("report", self.folder / "moka").returncode, FINE)
        html = page.read_text()
        for part in ('id="rounds"', "<svg class=\"curve\"", "Plan (repair)", "coder: prompt"):
            self.assertIn(part, html)

    def test_samples_come_out_as_recorded(self):
        tasks = [task for task in author.TASKS if task.startswith(tuple(SAMPLED))]
        done = self.run_mkb(*self.command("samples", f"pass@{SAMPLES}", "samples.jsonl", tasks=tasks, profile="verify"),
                            timeout=1800)  # fmt: skip
        self.assertEqual(done.returncode, FINE, done.err)
        score = json.loads(done.out)["scores"][0]
        self.compare_with_expected("samples", self.outcomes("samples"), "samples", "samples.jsonl")
        self.assertEqual(score["fcr"]["count"], len(tasks))
        self.assertLess(score["pass_at"]["1"]["fcr"], score["pass_at"]["5"]["fcr"])
        single = self.run_json(*self.command("single", "single", "samples.jsonl", tasks=tasks, profile="verify"))
        self.assertEqual(single["scores"][0]["fcr"]["count"], 0, "the first samples do not build")
        both = self.run_json("compare", self.folder / "single", self.folder / "samples", "--html", "both.html")
        self.assertEqual([score["run"] for score in both["scores"]], ["single", "samples"])
        self.assertIn("GPT-5", (self.folder / "both.html").read_text())

    @unittest.skipIf(UPDATE, "recording")
    def test_a_prompt_that_was_not_recorded_is_refused_with_the_difference(self):
        prompts = self.folder / "prompts"
        shutil.copytree(ROOT / "prompts", prompts)
        (prompts / "coder.txt").write_text("Write it in FORTRAN.\n" + (prompts / "coder.txt").read_text())
        command = self.command("changed", "moka", "calls.jsonl", "--prompts", prompts, tasks=[next(iter(author.TASKS))])
        done = self.run_mkb(*command)
        self.assertEqual(done.returncode, BAD_INPUT, done.err)
        self.assertRegex(done.err, r"line 1: recorded 'You are the Coder.*', now 'Write it in FORTRAN\.'")

    @unittest.skipIf(UPDATE, "recording")
    def test_ablation_is_a_table_of_switches(self):
        task = "logic/Less/causal_8x512x512"
        done = self.run_mkb("ablate", "--model", f"exec:{sys.executable} {RECORDED / 'author.py'}", "--tasks", task,
                            "--rounds", "3", "--profile", "verify", "--switch", "moka", "--switch", "no-tools", "--switch",
                            "generic", "--run", self.folder / "ablation", "--json")  # fmt: skip
        self.assertEqual(done.returncode, FINE, done.err)
        methods = [score["method"] for score in json.loads(done.out)["scores"]]
        self.assertEqual(methods, ["moka, 3 rounds", "moka, 3 rounds, generic feedback",
                                   "moka, 3 rounds, without errors model perf tree"])  # fmt: skip


if __name__ == "__main__":
    unittest.main()
