"""mkb run with a command as the model: methods, stored calls, kills, limits, and what goes wrong."""

import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
import unittest

from program import BAD_INPUT, FINE, MKB, OR, TRANSIENT, ProgramTest, kernel

REPAIR = {"local": [{"error": "unknown name", "suggestion": "use b"}], "cross_file": []}
CORRECTION = {"suggestions": ["it is a union, not an intersection"]}
ACCELERATOR = {"bottleneck": "compute", "method": "vector types", "plan": "nothing really"}


def block(text):
    return f"```cpp\n// CPUBinary.cpp\n{text}```\n"


ROUNDS = [
    block(kernel(value="a[i] | c[i]")),
    block(kernel(value="(a[i] != 0 && b[i] != 0) ? 1 : 0")),
    block(kernel()),
    "I have nothing to add.",
]
ANSWERS = {
    **{f"coder {number}": text for number, text in enumerate(ROUNDS, 1)},
    **{f"standard {number}": text for number, text in enumerate(ROUNDS)},
    "repair": "The name is wrong.\n" + json.dumps(REPAIR),
    "correction": json.dumps(CORRECTION),
    "accelerator": json.dumps(ACCELERATOR),
}
# Answers by role and round, and notes each call in a file.
MODEL = """
import json, sys
request = json.load(sys.stdin)
answers = json.load(open(sys.argv[1]))
with open(sys.argv[1] + ".log", "a") as log:
    log.write(json.dumps([request["role"], request["round"], request["sample"]]) + "\\n")
number = request["sample"] if request["role"] == "standard" else request["round"]
text = answers.get(request["role"]) or answers[f"{request['role']} {number}"]
print(json.dumps({"text": text, "usage": {"input_tokens": len(request["prompt"]), "output_tokens": len(text)}}))
"""
OUTCOMES = ["build_failed", "wrong", "correct", "no_source"]


class RunTest(ProgramTest):
    def setUp(self):
        super().setUp()
        script = self.write("model.py", MODEL)
        self.answers = self.write("answers.json", json.dumps(ANSWERS))
        self.model = f"exec:{sys.executable} {script} {self.answers}"

    def command(self, *more, method="moka", run="run"):
        return ["run", "--method", method, "--model", self.model, "--tasks", OR, "--profile", "verify", "--rounds", "4",
                "--run", self.folder / run, "--json", *more]  # fmt: skip

    def rows(self, sql, run="run"):
        database = sqlite3.connect(self.folder / run / "run.db")
        try:
            return database.execute(sql).fetchall()
        finally:
            database.close()

    def outcomes(self, run="run"):
        records = [json.loads(row[0]) for row in self.rows("SELECT record FROM evaluation ORDER BY sequence", run)]
        return [record["outcome"]["kind"] for record in records]

    def asked(self):
        log = self.folder / "answers.json.log"
        return [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []

    def test_rounds_repair_correct_and_accelerate(self):
        done = self.run_mkb(*self.command())
        self.assertEqual(done.returncode, FINE, done.err)
        summary = json.loads(done.out)
        self.assertEqual(summary["finished"], 1)
        self.assertEqual(summary["calls"], 7)
        self.assertEqual(summary["scores"][0]["fcr"]["count"], 1)
        self.assertEqual(summary["scores"][0]["method"], "moka, 4 rounds")
        self.assertEqual(summary["scores"][0]["calls"], 7)
        self.assertEqual(self.outcomes(), OUTCOMES)
        self.assertEqual([call[0] for call in self.asked()],
                         ["coder", "repair", "coder", "correction", "coder", "accelerator", "coder"])  # fmt: skip
        again = self.run_json(*self.command())
        self.assertEqual(again["calls"], 7)
        self.assertEqual(len(self.asked()), 7, "a complete run asks nothing")

    def test_samples_are_scored_by_the_best_and_without_bias(self):
        summary = self.run_json(*self.command(method="pass@4"))
        score = summary["scores"][0]
        self.assertEqual(score["method"], "pass@4")
        self.assertEqual(score["fcr"]["count"], 1)
        self.assertAlmostEqual(score["pass_at"]["1"]["fcr"], 0.25)
        self.assertAlmostEqual(score["pass_at"]["2"]["csr"], 1 - 1 / 6)
        summary = self.run_json(*self.command(method="single"))
        self.assertEqual([score["method"] for score in summary["scores"]], ["pass@4", "single"])

    def test_kills_ask_no_answered_call_again(self):
        seed = int(os.environ.get("MKB_TEST_SEED", random.SystemRandom().randrange(2**32)))
        kills = int(os.environ.get("MKB_TEST_KILLS", "6"))
        print(f"MKB_TEST_SEED={seed}, {kills} kills", flush=True)
        chance = random.Random(seed)
        start = time.monotonic()
        self.assertEqual(self.run_mkb(*self.command(run="undisturbed")).returncode, FINE)
        whole_s = time.monotonic() - start
        ended = 0
        for number in range(kills):
            process = subprocess.Popen([MKB, *map(str, self.command(run=f"run{ended}"))], cwd=self.folder,
                                       stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                                       env=self.environment())  # fmt: skip
            try:
                errors = process.communicate(timeout=chance.uniform(0.02, 0.6 * whole_s))[1]
                self.assertEqual(process.returncode, FINE, errors)
                ended += 1
            except subprocess.TimeoutExpired:
                process.kill()
                process.communicate()
        for run in range(ended + 1):
            self.assertEqual(self.run_mkb(*self.command(run=f"run{run}")).returncode, FINE)
            self.assertEqual(self.outcomes(f"run{run}"), OUTCOMES)
            again = self.rows("SELECT count(*) FROM call JOIN call_end ON call.position = call_end.position "
                              "WHERE call_end.answer <> '' AND call.sequence > call_end.call", f"run{run}")  # fmt: skip
            self.assertEqual(again, [(0,)], "an answered call was begun again")

    def test_interrupt_stops_cleanly_and_the_run_goes_on(self):
        wait = "import os\nwhile not os.path.exists(sys.argv[1] + '.go'):\n    os.sched_yield()\nnumber ="
        slow = self.write("slow.py", MODEL.replace("number =", wait))
        self.model = f"exec:{sys.executable} {slow} {self.answers}"
        process = subprocess.Popen([MKB, *map(str, self.command())], cwd=self.folder, stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, env=self.environment())  # fmt: skip
        while not self.asked() and process.poll() is None:
            os.sched_yield()
        process.send_signal(signal.SIGINT)
        self.write("answers.json.go", "")
        _, errors = process.communicate(timeout=60)
        self.assertEqual(process.returncode, TRANSIENT, errors)
        self.assertIn(b"stopped", errors)
        self.assertEqual(self.rows("SELECT count(*) FROM call_end WHERE answer <> ''"), [(1,)])
        done = self.run_mkb(*self.command())
        self.assertEqual(done.returncode, FINE, done.err)
        self.assertEqual(self.outcomes(), OUTCOMES)

    def test_limits_end_a_run_in_the_middle_and_more_of_them_go_on(self):
        done = self.run_mkb(*self.command("--max-calls", "3"))
        self.assertEqual(done.returncode, TRANSIENT, done.err)
        self.assertIn("3 calls", done.err)
        self.assertEqual(self.outcomes(), OUTCOMES[:2])
        self.assertEqual(self.run_mkb(*self.command()).returncode, FINE)
        self.assertEqual(self.outcomes(), OUTCOMES)

    def test_a_model_that_fails_is_named_and_noted(self):
        self.model = "exec:false"
        done = self.run_mkb(*self.command())
        self.assertEqual(done.returncode, BAD_INPUT, done.err)
        self.assertIn("exec:false: exit code 1", done.err)
        self.assertEqual(self.rows("SELECT count(*) FROM call_end WHERE failure <> ''"), [(1,)])
        self.assertEqual(self.rows("SELECT count(*) FROM trouble"), [(1,)])

    def test_bad_names_and_missing_keys_are_one_line(self):
        keys = dict.fromkeys(["OPENAI_API_KEY", "ANTHROPIC_API_KEY", "GEMINI_API_KEY", "GOOGLE_API_KEY"], "")
        for model, part in [("gpt-5", "PROVIDER:NAME"), ("openai:", "openai:NAME"), ("openai:gpt-5", "OPENAI_API_KEY"),
                            ("anthropic:x", "ANTHROPIC_API_KEY"), ("gemini:x", "GEMINI_API_KEY"),
                            ("recorded:nothing", "nothing"), ("exec:no-such-program", "no-such-program")]:  # fmt: skip
            self.model = model
            self.assert_one_line(self.run_mkb(*self.command(), **keys), BAD_INPUT, part)
        self.model = f"exec:{sys.executable} x"
        for more, part in [(["--method", "best"], "pass@K"), (["--without", "luck"], "errors"), (["--search", "beam"], "beam:N"),
                           (["--memory", "all"], "global"), (["--parameter", "x"], "NAME=JSON"),
                           (["--tasks", "nowhere"], "nowhere")]:  # fmt: skip
            base = [word for word in self.command() if word not in ("--method", "moka", "--tasks", OR)]
            self.assert_one_line(self.run_mkb(*base, *more), BAD_INPUT, part)
        key = self.write("key", "sk-secret-1")
        key.chmod(0o644)
        self.model = "openai:gpt-5"
        done = self.run_mkb(*self.command("--key-file", key), **keys)
        self.assert_one_line(done, BAD_INPUT, "chmod 600")
        self.assertNotIn("sk-secret-1", done.err)
        self.model = "openai:unpriced"
        done = self.run_mkb(*self.command("--max-money", "1"), OPENAI_API_KEY="x")
        self.assert_one_line(done, BAD_INPUT, "no price")

    def test_prompt_memory_and_trace_show_what_there_is(self):
        shown = self.run_json("prompt", "--task", OR, "--role", "coder")
        self.assertIn("CPUBinary.cpp", shown["prompt"])
        self.assertGreater(shown["estimated_tokens"], 300)
        memory = {"MKB_MEMORY": self.folder / "memory.jsonl"}
        self.assertEqual(self.run_json("memory", **memory), [])
        self.run_json(*self.command("--memory", "global"), **memory)
        written = self.run_json("trace", self.folder / "run", "--calls", "calls.jsonl")
        self.assertEqual(written, {"calls": 7, "file": "calls.jsonl"})
        entries = self.run_json("memory", "--operator", "Or", **memory)
        self.assertEqual([entry["role"] for entry in entries], ["repair", "correction", "accelerator"])
        self.assertEqual(entries[0]["before"], "build_failed")
        exported = self.run_json("memory", "--role", "repair", "--export", "repairs.jsonl", **memory)
        self.assertEqual(exported, {"entries": 1, "file": "repairs.jsonl"})
        cleared = self.run_json("memory", "--clear", **memory)
        self.assertEqual(cleared, {"cleared": 3, "kept": 0, "memory": str(memory["MKB_MEMORY"])})
        self.assertEqual(self.run_json("memory", **memory), [])
        self.assertIn("1 of 1", self.run_mkb("memory", "--import", "repairs.jsonl", **memory).out)
        again = self.run_json("memory", "--import", "repairs.jsonl", **memory)
        self.assertEqual(again, {"entries": 1, "new": 0, "memory": str(memory["MKB_MEMORY"])})
        self.write("memory.jsonl", '{"mkb_memory": 99}\n')
        self.assert_one_line(self.run_mkb("memory", **memory), BAD_INPUT, "version 99")


if __name__ == "__main__":
    unittest.main()
