"""mkb run against a real small model behind real servers: llama.cpp's, and for gemini LiteLLM's proxy before it. A model
this small writes no kernel: what is shown is that requests, streams, usage and limits fit, and that kills lose nothing
that had arrived."""

import json
import os
import random
import sqlite3
import subprocess
import sys
import time
import unittest

from program import BAD_INPUT, FINE, MKB, ROOT, TRANSIENT, ProgramTest

KEY = "sk-small-model"
# Twelve tasks of three forms.
TASKS = ["activation/"]
KILLS = int(os.environ.get("MKB_TEST_KILLS", "20"))


class ModelTest(ProgramTest):
    @classmethod
    def setUpClass(cls):
        cls.address = cls.start("serve.py", KEY, "4096")

    @classmethod
    def start(cls, program, *words):
        """The address of a server that ends with the tests."""
        server = subprocess.Popen([sys.executable, ROOT / "tests/models" / program, *words], stdin=subprocess.PIPE,
                                  stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)  # fmt: skip
        cls.addClassCleanup(server.wait, timeout=60)
        cls.addClassCleanup(server.stdout.close)
        cls.addClassCleanup(server.stdin.close)
        address = server.stdout.readline().strip()
        assert address, f"{program} does not start"
        return address

    def command(self, run, *more, service="openai", method="moka", model="small", url=None, prompt_tokens=1200,
                tasks=("activation/Softmax/lastaxis",)):  # fmt: skip
        chosen = [word for task in tasks for word in ("--tasks", task)]
        return ["run", "--method", method, "--model", f"{service}:{model}", "--base-url", url or f"{self.address}/v1", *chosen,
                "--rounds", "2", "--prompt-tokens", prompt_tokens, "--output-tokens", "60", "--profile", "verify",
                "--run", self.folder / run, "--json", *more]  # fmt: skip

    def keys(self, key=KEY):
        return {"OPENAI_API_KEY": key, "ANTHROPIC_API_KEY": key, "GEMINI_API_KEY": key}

    def calls(self, run):
        database = sqlite3.connect(self.folder / run / "run.db")
        try:
            return database.execute("SELECT call.sequence, call.position, coalesce(call_end.answer, '') FROM call "
                                    "LEFT JOIN call_end ON call_end.call = call.sequence ORDER BY call.sequence").fetchall()  # fmt: skip
        finally:
            database.close()

    def test_both_services_answer_and_tell_their_usage(self):
        for service in ("openai", "anthropic"):
            answer = self.one_answer(service, f"{self.address}/v1")
            self.assertGreater(answer["usage"]["input_tokens"], 500)
            self.assertIn(answer["usage"]["output_tokens"], range(1, 61))

    def one_answer(self, service, url):
        done = self.run_mkb(*self.command(service, service=service, method="single", url=url), **self.keys())
        self.assertEqual(done.returncode, FINE, done.err)
        summary = json.loads(done.out)
        self.assertEqual(summary["calls"], 1)
        self.assertEqual(summary["calls_without_price"], 1)
        answer = json.loads(self.calls(service)[0][2])
        self.assertTrue(answer["usage"]["reported"])
        self.assertIn(answer["stop"], ("length", "stop"))
        self.assertGreater(len(answer["text"]), 0)
        return answer

    def test_a_gateway_that_speaks_generate_content_answers_and_fails(self):
        """LiteLLM's proxy, in front of the same model; of the usage it tells nothing in a stream."""
        url = self.start("gateway.py", self.address, KEY) + "/v1beta"
        answer = self.one_answer("gemini", url)
        self.assertEqual(answer["usage"]["input_tokens"], 0)
        unknown = self.run_mkb(*self.command("unknown", "--retries", "1", service="gemini", model="nobody", url=url,
                                             method="single"), **self.keys())  # fmt: skip
        self.assertEqual(unknown.returncode, TRANSIENT, unknown.err)
        self.assertRegex(unknown.err, r"HTTP 500.*tried 2 times")
        wrong = self.run_mkb(*self.command("wrong-gemini", service="gemini", url=url), **self.keys("sk-other"))
        self.assertEqual(wrong.returncode, BAD_INPUT, wrong.err)
        self.assertIn("HTTP 400", wrong.err)
        self.assertNotIn("sk-other", wrong.err)

    def test_a_gateway_with_a_limit_is_asked_again_when_it_says(self):
        """LiteLLM's 429: with Retry-After for chat completions, without it for messages; of two calls at once the second
        gets it. Two tries are enough where the wish is heeded, which is longer than several waits of one's own."""
        url = self.start("gateway.py", self.address, KEY, "15") + "/v1"
        for service, most in (("openai", 2), ("anthropic", 9)):
            two = ("activation/Softmax/lastaxis", "activation/HardSigmoid/map_64x112")
            done = self.run_mkb(*self.command(service, "--parallel", "2", service=service, method="single", url=url,
                                              tasks=two), **self.keys(KEY + service))  # fmt: skip
            self.assertEqual(done.returncode, FINE, done.err)
            answers = sorted((json.loads(answer) for _, _, answer in self.calls(service)), key=lambda one: one["tries"])
            self.assertEqual(answers[0]["tries"], 1)
            self.assertIn(answers[1]["tries"], range(2, most + 1))
            self.assertRegex(answers[1]["troubles"][0], "HTTP 429: .*Rate limit exceeded")

    def test_a_wrong_key_and_a_prompt_beyond_the_context_are_clear(self):
        wrong = self.run_mkb(*self.command("wrong"), **self.keys("sk-other"))
        self.assertEqual(wrong.returncode, BAD_INPUT)
        self.assertIn("HTTP 401", wrong.err)
        self.assertNotIn("sk-other", wrong.err)
        long = self.run_mkb(*self.command("long", prompt_tokens=0, tasks=("Transpose/windows",)), **self.keys())
        self.assertEqual(long.returncode, BAD_INPUT, long.err)
        self.assertIn("HTTP 400", long.err)

    def answered(self, run):
        """Positions in the run's plan, each begun no more once it had its answer."""
        found = set()
        for _, position, answer in self.calls(run):
            self.assertNotIn(position, found, "an answered call was begun again")
            if answer:
                found.add(position)
        return found

    def test_kills_at_random_instants_ask_for_no_answer_twice(self):
        seed = int(os.environ.get("MKB_TEST_SEED", random.SystemRandom().randrange(2**32)))
        print(f"MKB_TEST_SEED={seed}, {KILLS} kills", flush=True)
        chance = random.Random(seed)
        start = time.monotonic()
        self.one_answer("openai", f"{self.address}/v1")
        one_answer_s = time.monotonic() - start
        command = [MKB, *map(str, self.command("run", "--parallel", "2", tasks=TASKS))]
        environment = self.environment(**self.keys())
        kills = 0
        while kills < KILLS:
            process = subprocess.Popen(command, cwd=self.folder, env=environment, stdout=subprocess.DEVNULL,
                                       stderr=subprocess.PIPE)  # fmt: skip
            try:
                errors = process.communicate(timeout=chance.uniform(0.2, 2.5 * one_answer_s))[1]
                self.assertEqual(process.returncode, FINE, errors.decode())
                break
            except subprocess.TimeoutExpired:
                process.kill()
                process.communicate()
                kills += 1
        self.assertGreater(len(self.answered("run")), 0, "no answer arrived before a kill")
        done = self.run_mkb(*self.command("run", "--parallel", "2", tasks=TASKS), timeout=1800, **self.keys())
        self.assertEqual(done.returncode, FINE, done.err)
        summary = json.loads(done.out)
        answered = self.answered("run")
        lost = sum(1 for _, _, answer in self.calls("run") if not answer)
        print(f"{kills} kills, {len(answered)} answers, {lost} calls lost, outcomes {summary['scores'][0]['outcomes']}, "
              f"{summary['tokens']} tokens", flush=True)  # fmt: skip
        self.assertLessEqual(lost, 2 * kills)
        self.assertEqual(summary["finished"], summary["scores"][0]["tasks"])
        self.assertEqual(summary["finished"], 12)


if __name__ == "__main__":
    unittest.main()
