"""--build in-tree, the published way: the same verdicts as the plug-in's, and no candidate, kill or neighbour leaves
anything for the next one."""

import hashlib
import json
import os
import pathlib
import signal
import subprocess
import time
import unittest

from program import (
    BAD_INPUT,
    CANDIDATES,
    FINE,
    MKB,
    NO,
    OR,
    SEED,
    ProgramTest,
    kernel,
    processes_below,
    wait_until,
    write_manifest,
)

IN_TREE = ("--build", "in-tree")
CACHE = pathlib.Path(os.environ.get("MKB_CACHE") or pathlib.Path.home() / ".cache/mkb")

# A name of the framework's, one of libc's, a constructor and a thread's own data: all must stay the candidate's own.
NAMESAKES = kernel(
    top="""
#include <cstdlib>
static int constructed = 0;
__attribute__((constructor)) static void construct() { constructed += 1; }
static thread_local int runs = 0;
namespace MNN {
void CPUBackend::onExecuteBegin() const { std::abort(); }
void MNNReluWithSlopeChannel(float*, const float*, const float*, size_t, size_t) { std::abort(); }
}
extern "C" void* memcpy(void* to, const void*, std::size_t) { return to; }
""",
    after="if (constructed != 1 || ++runs < 1) { y[0] = 7; }",
)

# Right only where its code begins a page; the entry point is what it begins with.
FIRST_ON_ITS_PAGE = kernel(
    top="#include <cstdint>",
    after="if (reinterpret_cast<std::uintptr_t>(&mkb_register_v1) % 4096 != 0) { y[0] = 7; }",
)

IN_CONSTRUCTOR = kernel(top="__attribute__((constructor)) static void fall() { *(volatile int*)nullptr = 1; }")


def contents_of_builds():
    """A hash of every file of the framework's finished builds, which every candidate's linker reads."""
    hashes = {}
    for build in (CACHE / "mnn").glob("*-host-*"):
        if build.is_dir() and ".tmp-" not in build.name:
            for path in build.rglob("*"):
                if path.is_file():
                    hashes[str(path)] = hashlib.sha256(path.read_bytes()).hexdigest()
    return hashes


class InTreeTest(ProgramTest):
    def in_tree(self, text, *options, name="CPUBinary.cpp"):
        place = self.write(f"candidate-{hashlib.sha256(text.encode()).hexdigest()[:8]}/{name}", text)
        return self.evaluate(place, *IN_TREE, *options)

    def test_the_same_verdict_both_ways(self):
        manifest = write_manifest(self.folder / "candidates", CANDIDATES)
        found = {}
        for way in ("plugin", "in-tree"):
            records = self.run_json(
                "evaluate", "--manifest", manifest, "--profile", "verify", "--seed", SEED, "--build", way,
                "--run", "run",
            )  # fmt: skip
            self.assertEqual({record["build"] for record in records}, {way})
            found[way] = {record["label"]: record for record in records}
        for label, (_, _, kind) in CANDIDATES.items():
            plugin, in_tree = found["plugin"][label], found["in-tree"][label]
            self.assertEqual(in_tree["outcome"]["kind"], kind, label)
            self.assertNotEqual(plugin["key"], in_tree["key"], "one run holds both")
            self.assertEqual(plugin["device"]["isolation"], in_tree["device"]["isolation"], label)
            if kind == "crashed":
                self.assertIn("UnionOfMasks::onExecute", in_tree["outcome"]["where"])
            else:
                self.assertEqual(plugin["outcome"], in_tree["outcome"], label)

    def test_a_person_is_told_which_way(self):
        text = self.write("CPUBinary.cpp", kernel())
        done = self.run_mkb("evaluate", "--task", OR, "--profile", "verify", *IN_TREE, "--run", "run", text)
        self.assertEqual(done.returncode, FINE, done.err)
        self.assertIn("built in-tree", done.out)
        self.assertIn("--build in-tree", self.run_mkb("evaluate", "--help").out)

    def test_what_is_no_way_to_build_is_one_line(self):
        text = self.write("CPUBinary.cpp", kernel())
        for way in ("intree", "both", "Plugin"):
            done = self.run_mkb("evaluate", "--task", OR, f"--build={way}", "--run", "run", text)
            self.assert_one_line(done, BAD_INPUT, "plugin and in-tree")

    def test_a_composite_candidate_is_one_line(self):
        text = self.write("OnnxHardSigmoid.cpp", "int nothing;\n")
        done = self.run_mkb("evaluate", "--task", "HardSigmoid/map_64x112", *IN_TREE, "--run", "run", text)
        self.assert_one_line(done, BAD_INPUT, "HardSigmoid", "converter", "--build")

    def test_the_candidates_names_stay_its_own(self):
        self.assertEqual(self.in_tree(NAMESAKES)["outcome"]["kind"], "correct")

    def test_code_lies_in_its_pages_alike(self):
        for way in ("plugin", "in-tree"):
            place = self.write("page/CPUBinary.cpp", FIRST_ON_ITS_PAGE)
            self.assertEqual(self.evaluate(place, "--build", way)["outcome"]["kind"], "correct", way)

    def test_a_constructor_is_the_candidates_and_runs_in_the_jail(self):
        crashed = self.in_tree(IN_CONSTRUCTOR)["outcome"]
        self.assertEqual((crashed["kind"], crashed["stage"]), ("crashed", "load"))
        self.assertIn("fall", crashed["where"])
        call = "__attribute__((constructor)) static void call() { asm volatile(\"%s\"); }"
        socket = call % "mov $41, %eax; syscall" if os.uname().machine == "x86_64" else call % "mov x8, 198; svc 0"
        refused = self.in_tree(kernel(top=socket))["outcome"]
        self.assertEqual((refused["kind"], refused.get("rule")), ("cheated", "syscall"))

    def test_what_the_library_may_not_take_in_is_refused(self):
        chosen = (
            "static int one() { return 1; }\n"
            'extern "C" __attribute__((used)) int (*choose())() { return one; }\n'
            'static __attribute__((ifunc("choose"))) int chosen();\n'
        )
        for text, part in (
            (kernel(top='asm(".section .init,\\"ax\\"\\n.byte 0xcc\\n.text");'), ".init"),
            (kernel(top='asm(".section .ctors,\\"aw\\"\\n.quad 0\\n.text");'), ".ctors"),
            (kernel(top='asm(".section .data.code,\\"awx\\"\\n.quad 0\\n.text");'), ".data.code"),
            (kernel(top="thread_local char big[8 << 20];", after="big[y[0]] = 1;"), "in every thread"),
            (kernel(top=chosen, value="chosen()"), "indirect function"),
        ):
            with self.subTest(part):
                outcome = self.in_tree(text)["outcome"]
                self.assertEqual(outcome["kind"], "load_failed", outcome)
                self.assertIn(part, outcome["why"])
        self.assertEqual(self.in_tree(kernel())["outcome"]["kind"], "correct")

    def start(self, name, text, *options):
        place = self.write(f"{name}/CPUBinary.cpp", text)
        command = [MKB, "evaluate", "--task", OR, "--profile", "verify", *IN_TREE, "--json", *options, str(place)]
        return subprocess.Popen(
            [*command, "--run", name], stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=self.folder,
            env=self.environment(),
        )  # fmt: skip

    def at_work(self):
        """What bubblewrap had not yet put into its jail when its parent was killed sleeps for ever; the next call ends
        it."""
        return [line for line in processes_below(self.folder).values() if not line.startswith("bwrap ")]

    def kill_while(self, name, text, words):
        """Kills mkb without warning as soon as a process of its own runs a command with these words; False when it
        came to its end before that was seen."""
        process = self.start(name, text)
        end = time.monotonic() + 300
        while process.poll() is None and time.monotonic() < end:
            if any(words in line for line in processes_below(self.folder).values()):
                process.send_signal(signal.SIGKILL)
                process.communicate()
                self.assertTrue(wait_until(lambda: not self.at_work()), self.at_work())
                return process.returncode == -signal.SIGKILL
        process.communicate()
        return False

    def test_a_kill_leaves_nothing_for_the_next_candidate(self):
        self.assertEqual(self.in_tree(kernel())["outcome"]["kind"], "correct")
        before = contents_of_builds()
        self.assertTrue(any("/objects/" in path for path in before), CACHE)
        for step, words in (("compile", " -c -o "), ("seal", "seal.ld"), ("link", "/objects/")):
            with self.subTest(step):
                tries = range(10)
                killed = any(self.kill_while(f"{step}-{i}", kernel(value="7"), words) for i in tries)
                self.assertTrue(killed, f"never seen: {words}")
                left = list((self.folder / "tmp").iterdir())
                self.assertTrue(left, "nothing to clean up: the kill came too late")
                self.assertEqual(self.in_tree(kernel(top=f"// after {step}"))["outcome"]["kind"], "correct")
                self.assertEqual(list((self.folder / "tmp").iterdir()), [])
                self.assertTrue(wait_until(lambda: not processes_below(self.folder)), processes_below(self.folder))
        self.assertEqual(self.in_tree(kernel(value="7"))["outcome"]["kind"], "wrong")
        after = contents_of_builds()
        self.assertEqual([path for path, content in before.items() if after.get(path) != content], [])

    def test_neighbours_do_not_disturb_each_other(self):
        texts = {"right": kernel(), "one": kernel(value="1"), "null": kernel(after="*(volatile int*)nullptr = 1;")}
        processes = {name: self.start(name, text) for name, text in texts.items()}
        kinds = {}
        for name, process in processes.items():
            out, err = process.communicate(timeout=600)
            self.assertIn(process.returncode, (FINE, NO), err.decode())
            kinds[name] = json.loads(out)["outcome"]["kind"]
        self.assertEqual(kinds, {"right": "correct", "one": "wrong", "null": "crashed"})


if __name__ == "__main__":
    unittest.main()
