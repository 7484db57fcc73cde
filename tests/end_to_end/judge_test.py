"""Small candidates of known fate: the outcomes are right, and everything that reads a record tells the same."""

import json
import re
import shutil
import unittest

from program import BAD_INPUT, CANDIDATES, ENVIRONMENT, FINE, NO, OR, SEED, ProgramTest, kernel, make_folder, write_manifest


class OutcomesTest(ProgramTest):
    """One run over all candidates; the tests only read it."""

    @classmethod
    def setUpClass(cls):
        cls.shared = make_folder()
        cls.addClassCleanup(shutil.rmtree, cls.shared, ignore_errors=True)
        write_manifest(cls.shared, CANDIDATES)
        self = cls("run_mkb")
        self.folder = cls.shared
        cls.first = self.run_mkb(
            "evaluate", "--manifest", "manifest.json", "--profile", "short", "--run", "run", "--seed", SEED, "--json"
        )
        cls.records = {record["label"]: record for record in json.loads(cls.first.out)} if cls.first.out else {}

    def setUp(self):
        self.folder = self.shared

    def test_every_outcome_is_as_expected(self):
        found = {label: record.get("outcome", record).get("kind", record) for label, record in self.records.items()}
        self.assertEqual(found, {label: outcome for label, (_, _, outcome) in CANDIDATES.items()}, self.first.err)
        self.assertTrue(all(record["as_expected"] for record in self.records.values()))
        self.assertEqual(self.first.returncode, FINE, self.first.err)

    def test_an_outcome_says_why(self):
        outcome = {label: record["outcome"] for label, record in self.records.items()}
        self.assertGreater(outcome["right"]["speedup"], 0)
        share = self.records["right"]["measurement"]["others_busy_share"]
        self.assertTrue(0 <= share <= 1, share)
        self.assertLessEqual(outcome["right"]["speedup_low"], outcome["right"]["speedup"])
        self.assertLessEqual(outcome["right"]["speedup"], outcome["right"]["speedup_high"])
        self.assertIn("'c'", outcome["typo"]["errors"][0]["message"])
        self.assertEqual(outcome["typo"]["errors"][0]["file"], "CPUBinary.cpp")
        line = outcome["typo"]["errors"][0]["line"]
        self.assertIn("c[i]", CANDIDATES["typo"][1].splitlines()[line - 1])
        self.assertTrue(outcome["prose"]["why"])
        self.assertTrue(outcome["unregistered"]["why"])
        self.assertTrue(outcome["returns null"]["why"])
        self.assertEqual((outcome["null pointer"]["signal"], outcome["null pointer"]["stage"]), (11, "execute"))
        self.assertIn("UnionOfMasks", outcome["null pointer"]["where"])
        self.assertEqual(outcome["and"]["output"], "y")
        self.assertIn(outcome["and"]["regime"], self.run_mkb("show", OR).out)
        self.assertGreater(outcome["and"]["mismatched_share"], 0)

    def test_a_record_tells_how_it_was_made(self):
        for label, record in self.records.items():
            self.assertRegex(record["id"], r"^[0-9A-Z]{26}$")
            self.assertEqual(record["task_id"], OR)
            self.assertEqual(record["seed"], SEED)
            self.assertEqual(record["framework"]["name"], "mnn")
            self.assertRegex(record["framework"]["version"], r"^3\.\d+\.\d+$")
            self.assertTrue(record["framework"]["compiler"] and record["framework"]["build_key"])
            self.assertTrue(record["device"]["cpu"])
            if label not in ("prose", "typo"):
                self.assertRegex(record["device"]["isolation"], r"^(full|partial \(.+\))$", label)
        self.assertEqual(len({record["key"] for record in self.records.values()}), len(CANDIDATES))

    def test_the_same_command_again_judges_nothing(self):
        again = self.run_json(
            "evaluate", "--manifest", "manifest.json", "--profile", "short", "--run", "run", "--seed", SEED
        )
        self.assertEqual({record["label"]: record["id"] for record in again},
                         {label: record["id"] for label, record in self.records.items()})
        self.assertTrue(all(record["from_run"] for record in again))
        self.assertFalse(any("from_run" in record for record in self.records.values()))

    def test_another_seed_is_another_judgement(self):
        command = ("evaluate", "--task", "Or", "--profile", "verify", "--run", "seeds", "and/CPUBinary.cpp")
        ids = [self.run_json(*command, "--seed", seed, code=NO)["id"] for seed in (SEED, SEED[::-1], SEED)]
        self.assertEqual(ids[0], ids[2])
        self.assertNotEqual(ids[0], ids[1])
        self.assertIn("where it had been judged before", self.run_mkb(*command, "--seed", SEED).out)

    def test_scores_are_recomputed_from_the_records(self):
        scores = self.run_json("score", "run")
        self.assertEqual(len(scores), 1)
        self.assertRegex(self.run_mkb("score", "run", "--by", "category").out, "logic")
        self.assert_one_line(self.run_mkb("score", "run", "--by", "colour"), BAD_INPUT, "colour")

    def test_the_performance_parser_breaks_a_record_down(self):
        def perf(label, *more):
            return ["tool", "perf", self.records[label]["id"], "--run", "run", *more]

        report = self.run_json(*perf("right"))
        outcome = self.records["right"]["outcome"]
        self.assertIn("CPU (host)", report["back_end"])
        self.assertEqual(report["threads"], 1)
        self.assertEqual([each["type"] for each in report["operators"] if each["target"]], ["BinaryOp"])
        self.assertAlmostEqual(sum(each["share"] for each in report["operators"]), 1)
        self.assertTrue(all(each["us"] > 0 for each in report["operators"]))
        self.assertEqual(report["timing"]["speedup"], outcome["speedup"])
        self.assertEqual(report["timing"]["candidate"]["share_of_limit"], outcome["share_of_limit"])
        self.assertRegex(self.run_mkb(*perf("right")).out, r"(?m)^\* BinaryOp +1 times")
        wrong = self.run_json(*perf("and"))
        self.assertNotIn("timing", wrong)
        self.assertTrue(wrong["operators"], "also of what verified as wrong")
        self.assertEqual(self.run_json(*perf("typo"))["operators"], [])
        self.assert_one_line(self.run_mkb("tool", "perf", "nothing", "--run", "run"), BAD_INPUT, "nothing")

    def test_the_report_loads_nothing(self):
        done = self.run_mkb("report", "run", "--out", "page.html")
        self.assertEqual(done.returncode, FINE, done.err)
        page = (self.folder / "page.html").read_text()
        loads = re.findall(r"""<(?:script|link|img|iframe|source|video|audio|object|embed)\b[^>]*\b(?:src|href|data)\s*=[^>]*>""", page)
        self.assertEqual([tag for tag in loads if "data:" not in tag], [])
        self.assertNotRegex(page, r"@import|url\(\s*['\"]?https?:")
        self.assertNotRegex(page, r"""\bfetch\(\s*['"]https?:""")
        for record in self.records.values():
            self.assertIn(record["id"], page)
        lines = (self.folder / "run/records.jsonl").read_text().splitlines()
        self.assertEqual({json.loads(line)["id"] for line in lines}, {record["id"] for record in self.records.values()})

    def test_show_tells_all_of_a_record(self):
        record = self.records["and"]
        shown = self.run_mkb("show", record["id"], "--run", "run")
        self.assertEqual(shown.returncode, FINE, shown.err)
        for part in (record["id"], "wrong", "and", record["seed"], record["framework"]["version"], "isolation"):
            self.assertIn(part, shown.out)
        source = self.run_mkb("show", record["id"], "--run", "run", "--file", "CPUBinary.cpp")
        self.assertEqual(source.out.strip(), CANDIDATES["and"][1].strip())
        log = self.run_mkb("show", self.records["typo"]["id"], "--run", "run", "--file", "build-log")
        self.assertIn("error:", log.out)
        answer = self.run_mkb("show", self.records["prose"]["id"], "--run", "run", "--file", "answer")
        self.assertIn("I am sorry", answer.out)
        missing = self.run_mkb("show", record["id"], "--run", "run", "--file", "other.cpp")
        self.assert_one_line(missing, BAD_INPUT, "other.cpp", "CPUBinary.cpp")
        unknown = self.run_mkb("show", "00000000000000000000000000", "--run", "run")
        self.assert_one_line(unknown, BAD_INPUT, "run")

    def test_the_seed_decides_the_contents(self):
        other = self.run_json(
            "evaluate", "--task", "Or", "--profile", "verify", "--run", "other", "--seed", SEED,
            "and/CPUBinary.cpp", code=NO,
        )
        self.assertEqual(other["regime_errors"], self.records["and"]["regime_errors"])
        self.assertEqual(other["outcome"], self.records["and"]["outcome"])

    def test_commands_of_one_second_have_runs_of_their_own(self):
        runs = self.folder / "runs"
        for count in (1, 2, 3):
            self.run_json("evaluate", "--task", "Or", "--profile", "verify", "prose/answer.md", code=NO)
            self.assertEqual(len(list(runs.iterdir())), count)

    def test_nothing_is_left_in_the_folder_for_temporary_files(self):
        self.assertEqual(list((self.folder / "tmp").iterdir()), [])


class TablesTest(ProgramTest):
    """What is known without a candidate."""

    def test_tasks(self):
        tasks = self.run_json("tasks")
        fields = {"id", "operator", "category", "form", "geometry", "files", "summary", "hash"}
        for task in tasks:
            self.assertEqual(set(task), fields)
            self.assertRegex(task["hash"], r"^[0-9a-f]{64}$")
            self.assertIn(task["form"], ("atomic", "geometric", "composite"))
            self.assertTrue(task["id"].startswith(f"{task['category']}/{task['operator']}/"))
        self.assertIn(OR, [task["id"] for task in tasks])
        logic = self.run_json("tasks", "--category", "logic")
        self.assertEqual({task["category"] for task in logic}, {"logic"})
        self.assertEqual(self.run_json("tasks", "--category", "nothing"), [])

    def test_show_of_a_task(self):
        shown = self.run_mkb("show", "Or")
        for part in (OR, "bool[8x256x256]", "CPUBinary.cpp", "torch.logical_or", "tolerance"):
            self.assertIn(part, shown.out)
        self.assertEqual(self.run_json("show", OR)["id"], OR)

    def test_devices(self):
        device = self.run_json("devices")[0]
        self.assertEqual(device["name"], "local")
        self.assertTrue(device["cpu"])
        self.assertGreaterEqual(device["cores"], 1)

    def test_a_baseline_that_our_world_hinders_says_so(self):
        done = self.run_mkb("baseline", "--task", OR, "--profile", "short", "--run", "hindered", TMPDIR="/nowhere")
        self.assertEqual(done.returncode, ENVIRONMENT, done.err)
        self.assertRegex(done.out, rf"(?m)^{OR} +not evaluated$")
        self.assertIn("/nowhere", done.err)

    def test_baseline(self):
        rows = self.run_json("baseline", "--task", OR, "--profile", "short", "--run", "run")
        self.assertEqual([row["task"] for row in rows], [OR])
        self.assertEqual(rows[0]["outcome"], "correct")
        self.assertGreater(rows[0]["native_us"], 0)
        self.assertGreater(rows[0]["share_of_limit"], 0)
        again = self.run_json("baseline", "--task", OR, "--profile", "short", "--run", "run")
        self.assertEqual(again, rows)

    def test_a_raw_answer_from_standard_input(self):
        answer = f"Here is the kernel.\r\n\r\n```cpp\r\n// CPUBinary.cpp\r\n{kernel()}\r\n```\r\nIt is right."
        record = self.evaluate("-", stdin=answer)
        self.assertEqual(record["outcome"]["kind"], "correct")
        self.assertFalse(record["outcome"]["measured"])
        self.assertEqual(record["origin"], "stdin")


if __name__ == "__main__":
    unittest.main()
