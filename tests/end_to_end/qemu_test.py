"""aarch64 by emulation: verdicts, call counts and crash reports as on this machine, a cost in instructions, no times."""

import json
import os
import shutil
import unittest

from program import ENVIRONMENT, FINE, NO, OR, ROOT, SEED, ProgramTest, kernel, make_folder

EXAMPLES = ROOT / "examples/kernels/manifest.json"

# The same kernel three times: for two instruction sets, and for neither.
VECTORS = """
#if defined(__aarch64__)
#include <arm_neon.h>
static int32_t both(const int32_t* a, const int32_t* b) {
    return vgetq_lane_s32(vminq_s32(vdupq_n_s32(1), vorrq_s32(vld1q_dup_s32(a), vld1q_dup_s32(b))), 0);
}
#elif defined(__AVX2__)
#include <immintrin.h>
static int32_t both(const int32_t* a, const int32_t* b) {
    return _mm_cvtsi128_si32(_mm_min_epi32(_mm_set1_epi32(1), _mm_or_si128(_mm_set1_epi32(*a), _mm_set1_epi32(*b))));
}
#else
static int32_t both(const int32_t* a, const int32_t* b) { return (*a | *b) != 0 ? 1 : 0; }
#endif
"""
FOR_NEON_ONLY = """
#ifndef __aarch64__
#error not for this processor
#endif
"""
AARCH64_TYPO = """
#ifdef __aarch64__
#include <arm_neon.h>
static int32x4_t typo() { return vdupq_n_s32_(1); }
#endif
"""


class ExamplesTest(ProgramTest):
    """All examples once on the emulated device; the tests only read that run."""

    @classmethod
    def setUpClass(cls):
        cls.shared = make_folder()
        cls.addClassCleanup(shutil.rmtree, cls.shared, ignore_errors=True)
        self = cls("run_mkb")
        self.folder = cls.shared
        cls.done = self.run_mkb(
            "evaluate", "--manifest", EXAMPLES, "--device", "qemu", "--targets", "host,aarch64",
            "--profile", "verify", "--count-instructions", "--run", "run", "--json", timeout=2400,
        )
        cls.records = json.loads(cls.done.out) if cls.done.out else []

    def setUp(self):
        self.folder = self.shared

    def test_every_example_is_judged_as_its_manifest_says(self):
        wanted = {each["label"]: each["expect"] for each in json.loads(EXAMPLES.read_text())["candidates"]}
        found = {}
        for record in self.records:
            outcome = record.get("outcome", {"kind": record.get("not_evaluated")})
            rule = {"rule": outcome["rule"]} if "rule" in wanted[record["label"]] and "rule" in outcome else {}
            found[record["label"]] = {"outcome": outcome["kind"], **rule}
        self.assertEqual(found, wanted, self.done.err)
        self.assertEqual(self.done.returncode, FINE, self.done.err)

    def test_records_say_that_it_was_emulated_and_hold_no_times(self):
        for record in self.records:
            with self.subTest(record["label"]):
                self.assertEqual((record["device"]["name"], record["device"]["target"]), ("qemu", "aarch64"))
                self.assertTrue(record["device"]["emulated"])
                self.assertRegex(record["device"]["cpu"], r"^aarch64 emulated by QEMU \d+\.\d+")
                self.assertNotIn("measurement", record)
                self.assertFalse(record["outcome"].get("measured", False))
                if record["outcome"]["kind"] not in ("no_source", "build_failed"):
                    self.assertEqual(record["targets"], ["aarch64", "host"])

    def test_instructions_of_right_kernels_are_counted(self):
        right = [record for record in self.records if record["outcome"]["kind"] == "correct"]
        self.assertGreater(len(right), 10)
        for record in right:
            with self.subTest(record["label"]):
                self.assertRegex(record["instructions"]["how"], r"^QEMU .*plug-in$")
                self.assertGreater(record["instructions"]["native"], 1000)
                self.assertGreater(record["instructions"]["candidate"], 1000)

    def test_crash_reports_name_signal_stage_and_function(self):
        crashed = {record["label"]: record["outcome"] for record in self.records if record["outcome"]["kind"] == "crashed"}
        self.assertEqual((crashed["crash_null"]["signal"], crashed["crash_null"]["stage"]), (11, "execute"))
        self.assertIn("onExecute", crashed["crash_null"]["where"])
        self.assertIn("onExecute", crashed["crash_writes_input"]["where"])
        caught = next(record["outcome"] for record in self.records if record["label"] == "cheat_socket")
        self.assertIn("socket", caught["evidence"])
        self.assertIn("onExecute", caught["evidence"])

    def test_composite_candidates_were_expanded_here_and_ran_there(self):
        for label in ("hardsigmoid_clipped", "instancenorm_plain", "reducel2_axes"):
            record = next(record for record in self.records if record["label"] == label)
            self.assertIn("expand", [stage["name"] for stage in record["stages"]])
            self.assertTrue(record["graph"]["executed"])

    def test_nothing_emulated_enters_a_score(self):
        for score in self.run_json("score", "run"):
            self.assertGreater(score["fcr"]["count"], 0)
            self.assertEqual({each["count"] for each in (*score["fast"].values(), *score["fast_sure"].values())}, {0})
        done = self.run_mkb("report", "run", "--out", "page.html")
        self.assertEqual(done.returncode, FINE, done.err)
        page = (self.folder / "page.html").read_text()
        self.assertIn("on an emulated device", page)
        self.assertIn("native&#39;s instructions", page)


class TargetsTest(ProgramTest):
    def judge(self, text, *options, code=FINE, device="qemu"):
        path = self.write("candidate/CPUBinary.cpp", text)
        return self.run_json(
            "evaluate", "--task", OR, "--profile", "verify", "--device", device, *options, path, code=code
        )

    def test_intrinsics_of_either_instruction_set(self):
        text = kernel(VECTORS, "both(a + i, b + i)")
        for device in ("qemu", "local"):
            record = self.judge(text, "--targets", "host,aarch64", device=device)
            self.assertEqual(record["outcome"]["kind"], "correct")
            self.assertEqual(set(record["targets"]), {"host", "aarch64"})

    def test_what_does_not_build_for_every_target_asked_for_is_not_compiled(self):
        only = kernel(FOR_NEON_ONLY)
        self.assertEqual(self.judge(only)["outcome"]["kind"], "correct")
        failed = self.judge(only, "--targets", "host,aarch64", code=NO)["outcome"]
        self.assertEqual((failed["kind"], failed["target"]), ("build_failed", "host"))
        self.assertIn("not for this processor", failed["errors"][0]["message"])
        typo = kernel(AARCH64_TYPO)
        self.assertEqual(self.judge(typo, device="local")["outcome"]["kind"], "correct")
        failed = self.judge(typo, "--targets", "host,aarch64", device="local", code=NO)["outcome"]
        self.assertEqual((failed["kind"], failed["target"]), ("build_failed", "aarch64"))
        self.assertIn("vdupq_n_s32_", failed["errors"][0]["message"])

    def test_instruction_counts_repeat(self):
        counts = []
        for run in ("one", "two"):
            record = self.judge(kernel(), "--count-instructions", "--seed", SEED, "--run", run)
            counts.append(record["instructions"])
        self.assertEqual(counts[0], counts[1])
        twice = "for (int i = 0; i < count; ++i) { y[i] = (y[i] | a[i] | b[i]) & 1; }"
        more = self.judge(kernel(after=twice), "--count-instructions", "--seed", SEED)["instructions"]
        self.assertEqual(more["native"], counts[0]["native"])
        self.assertGreater(more["candidate"], counts[0]["candidate"])

    @unittest.skipUnless(shutil.which("bwrap") and os.geteuid() == 0, "needs to hide a folder")
    def test_without_the_cross_libc_one_line_says_so(self):
        path = self.write("CPUBinary.cpp", kernel())
        without = ("bwrap", "--dev-bind", "/", "/", "--tmpfs", "/usr/aarch64-linux-gnu", "--")
        for options in (("--device", "qemu"), ("--targets", "aarch64")):
            done = self.run_mkb("evaluate", "--task", OR, *options, path, through=without)
            self.assert_one_line(done, ENVIRONMENT, "libc.so.6 is missing", "libc6-dev-arm64-cross")
        listed = self.run_mkb("devices", through=without)
        self.assertEqual(listed.returncode, FINE, listed.err)
        self.assertRegex(listed.out, r"qemu +missing .*libc6-dev-arm64-cross")


class NativeFileTest(ProgramTest):
    def test_a_kernel_calls_what_the_framework_wrote_in_assembler(self):
        done = self.run_mkb(
            "selftest", "--deterministic", "--parts", "native", "--device", "qemu", "--task", "ReduceSum/axis1", "--json"
        )
        self.assertEqual(done.returncode, FINE, done.out)
        (native,) = json.loads(done.out)["native_as_candidate"]
        self.assertEqual(native["outcome"], "correct")


if __name__ == "__main__":
    unittest.main()
