"""Candidates that try to leave their jail with system calls of their own, in the whole program: while they are loaded,
while they run, and as a transform; by root and by an ordinary user. What they try does not happen, and is a verdict."""

import json
import os
import pathlib
import platform
import socket
import subprocess
import unittest

from composite_test import TASK as HARD_SIGMOID
from composite_test import transform
from program import FINE, MKB, OR, ProgramTest, kernel

CALLS = """
#include <cstring>

static long call(long number, long a = 0, long b = 0, long c = 0, long d = 0, long e = 0) {
#if defined(__x86_64__)
    register long r10 asm("r10") = d;
    register long r8 asm("r8") = e;
    long result;
    asm volatile("syscall" : "=a"(result) : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8)
                 : "rcx", "r11", "memory");
    return result;
#elif defined(__aarch64__)
    register long x8 asm("x8") = number;
    register long x0 asm("x0") = a;
    register long x1 asm("x1") = b;
    register long x2 asm("x2") = c;
    register long x3 asm("x3") = d;
    register long x4 asm("x4") = e;
    asm volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4) : "memory");
    return x0;
#endif
}

/// To be looked for outside: it must never be found there.
static void tell(const char* text) {
    char line[256] = "told ";
    strncat(line, text, 200);
    call(WRITE, 1, (long)line, (long)strlen(line));
}
"""

# Numbers of x86-64 and aarch64.
NUMBERS = {
    "openat": (257, 56), "write": (1, 64), "socket": (41, 198), "kill": (62, 129), "ptrace": (101, 117),
    "process_vm_readv": (310, 270), "clone": (56, 220), "execve": (59, 221), "setresuid": (117, 147),
    "unshare": (272, 97), "mount": (165, 40), "unlinkat": (263, 35), "symlinkat": (266, 36), "renameat2": (316, 276),
    "memfd_create": (319, 279), "pidfd_open": (434, 434), "prlimit64": (302, 261), "bpf": (321, 280),
    "io_uring_setup": (425, 425), "getdents64": (217, 61), "sendto": (44, 206), "prctl": (157, 167), "read": (0, 63),
}  # fmt: skip
ARCHITECTURE = 0 if platform.machine() == "x86_64" else 1


def number(name):
    return NUMBERS[name][ARCHITECTURE]


def calls():
    return CALLS.replace("WRITE", str(number("write")))


class EscapeTest(ProgramTest):
    def setUp(self):
        super().setUp()
        self.secret = self.write("secret.txt", "the secret is 12345")
        self.secret.chmod(0o666)
        self.folder.chmod(0o777)
        self.victim = subprocess.Popen(["sleep", "10000"])
        self.addCleanup(self.victim.wait)
        self.addCleanup(self.victim.kill)
        self.listener = socket.socket()
        self.listener.bind(("127.0.0.1", 0))
        self.listener.listen()
        self.listener.setblocking(False)
        self.addCleanup(self.listener.close)

    def attempts(self):
        """Name: the system call as C++."""
        victim = self.victim.pid
        made = self.folder / "made"
        secret = self.secret
        at = -100
        return {
            "openat": f'call({number("openat")}, {at}, (long)"{secret}", 0)',
            "openat /etc/passwd": f'call({number("openat")}, {at}, (long)"/etc/passwd", 0)',
            "openat /proc/self/environ": f'call({number("openat")}, {at}, (long)"/proc/self/environ", 0)',
            "openat to create": f'call({number("openat")}, {at}, (long)"{made}", 0101, 0666)',
            "unlinkat": f'call({number("unlinkat")}, {at}, (long)"{secret}", 0)',
            "renameat2": f'call({number("renameat2")}, {at}, (long)"{secret}", {at}, (long)"{made}")',
            "symlinkat": f'call({number("symlinkat")}, (long)"/etc/passwd", {at}, (long)"{made}")',
            "socket tcp": f'call({number("socket")}, 2, 1)',
            "socket udp": f'call({number("socket")}, 2, 2)',
            "socket unix": f'call({number("socket")}, 1, 1)',
            "socket netlink": f'call({number("socket")}, 16, 3)',
            "kill": f'call({number("kill")}, {victim}, 9)',
            "kill the supervisor": f'call({number("kill")}, -1, 9)',
            "ptrace": f'call({number("ptrace")}, 0x4206, {victim})',
            "process_vm_readv": f'call({number("process_vm_readv")}, {victim})',
            "pidfd_open": f'call({number("pidfd_open")}, {victim})',
            "clone": f'call({number("clone")}, 17)',
            "execve": f'call({number("execve")}, (long)"/usr/bin/true")',
            "setresuid": f'call({number("setresuid")}, 0, 0, 0)',
            "unshare": f'call({number("unshare")}, 0x10000000)',
            "mount": f'call({number("mount")}, (long)"none", (long)"/", (long)"tmpfs")',
            "memfd_create": f'call({number("memfd_create")}, (long)"x", 0)',
            "prlimit64": f'call({number("prlimit64")}, 0, 9)',
            "bpf": f'call({number("bpf")}, 5)',
            "io_uring_setup": f'call({number("io_uring_setup")}, 8)',
            "write to the supervisor": f'call({number("write")}, 3, (long)"x", 1)',
        }

    def ordinary_user(self):
        """What starts mkb as nobody, with the user's cache seen at a place that nobody can reach."""
        cache = os.environ.get("MKB_CACHE") or f'{os.environ.get("XDG_CACHE_HOME") or os.environ["HOME"] + "/.cache"}/mkb'
        place = self.folder / "cache"
        place.mkdir(exist_ok=True)
        onnxruntime = next(pathlib.Path(cache, "onnxruntime").glob("*/lib"), None)
        script = f'mount --bind "{cache}" "{place}" && exec setpriv --reuid=65534 --regid=65534 --clear-groups "$@"'
        through = ["unshare", "-m", "sh", "-c", script, "sh"]
        variables = {"MKB_CACHE": place, "HOME": self.folder, "TMPDIR": self.folder / "tmp"}
        if onnxruntime:
            variables["LD_LIBRARY_PATH"] = place / onnxruntime.relative_to(cache)
        works = subprocess.run([*through, MKB, "--version"], capture_output=True, env={**os.environ, **{k: str(v) for k, v in variables.items()}})
        if works.returncode != FINE:
            self.skipTest(f"an ordinary user cannot run the program here: {works.stderr.decode()}")
        (self.folder / "tmp").chmod(0o777)
        return {"through": through, **variables}

    def judge_all(self, candidates, **options):
        """{label: (task, file, text)} → {label: record}."""
        entries = []
        for label, (task, name, text) in candidates.items():
            self.write(f"candidates/{label.replace('/', ' ')}/{name}", text)
            entries.append({"label": label, "task": task, "files": [f"candidates/{label.replace('/', ' ')}/{name}"]})
        self.write("manifest.json", json.dumps({"candidates": entries}))
        found = self.run_json(
            "evaluate", "--manifest", "manifest.json", "--profile", "verify", "--run", "run",
            timeout=1800, MKB_TEST_KEY="sk-12345", **options,
        )  # fmt: skip
        return {record["label"]: record for record in found}

    def check_refused(self, records):
        for label, record in records.items():
            with self.subTest(label):
                outcome = record["outcome"]
                call = label.split(": ")[1].split()[0]
                self.assertEqual((outcome["kind"], outcome.get("rule")), ("cheated", "syscall"), outcome)
                self.assertIn(call if call in outcome["evidence"] else "system call", outcome["evidence"])
                print(f"{label:<44} {outcome['kind']} ({outcome['rule']}): {outcome['evidence'][:60]}")
        self.assertIsNone(self.victim.poll())
        self.assertEqual(self.secret.read_text(), "the secret is 12345")
        self.assertFalse((self.folder / "made").exists())
        self.assertRaises(BlockingIOError, self.listener.accept)

    def candidates(self):
        """Every attempt while a kernel runs; those that a loader's rights might let through also while it is loaded,
        and a transform's."""
        attempts = self.attempts()
        made = {
            f"running: {name}": (OR, "CPUBinary.cpp", kernel(top=calls(), after=f"{call};"))
            for name, call in attempts.items()
        }
        early = [name for name in attempts if not name.startswith("openat")]
        for name in early[:8] + ["memfd_create", "write to the supervisor"]:
            top = calls() + f"static long gTried = ({attempts[name]});"
            made[f"loading: {name}"] = (OR, "CPUBinary.cpp", kernel(top=top))
        for name in ("openat to create", "socket tcp", "kill", "clone", "execve", "memfd_create"):
            made[f"transform: {name}"] = (
                HARD_SIGMOID, "OnnxHardSigmoid.cpp", transform(body=f"{attempts[name]};", top=calls()),
            )  # fmt: skip
        return made

    def test_all_are_refused(self):
        records = self.judge_all(self.candidates())
        self.assertGreaterEqual(len(records), 25)
        self.check_refused(records)

    def test_all_are_refused_by_an_ordinary_user(self):
        if os.geteuid() != 0:
            self.skipTest("this is one already")
        options = self.ordinary_user()
        self.check_refused(self.judge_all(self.candidates(), **options))

    def test_files_cannot_be_opened_while_loading(self):
        """There opening is allowed, for the loader's sake; Landlock refuses all but the plug-in."""
        opened = [name for name in self.attempts() if name.startswith("openat")]
        candidates = {
            f"loading: {name}": (
                OR, "CPUBinary.cpp",
                kernel(top=calls() + f'static long gTried = ({self.attempts()[name]}) >= 0 ? (tell("opened"), 1) : 0;'),
            )
            for name in opened
        }  # fmt: skip
        for label, record in self.judge_all(candidates).items():
            self.assertEqual(record["outcome"]["kind"], "correct", label)
            if record["run_log_artifact"]:
                log = self.run_mkb("show", record["id"], "--run", "run", "--file", "run-log").out
                self.assertNotIn("told", log, label)
        self.assertFalse((self.folder / "made").exists())

    def test_no_key_is_in_a_candidates_environment(self):
        """The words above its stack are its arguments and its environment."""
        look = """
            static long look() {
                const char* at = (const char*)__builtin_frame_address(0);
                for (long i = 0; i < 1 << 16; ++i) {
                    if (memcmp(at + i, "MKB_TEST_KEY", 12) == 0) { tell("a key"); return 1; }
                }
                return 0;
            }
            static long gLooked = look();
        """
        record = self.judge_all({"looks": (OR, "CPUBinary.cpp", kernel(top=calls() + look))})["looks"]
        # It finds the end of its stack, or nothing.
        self.assertIn(record["outcome"]["kind"], ("crashed", "correct"))
        if record["run_log_artifact"]:
            self.assertNotIn("told", self.run_mkb("show", record["id"], "--run", "run", "--file", "run-log").out)
        text = json.dumps(record)
        self.assertNotIn("sk-12345", text)


if __name__ == "__main__":
    unittest.main()
