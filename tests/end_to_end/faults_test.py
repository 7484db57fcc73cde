"""Trouble of our own world at every boundary: it is said in one line, nothing is lost, and no kernel is blamed for it."""

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import threading
import unittest

from program import (
    ENVIRONMENT, FINE, MKB, OR, TRANSIENT, ProgramTest, below, is_runner, is_runners_child, kernel,
)

# Some seconds of the compiler's work, so that it can be met while it runs.
SLOW = """
constexpr unsigned long slow(int n) { return n < 2 ? 1UL : slow(n - 1) + slow(n - 2); }
""" + "\n".join(f"static constexpr unsigned long kSlow{i} = slow(24) + {i};" for i in range(40))

# The real-time clock jumps by hours with every look; only dates may depend on it.
JUMPING = r"""
#define _GNU_SOURCE
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>
static long jump(void) {
    static int n;
    n = n + 1;
    return (n % 2 ? 1 : -1) * 7200L * (n % 5 + 1);
}
int clock_gettime(clockid_t clock, struct timespec* now) {
    const int done = (int)syscall(SYS_clock_gettime, clock, now);
    if (clock == CLOCK_REALTIME) { now->tv_sec += jump(); }
    return done;
}
time_t time(time_t* at) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (at) { *at = now.tv_sec; }
    return now.tv_sec;
}
int gettimeofday(struct timeval* at, void* zone) {
    struct timespec now;
    (void)zone;
    clock_gettime(CLOCK_REALTIME, &now);
    at->tv_sec = now.tv_sec;
    at->tv_usec = now.tv_nsec / 1000;
    return 0;
}
"""


def is_compiler(words):
    return words.partition(" ")[0].endswith("/clang++-19") and " -c " in words


SIZES = ("16k", "64k", "128k", "512k", "2m", "8m", "32m", "256m")


class FaultsTest(ProgramTest):
    def setUp(self):
        super().setUp()
        self.write("CPUBinary.cpp", kernel())
        self.arguments = ["evaluate", "--task", OR, "--profile", "verify", "--run", "run", "--json", "CPUBinary.cpp"]

    def stored(self, run="run"):
        """Outcomes in the run, and how many notes of trouble."""
        path = self.folder / run / "run.db"
        if not path.exists():
            return [], 0
        # A copy: there may be no room for what SQLite wants beside a file.
        copy = self.folder / "copy"
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(path.parent, copy)
        database = sqlite3.connect(copy / "run.db")
        try:
            outcomes = [json.loads(text)["outcome"]["kind"] for (text,) in database.execute("SELECT record FROM evaluation")]
            return outcomes, database.execute("SELECT count(*) FROM trouble").fetchone()[0]
        except sqlite3.OperationalError as error:
            self.assertIn("no such table", str(error))  # there was no room for any
            return [], 0
        finally:
            database.close()

    def disturbed(self, is_meant, number, most, through=(), **variables):
        """Runs the command and sends the signal to at most so many of the processes that are meant, as they appear."""
        process = subprocess.Popen(
            [*through, MKB, *self.arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=self.folder,
            env=self.environment(**variables),
        )  # fmt: skip
        met = set()
        ended = threading.Event()

        def watch():
            while not ended.is_set() and len(met) < most:
                for found in below(process.pid, is_meant):
                    if found not in met and len(met) < most:
                        met.add(found)
                        try:
                            os.kill(found, number)
                        except ProcessLookupError:
                            met.discard(found)
                os.sched_yield()

        watcher = threading.Thread(target=watch)
        watcher.start()
        out, err = process.communicate(timeout=600)
        ended.set()
        watcher.join()
        self.assertTrue(met, "nothing was there to be killed")
        return process.returncode, out.decode(), err.decode()

    def check_untouched(self, code, out, err):
        """Killed once: tried again, and judged as if nothing had been."""
        self.assertEqual(code, FINE, err + out)
        self.assertEqual(json.loads(out)["outcome"]["kind"], "correct")
        self.assertEqual(self.stored(), (["correct"], 0))

    def check_not_evaluated(self, code, err, *parts):
        """Killed whenever it came: the user hears it, nobody is scored, and the next command judges."""
        self.assertEqual(code, TRANSIENT, err)
        for part in parts:
            self.assertIn(part, err)
        self.assertEqual(self.stored(), ([], 1))
        after = self.run_mkb(*self.arguments)
        self.assertEqual(after.returncode, FINE, after.err)
        self.assertEqual(self.stored(), (["correct"], 1))

    def test_a_compiler_that_is_killed(self):
        self.write("CPUBinary.cpp", kernel(top=SLOW))
        self.check_untouched(*self.disturbed(is_compiler, signal.SIGKILL, 1))

    def test_a_compiler_that_is_always_killed(self):
        self.write("CPUBinary.cpp", kernel(top=SLOW))
        code, _, err = self.disturbed(is_compiler, signal.SIGKILL, 100)
        self.check_not_evaluated(code, err, "compiler was killed from outside")

    def test_a_runner_that_is_killed(self):
        self.check_untouched(*self.disturbed(is_runner, signal.SIGKILL, 1))

    def test_a_runner_that_is_always_killed(self):
        code, _, err = self.disturbed(is_runner, signal.SIGKILL, 100)
        self.check_not_evaluated(code, err, "runner was killed")

    def test_a_candidates_process_that_somebody_kills(self):
        for number in (signal.SIGKILL, signal.SIGTERM):
            with self.subTest(number):
                shutil.rmtree(self.folder / "run", ignore_errors=True)
                self.check_untouched(*self.disturbed(is_runners_child, number, 1))

    def test_a_candidates_process_that_somebody_always_kills(self):
        code, _, err = self.disturbed(is_runners_child, signal.SIGKILL, 100)
        self.check_not_evaluated(code, err, "killed from outside")

    def test_a_locked_database(self):
        self.assertEqual(self.run_mkb(*self.arguments).returncode, FINE)
        self.write("CPUBinary.cpp", kernel(value="(a[i] | b[i]) != 0"))
        database = sqlite3.connect(self.folder / "run/run.db", isolation_level=None)
        database.execute("BEGIN IMMEDIATE")
        locked = self.run_mkb(*self.arguments)
        self.assert_one_line(locked, TRANSIENT, "run.db", "another process is writing")
        database.execute("ROLLBACK")
        database.close()
        self.assertEqual(self.run_mkb(*self.arguments).returncode, FINE)
        self.assertEqual(self.stored()[0], ["correct", "correct"])

    def small_disk(self, name, size):
        place = self.folder / name
        place.mkdir()
        if os.geteuid() != 0 or subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", place], capture_output=True).returncode:
            self.skipTest("no small file system can be mounted here")
        self.addCleanup(subprocess.run, ["umount", "-l", place])
        place.chmod(0o711)
        return place

    def check_spared(self, done, run):
        """It was judged, or it was this machine's trouble: nothing in between."""
        outcomes, _ = self.stored(run)
        self.assertIn(done.returncode, (FINE, ENVIRONMENT, TRANSIENT), done.err)
        self.assertEqual(outcomes, ["correct"] if done.returncode == FINE else [], done.err)
        self.assertNotRegex(done.err, r"terminate called|MKB_CHECK|what\(\)")
        return done.returncode

    def test_a_disk_that_is_full_at_any_point(self):
        """Temporary files of every stage: sources, compiler's output, the device's folder, the runner's results."""
        codes = []
        for size in SIZES:
            with self.subTest(size):
                place = self.small_disk(f"tmp-{size}", size)
                self.arguments[self.arguments.index("--run") + 1] = f"run-{size}"
                codes.append(self.check_spared(self.run_mkb(*self.arguments, TMPDIR=place), f"run-{size}"))
                self.assertEqual(list(place.iterdir()), [])
        print(dict(zip(SIZES, codes)))
        self.assertEqual((codes[0], codes[-1]), (ENVIRONMENT, FINE))

    def test_a_run_whose_disk_is_full_at_any_point(self):
        codes = []
        for size in ("8k", "32k", "64k", "128k", "256k", "1m"):
            with self.subTest(size):
                place = self.small_disk(f"run-{size}", size)
                self.arguments[self.arguments.index("--run") + 1] = place
                codes.append(self.check_spared(self.run_mkb(*self.arguments), place))
        self.assertEqual((codes[0], codes[-1]), (ENVIRONMENT, FINE))

    def test_a_cache_without_room(self):
        place = self.small_disk("cache", "64k")
        done = self.run_mkb(*self.arguments, MKB_CACHE=place)
        self.assertIn(done.returncode, (ENVIRONMENT, TRANSIENT), done.err)  # the latter where nothing can be fetched
        self.assertEqual(self.stored(), ([], 0))

    def test_standard_output_without_room(self):
        for arguments in (["tasks"], ["tasks", "--json"], ["show", "Or"], ["devices"]):
            with open("/dev/full", "w") as full:
                done = subprocess.run([MKB, *arguments], stdout=full, stderr=subprocess.PIPE, cwd=self.folder)
            self.assertEqual(done.returncode, ENVIRONMENT, arguments)
            self.assertIn(b"No space left on device", done.stderr)

    def test_limits_of_the_shell(self):
        """A narrower limit than ours would break the compiler or the runner, and look like the candidate's fault."""
        for limit in ("--fsize=20000", "--fsize=2000000", "--cpu=50"):
            with self.subTest(limit):
                run = "run" + limit.replace("=", "-")
                self.arguments[self.arguments.index("--run") + 1] = run
                self.check_spared(self.run_mkb(*self.arguments, through=("prlimit", limit)), run)

    def test_memory_that_runs_out(self):
        codes = {}
        for megabytes in (60, 120, 250, 500, 1000, 1900, 8000):
            with self.subTest(megabytes):
                run = f"run-{megabytes}"
                self.arguments[self.arguments.index("--run") + 1] = run
                through = ("prlimit", f"--as={megabytes << 20}")
                codes[megabytes] = self.check_spared(self.run_mkb(*self.arguments, through=through), run)
        print(codes)
        self.assertEqual((codes[60], codes[8000]), (ENVIRONMENT, FINE))

    def test_a_clock_that_jumps(self):
        source = self.write("jumping.c", JUMPING)
        library = self.folder / "jumping.so"
        subprocess.run(["clang-19", "-shared", "-fPIC", "-O1", source, "-o", library], check=True)
        self.arguments[self.arguments.index("verify")] = "short"
        for attempt in range(3):
            self.arguments[self.arguments.index("--run") + 1] = f"run-{attempt}"
            done = self.run_mkb(*self.arguments, LD_PRELOAD=library)
            self.assertEqual(done.returncode, FINE, done.err)
            record = json.loads(done.out)
            self.assertEqual(record["outcome"]["kind"], "correct")
            self.assertGreater(record["outcome"]["speedup"], 0)
            for stage in record["stages"]:
                self.assertTrue(0 <= stage["wall_ms"] < 600_000, stage)
        score = self.run_json("score", "run-0")
        self.assertEqual(score[0]["fcr"]["count"], 1)

    def test_signals_to_the_program(self):
        """It ends by them as any program does; what it had stored stays, and the next command goes on."""
        self.assertEqual(self.run_mkb(*self.arguments).returncode, FINE)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            with self.subTest(number):
                self.write("CPUBinary.cpp", kernel(top=SLOW, value=f"(a[i] != 0 || b[i] != 0) ? 1 : (0 * {int(number)})"))
                process = subprocess.Popen(
                    [MKB, *self.arguments], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=self.folder,
                    env=self.environment(),
                )  # fmt: skip
                while not below(process.pid, is_compiler) and process.poll() is None:
                    os.sched_yield()
                process.send_signal(number)
                self.assertEqual(process.wait(), -number)
                self.assertEqual(self.stored(), (["correct"], 0))
        after = self.run_mkb(*self.arguments)
        self.assertEqual(after.returncode, FINE, after.err)
        self.assertEqual(self.stored(), (["correct", "correct"], 0))
        self.assertEqual(list((self.folder / "tmp").iterdir()), [])


if __name__ == "__main__":
    unittest.main()
