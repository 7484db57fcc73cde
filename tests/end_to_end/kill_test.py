"""mkb is killed at random instants and started again: no evaluation is lost or doubled, and nothing stays behind."""

import json
import os
import random
import shutil
import sqlite3
import subprocess
import time
import unittest

from program import FINE, MKB, NO, ROOT, ProgramTest, processes_below, wait_until, write_manifest

KILLS = int(os.environ.get("MKB_TEST_KILLS", "30"))
LONGEST_PIECE_S = 8
EXAMPLES = ROOT / "examples/kernels/manifest.json"


class KillTest(ProgramTest):
    def command(self, run):
        return [MKB, "evaluate", "--manifest", str(self.manifest), "--profile", "short", "--run", run, "--json"]

    def evaluations(self, run):
        """What the run holds, read from a copy: mkb itself must mend what the kill left."""
        copy = self.folder / "copy"
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(self.folder / run, copy)
        database = sqlite3.connect(copy / "run.db")
        try:
            self.assertEqual(database.execute("PRAGMA integrity_check").fetchone(), ("ok",))
            return database.execute("SELECT key, record FROM evaluation ORDER BY sequence").fetchall()
        except sqlite3.OperationalError as error:
            self.assertIn("no such table", str(error))  # killed before there was anything
            return []
        finally:
            database.close()

    def to_the_end(self, run):
        done = subprocess.run(self.command(run), capture_output=True, cwd=self.folder, env=self.environment())
        self.assertIn(done.returncode, (FINE, NO), done.stderr.decode())
        return {item["label"]: item["outcome"]["kind"] for item in json.loads(done.stdout)}

    def kill_after(self, run, seconds):
        """Starts the command and kills it after so long; whether it had ended by itself before."""
        process = subprocess.Popen(
            self.command(run),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            cwd=self.folder,
            env=self.environment(),
        )
        try:
            errors = process.communicate(timeout=seconds)[1]
            self.assertIn(process.returncode, (FINE, NO), errors.decode())
            return True
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            return False

    def check_finished(self, run, kept):
        self.assertEqual(self.to_the_end(run), self.undisturbed)
        rows = self.evaluations(run)
        self.assertEqual(rows[: len(kept)], kept)
        self.assertEqual(sorted(key for key, _ in rows), sorted(key for key, _ in self.evaluations("undisturbed")))
        self.assertEqual(len({key for key, _ in rows}), len(rows))
        self.assertEqual(list((self.folder / "tmp").iterdir()), [], "temporary folders of killed processes")

    def test_kills_lose_and_double_nothing(self):
        small = ["right", "typo", "and", "prose", "null pointer"]
        use_examples = EXAMPLES.is_file() and "MKB_TEST_SMALL" not in os.environ
        self.manifest = EXAMPLES if use_examples else write_manifest(self.folder / "candidates", small)
        start = time.monotonic()
        self.undisturbed = self.to_the_end("undisturbed")
        whole_s = time.monotonic() - start
        seed = int(os.environ.get("MKB_TEST_SEED", random.SystemRandom().randrange(2**32)))
        print(f"MKB_TEST_SEED={seed}, {KILLS} kills, undisturbed {whole_s:.1f} s", flush=True)
        chance = random.Random(seed)
        kept, runs = [], ["killed-1"]
        for number in range(KILLS):
            # Pieces much shorter than the whole, and a new run after one that came to its end: every kill hits work.
            while self.kill_after(runs[-1], chance.uniform(0.02, min(0.35 * whole_s, LONGEST_PIECE_S))):
                self.check_finished(runs[-1], kept)
                kept, runs = [], [*runs, f"killed-{len(runs) + 1}"]
            self.assertTrue(wait_until(lambda: not processes_below(self.folder)), processes_below(self.folder))
            if (self.folder / runs[-1] / "run.db").exists():
                rows = self.evaluations(runs[-1])
                self.assertEqual(rows[: len(kept)], kept, f"what was stored before kill {number}")
                kept = rows
        self.check_finished(runs[-1], kept)
        print(f"{len(runs)} runs of {len(self.undisturbed)} candidates came to their end")


if __name__ == "__main__":
    unittest.main()
