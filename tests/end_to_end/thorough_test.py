"""The thorough self-test at small scale: killed and taken up again, kept within its budget, and an impossible time refused.
Whether this machine tells the truth is not asked: it may be busy."""

import json
import os
import pathlib
import shutil
import signal
import sqlite3
import subprocess
import unittest

from program import BAD_INPUT, FINE, MKB, NO, OR, ROOT, ProgramTest, kernel, processes_below, wait_until

TASKS = ["--task", OR, "--task", "unary/Erf/tokens_128x768"]
LABELS = {
    "A/A": 4,
    "A/B 2 %": 2,
    "A/B 5 %": 2,
    "A/B 10 %": 1,
    "A/A, a neighbour on another core": 1,
    "A/A, a neighbour on the same core": 1,
}
BEFORE_NEIGHBOURS = 2 * (1 + 5)  # a look and five comparisons for each of the two tasks
POLL_S = 0.05


class ThoroughTest(ProgramTest):
    def thorough(self, *more):
        return ["selftest", "--thorough", "--profile", "short", "--run", "run", *TASKS, *more]

    def rows(self):
        """(key, label) of what the run holds."""
        if not (self.folder / "run/run.db").exists():
            return []
        database = sqlite3.connect(f"file:{self.folder}/run/run.db?mode=ro", uri=True)
        try:
            rows = database.execute("SELECT key, record FROM evaluation ORDER BY sequence").fetchall()
            return [(key, json.loads(record)["label"]) for key, record in rows]
        except sqlite3.OperationalError:
            return []  # not made yet
        finally:
            database.close()

    def kill_when(self, reached):
        """Starts the command and kills it once so many records are stored."""
        process = subprocess.Popen(
            [MKB, *self.thorough("--json")],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            cwd=self.folder,
            env=self.environment(),
        )
        while len(self.rows()) < reached:
            try:
                errors = process.communicate(timeout=POLL_S)[1]
                self.fail(f"it ended by itself: {errors.decode()}")
            except subprocess.TimeoutExpired:
                pass
        process.send_signal(signal.SIGKILL)
        process.communicate()
        self.assertTrue(wait_until(lambda: not processes_below(self.folder)), processes_below(self.folder))

    def test_a_killed_run_is_taken_up_again(self):
        several = len(os.sched_getaffinity(0)) > 1
        labels = {label: count for label, count in LABELS.items() if several or "another core" not in label}
        kept = []
        # The last one in the middle of a comparison beside a neighbour, which must die as well.
        for reached in [1, 5, BEFORE_NEIGHBOURS]:
            self.kill_when(reached)
            rows = self.rows()
            self.assertEqual(rows[: len(kept)], kept)
            kept = rows
        result = self.run_json(*self.thorough(), code=NO)
        rows = self.rows()
        self.assertEqual(rows[: len(kept)], kept)
        self.assertEqual(len({key for key, _ in rows}), len(rows))
        self.assertEqual(result["not_begun"], 0)
        self.assertEqual(result["known"], len(kept))
        self.assertEqual(result["made"] + result["known"] + result["not_evaluated"], 2 * (1 + sum(labels.values())))
        self.check_result(result, labels)
        again = self.run_json(*self.thorough(), code=NO)
        self.assertEqual(again["known"], len(rows), "nothing is measured twice")
        self.assertLessEqual(again["made"], result["not_evaluated"], "what our world's trouble ended is tried again")
        self.assertEqual(self.rows()[: len(rows)], rows)

    def check_result(self, result, labels):
        found = {
            group["name"]: group["timed"] + group["not_correct"] + group["not_evaluated"]
            for group in result["groups"]
        }
        self.assertEqual(found, {label: 2 * count for label, count in labels.items()})
        self.assertNotEqual(result["verdict"], "compatible", "two tasks are too few to say so")
        self.assertEqual(sorted(result["tasks"]), sorted([OR, TASKS[-1]]))
        checks = {check["what"]: check for check in result["checks"]}
        for roof in [check for what, check in checks.items() if what.startswith("roofline")]:
            self.assertEqual(roof["verdict"], "compatible")
            self.assertGreaterEqual(roof["of"], 2)
        self.assertEqual(len([what for what in checks if what.startswith("simulated")]), 6)
        # A twin that works 10 % longer is not taken for a faster one, on however busy a machine.
        self.assertEqual(checks["A/B 10 %: fast_1.0 (sure), being no faster"]["count"], 0)
        timed = sum(group["timed"] for group in result["groups"] if group["name"] == "A/A")
        self.assertEqual([role["role"] for role in result["order"]], ["started first", "ran first"])
        for role in result["order"]:
            self.assertLessEqual(role["of"], 8 * timed, "eight pairs each")
            self.assertGreater(role["of"], 0)
        page = pathlib.Path(self.folder / result["html"]).read_text()
        for label in labels:
            self.assertIn(label, page)

    def test_a_budget_is_kept_and_can_be_raised(self):
        short = self.run_json(*self.thorough("--budget", "0.001"), code=NO)
        self.assertEqual(short["verdict"], "too few")
        self.assertGreater(short["not_begun"], 0)
        self.assertEqual(short["groups"], [])
        more = self.run_json(*self.thorough("--all", "--budget", "0.1", "--html", "page.html"), code=NO)
        self.assertGreater(more["made"], 0)
        self.assertGreater(more["not_begun"], 0)
        self.assertLess(more["spent_min"], 1)
        self.assertEqual(more["html"], "page.html")
        self.assertTrue((self.folder / "page.html").exists())
        text = self.run_mkb(*self.thorough("--all", "--budget", "0.1"))
        self.assertEqual(text.returncode, NO, text.err)
        self.assertRegex(text.out, r"\d+ comparisons made, [1-9]\d* were in the run, \d+ not evaluated, [1-9]\d* left")
        self.assertIn("verdict: ", text.out)

    def test_options_that_do_not_go_together(self):
        self.assert_one_line(self.run_mkb("selftest", "--budget", "5"), BAD_INPUT, "--budget", "--thorough")
        self.assert_one_line(self.run_mkb("selftest", "--thorough", "--deterministic"), BAD_INPUT, "--deterministic")
        self.assert_one_line(self.run_mkb(*self.thorough("--budget", "-1")), BAD_INPUT, "--budget")
        self.assert_one_line(
            self.run_mkb("selftest", "--thorough", "--profile", "verify", "--task", OR), BAD_INPUT, "'verify'"
        )
        self.assertEqual(list(self.folder.glob("run*")), [])


class ImpossibleTimeTest(ProgramTest):
    def test_a_time_below_the_roofline_enters_no_score(self):
        """A right kernel for a task that says a thousand times the bytes have to be moved: its time cannot be."""
        place = self.folder / "tasks" / OR
        shutil.copytree(ROOT / "tasks" / OR, place)
        task = json.loads((place / "task.json").read_text())
        task["roofline_bytes"] *= 1000
        (place / "task.json").write_text(json.dumps(task))
        source = self.write("CPUBinary.cpp", kernel())
        options = ["--tasks", self.folder / "tasks"]
        record = self.run_json(
            "evaluate", "--task", OR, "--profile", "short", "--run", self.folder / "run", *options, source
        )
        self.assertEqual(record["outcome"]["kind"], "correct")
        self.assertTrue(any(flag.startswith("below the roofline: ") for flag in record["flags"]), record["flags"])
        score = self.run_json("score", self.folder / "run", *options)
        overall = next(score for score in score if not score["category"])
        self.assertEqual(overall["fcr"]["count"], 1)
        self.assertEqual([share["count"] for share in overall["fast"].values()], [0, 0, 0])


if __name__ == "__main__":
    unittest.main()
