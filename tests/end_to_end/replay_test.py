"""Stored candidates are judged again from their run alone: what held is said to hold, what did not is not."""

import json
import shutil
import sqlite3
import unittest

from program import BAD_INPUT, CANDIDATES, FINE, NO, OR, ROOT, ProgramTest, make_folder, write_manifest

# Rounding differs from the reference's, so that an error says which contents it was made on.
SOFTMAX = ROOT / "examples/kernels/softmax_simple"


class ReplayTest(ProgramTest):
    """One run; the candidates' files are gone before anything is judged again."""

    @classmethod
    def setUpClass(cls):
        cls.shared = make_folder()
        cls.addClassCleanup(shutil.rmtree, cls.shared, ignore_errors=True)
        write_manifest(cls.shared, CANDIDATES)
        self = cls("run_mkb")
        self.folder = cls.shared
        first = self.run_mkb(
            "evaluate", "--manifest", "manifest.json", "--profile", "verify", "--run", "run", "--json"
        )
        assert first.returncode == FINE, first.err
        softmax = sorted(str(path) for path in SOFTMAX.glob("*.[ch]pp"))
        self.run_mkb("evaluate", "--task", "Softmax/lastaxis", "--profile", "short", "--run", "run", *softmax)
        self.write("header.md", "```cpp\n// CPUBinary.hpp\nint a;\n```\n")
        self.run_mkb("evaluate", "--task", "Or", "--run", "run", "header.md")
        baseline = self.run_mkb("baseline", "--task", OR, "--profile", "short", "--run", "run")
        assert baseline.returncode == FINE, baseline.err
        for label in CANDIDATES:
            shutil.rmtree(cls.shared / label.replace(" ", "_"))
        database = sqlite3.connect(cls.shared / "run/run.db")
        cls.records = [json.loads(text) for (text,) in database.execute("SELECT record FROM evaluation")]
        database.close()

    def setUp(self):
        self.folder = self.shared

    def record(self, label):
        return next(record for record in self.records if record["label"] == label)

    def test_a_whole_run_holds(self):
        before = (self.folder / "run/run.db").read_bytes()
        result = self.run_json("replay", "run")
        self.assertEqual(result["records"], len(self.records))
        self.assertEqual((result["held"], result["not_evaluated"]), (len(self.records), 0))
        self.assertEqual([row["record"] for row in result["results"]], [record["id"] for record in self.records])
        for row, record in zip(result["results"], self.records):
            self.assertEqual(row["before"], record["outcome"])
            self.assertEqual(row["now"]["outcome"]["kind"], record["outcome"]["kind"])
            for part in ("settings", "build", "targets", "candidate_hash", "label", "method"):
                self.assertEqual(row["now"][part], record[part])
            self.assertEqual(row["now"]["seed"], record["seed"])
            self.assertNotEqual(row["now"]["id"], record["id"])
            self.assertEqual(row["now"]["regime_errors"], record["regime_errors"])
            self.assertEqual(row["changed"], [])
        self.assertEqual((self.folder / "run/run.db").read_bytes(), before)

    def test_its_own_seed_gives_the_same_errors_and_a_new_secret_others(self):
        softmax = next(record for record in self.records if record["operator"] == "Softmax")
        self.assertTrue(any(error["error"] > 0 for error in softmax["regime_errors"]))
        same = self.run_json("replay", softmax["id"], "--run", "run")
        self.assertTrue(same["same_errors"])
        self.assertIn(same["times"], ("overlap", "apart"))
        other = self.run_json("replay", softmax["id"], "--run", "run", "--new-secret")
        self.assertIsNone(other["same_errors"])
        self.assertNotEqual(other["now"]["seed"], softmax["seed"])
        self.assertNotEqual(other["now"]["regime_errors"], softmax["regime_errors"])
        self.assertTrue(other["held"])

    def test_one_record_in_words(self):
        done = self.run_mkb("replay", self.record("and")["id"][:20], "--run", "run")
        self.assertEqual(done.returncode, FINE, done.err)
        for part in (OR, "then  wrong", "now   wrong", "the outcome held", "the same to the bit"):
            self.assertIn(part, done.out)

    def test_a_sample_is_drawn_from_its_seed(self):
        labels = lambda result: [row["record"] for row in result["results"]]
        first = self.run_json("replay", "run", "--sample", "2", "--seed", "7")
        self.assertEqual((len(first["results"]), first["seed"]), (2, 7))
        self.assertEqual(labels(self.run_json("replay", "run", "--sample", "2", "--seed", "7")), labels(first))
        table = self.run_mkb("replay", "run", "--sample", "2", "--seed", "7")
        self.assertEqual(table.returncode, FINE, table.err)
        for row in first["results"]:
            self.assertRegex(table.out, f"{row['record']} .* held")
        self.assertIn(f"2 of {len(self.records)} records judged again (--seed 7): 2 held", table.out)

    def altered(self, label, change):
        """A run with one record, changed as someone might who wants a better verdict."""
        record = json.loads(json.dumps(self.record(label)))
        change(record)
        copy = self.folder / "altered"
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(self.folder / "run", copy)
        database = sqlite3.connect(copy / "run.db")
        for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            database.execute(f"DROP TRIGGER {name}")
        database.execute("UPDATE evaluation SET record = ? WHERE id = ?", (json.dumps(record), record["id"]))
        database.execute("DELETE FROM evaluation WHERE id != ?", (record["id"],))
        database.commit()
        database.close()
        return record["id"]

    def test_an_outcome_that_was_written_by_hand_does_not_hold(self):
        def praise(record):
            record["outcome"] = self.record("right")["outcome"]

        identity = self.altered("and", praise)
        result = self.run_json("replay", identity, "--run", "altered", code=NO)
        self.assertFalse(result["held"])
        self.assertEqual(result["difference"], "it was correct, it is wrong")
        words = self.run_mkb("replay", "altered")
        self.assertEqual(words.returncode, NO, words.err)
        self.assertIn("NOT held", words.out)

    def test_a_speed_up_written_by_hand_is_apart(self):
        softmax = next(record for record in self.records if record["operator"] == "Softmax")

        def boast(record):
            record.update(json.loads(json.dumps(softmax)))
            record["outcome"].update(speedup=500.0, speedup_low=499.0, speedup_high=501.0)

        identity = self.altered(softmax["label"], boast)
        said = self.run_json("replay", identity, "--run", "altered")
        self.assertEqual((said["held"], said["times"]), (True, "apart"))
        self.assertFalse(self.run_json("replay", identity, "--run", "altered", "--times", code=NO)["holds"])

    def test_a_record_cannot_call_a_candidate_the_frameworks_own(self):
        def trust(record):
            record["settings"]["trusted"] = True

        identity = self.altered("right", trust)
        done = self.run_mkb("replay", identity, "--run", "altered")
        self.assert_one_line(done, BAD_INPUT, identity, "framework's own")

    def test_another_version_of_the_task_is_another_task(self):
        def older(record):
            record["task_hash"] = "0" * 64

        identity = self.altered("right", older)
        self.assert_one_line(self.run_mkb("replay", identity, "--run", "altered"), BAD_INPUT, identity, "--tasks-dir")

    def test_what_is_not_there(self):
        self.assert_one_line(self.run_mkb("replay", "00000000", "--run", "run"), BAD_INPUT, "'00000000'", "run")
        self.assert_one_line(self.run_mkb("replay", "nowhere"), BAD_INPUT, "nowhere")
        self.assert_one_line(self.run_mkb("replay", "nowhere", "--sample", "3"), BAD_INPUT, "nowhere", "run.db")
        self.assert_one_line(self.run_mkb("replay", "run", "--sample", "0"), BAD_INPUT, "--sample")
        self.assert_one_line(self.run_mkb("replay", "run", "--device", "moon"), BAD_INPUT, "moon", "local")

    def test_native_against_native_has_no_candidate(self):
        baseline = next(record for record in self.records if record["method"] == "baseline")
        self.assertEqual(self.run_json("replay", baseline["id"], "--run", "run")["now"]["method"], "baseline")


if __name__ == "__main__":
    unittest.main()
