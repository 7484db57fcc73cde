"""Whatever a user gives: one clear line or a clear outcome, the right exit code, and nothing half-written."""

import json
import os
import pathlib
import shutil
import sqlite3
import subprocess
import unittest

from program import BAD_INPUT, ENVIRONMENT, FINE, MKB, NO, OR, ROOT, ProgramTest, kernel

COMMANDS = [
    "evaluate", "tasks", "show", "baseline", "score", "report", "selftest", "doctor", "devices", "task", "run", "ablate",
    "compare", "trace", "prompt", "memory", "replay", "tool", "slurm-job",
]  # fmt: skip


class WordsTest(ProgramTest):
    """The command line itself."""

    def test_no_command_names_the_commands(self):
        self.assert_one_line(self.run_mkb(), BAD_INPUT, "evaluate", "mkb --help")

    def test_an_unknown_command_is_named(self):
        self.assert_one_line(self.run_mkb("evalute"), BAD_INPUT, "'evalute'", "evaluate")

    def test_an_unknown_option_is_named(self):
        self.assert_one_line(self.run_mkb("tasks", "--colour"), BAD_INPUT, "--colour", "mkb tasks --help")

    def test_a_missing_argument_is_named(self):
        self.assert_one_line(self.run_mkb("score"), BAD_INPUT, "run", "mkb score --help")

    def test_a_number_that_is_none_is_named(self):
        self.assert_one_line(self.run_mkb("evaluate", "--core", "first"), BAD_INPUT, "--core", "first")

    def test_every_command_has_help_with_an_example(self):
        for command in COMMANDS:
            done = self.run_mkb(command, "--help")
            self.assertEqual(done.returncode, FINE, command)
            self.assertIn(f"mkb {command}", done.out)
            self.assertIn("Example", done.out, command)
            examples = done.out[done.out.rindex("Example") :]
            self.assertIn(f"mkb {command}", examples)
            self.assertEqual(done.err, "", command)
        everything = self.run_mkb("--help").out
        for command in COMMANDS:
            self.assertIn(command, everything)

    def test_every_command_can_answer_in_json(self):
        inside = {"task": ["task", "new"], "tool": ["tool", "errors"]}
        for command in COMMANDS:
            if command != "slurm-job":  # nobody types it
                self.assertIn("--json", self.run_mkb(*inside.get(command, [command]), "--help").out, command)

    def test_the_list_of_commands_is_whole(self):
        done = self.run_mkb()
        named = done.err.split(": ", 2)[2].split(";")[0].split(", ")
        self.assertEqual(sorted(named), sorted(COMMANDS))

    def test_wrong_values_of_options(self):
        for arguments, part in [
            (["evaluate", "--task", "Or", "--profile", "fast", "-"], "'fast'"),
            (["evaluate", "--task", "Or", "--seed", "12", "-"], "'12'"),
            (["evaluate"], "--task"),
            (["baseline", "--task", "nothing"], "'nothing'"),
            (["selftest", "--task", "nothing"], "'nothing'"),
            (["selftest", "--profile", "fast"], "'fast'"),
            (["selftest", "--parts", "aa,bb"], "bb"),
            (["selftest", "--task", "Or/masks", "--except", "Or"], "--except Or leaves no task"),
            (["selftest", "--deterministic", "--parts", "aa"], "--parts aa"),
            (["baseline", "--device", "pool:all"], "one is wanted here"),
            (["evaluate", "--task", "Or", "--device", "phone", "-"], "no device 'phone'; there are local, qemu"),
            (["evaluate", "--task", "Or", "--targets", "host,pdp11", "-"], "no target 'pdp11'; there are host, aarch64"),
            (["evaluate", "--task", "Or", "--count-instructions", "-"], "local: nobody counts instructions"),
            (["tool"], "mkb tool --help"),
            (["tool", "hammer"], "mkb tool --help"),
            (["tool", "errors"], "name a compiler's log"),
            (["tool", "errors", "no-such.log"], "no-such.log"),
            (["tool", "errors", "--record", "01"], "no record of a run below runs/ begins with '01'"),
            (["tool", "errors", "--run", "run", "build.log"], "--record ID"),
            (["evaluate", "--manifest", "many.json", "--task", "Or"], "--task"),
            (["evaluate", "--manifest", "many.json", "answer.md"], "files"),
            (["tool", "context", "--task", "Or", "--budget", "9"], "a budget of 9 tokens"),
            (["tool", "context", "--task", "Or", "--budget", "-1"], "--budget"),
            (["tool", "tree"], "mkb tool tree --help"),
            (["tool", "model", "--task", "nothing"], "'nothing'"),
        ]:
            with self.subTest(arguments=arguments):
                self.assert_one_line(self.run_mkb(*arguments), BAD_INPUT, part)

    def test_output_that_nobody_can_take_is_trouble(self):
        with open("/dev/full", "w") as full:
            done = subprocess.run([MKB, "tasks"], stdout=full, stderr=subprocess.PIPE, env=self.environment())
        self.assertEqual(done.returncode, ENVIRONMENT)
        self.assertEqual(len(done.stderr.decode().splitlines()), 1)

    def test_a_reader_that_leaves_early_is_no_crash(self):
        read_end, write_end = os.pipe()
        os.close(read_end)
        done = subprocess.run([MKB, "tasks"], stdout=write_end, stderr=subprocess.PIPE, env=self.environment())
        os.close(write_end)
        self.assertGreaterEqual(done.returncode, 0)
        self.assertLessEqual(len(done.stderr.decode().splitlines()), 1)


class JsonTest(ProgramTest):
    """--json of every command is one JSON text and nothing else."""

    def test_every_quick_command(self):
        self.assertIsInstance(self.run_json("tasks"), list)
        self.assertEqual(self.run_json("show", OR)["id"], OR)
        self.assertEqual([device["name"] for device in self.run_json("devices")], ["local", "qemu"])
        self.write("empty.md", "")
        record = self.run_json("evaluate", "--task", "Or", "--run", "run", "empty.md", code=NO)
        self.assertEqual(record["outcome"]["kind"], "no_source")
        self.assertEqual(self.run_json("show", record["id"], "--run", "run")["id"], record["id"])
        self.assertIsInstance(self.run_json("score", "run"), list)
        self.assertTrue(pathlib.Path(self.folder / self.run_json("report", "run")["report"]).is_file())

    def test_doctor(self):
        done = self.run_mkb("doctor", "--json")
        answer = json.loads(done.out)
        self.assertEqual(done.returncode, FINE if answer["fine"] else NO)
        for finding in answer["findings"]:
            self.assertTrue(finding["what"] and finding["found"])
            self.assertEqual(finding["fine"], finding["cost"] == "")


class CandidateTest(ProgramTest):
    """What is given as a candidate."""

    def refuse(self, *files, parts=(), **options):
        done = self.run_mkb("evaluate", "--task", "Or", "--run", "run", *files, **options)
        self.assert_one_line(done, BAD_INPUT, *parts)
        self.assertFalse((self.folder / "run").exists())

    def test_an_unknown_task_names_near_ones(self):
        self.write("CPUBinary.cpp", kernel())
        done = self.run_mkb("evaluate", "--task", "Softmx", "CPUBinary.cpp")
        self.assert_one_line(done, BAD_INPUT, "Softmx", "activation/Softmax/", "mkb tasks")
        self.assert_one_line(self.run_mkb("show", "Softmx"), BAD_INPUT, "Softmx", "mkb tasks")

    def test_a_missing_file_is_named(self):
        self.refuse("below/CPUBinary.cpp", parts=["below/CPUBinary.cpp", "No such file"])

    def test_a_folder_is_no_file(self):
        (self.folder / "CPUBinary.cpp").mkdir()
        self.refuse("CPUBinary.cpp", parts=["CPUBinary.cpp", "folder"])

    def test_an_unreadable_file_is_named(self):
        path = self.write("CPUBinary.cpp", kernel())
        path.chmod(0)
        if os.access(path, os.R_OK):  # nothing is closed to root, but a loop of links is
            path.unlink()
            path.symlink_to("CPUBinary.cpp")
        self.refuse("CPUBinary.cpp", parts=["CPUBinary.cpp", "cannot be opened"])

    def test_two_files_of_one_name(self):
        self.write("one/CPUBinary.cpp", kernel())
        self.write("two/CPUBinary.cpp", kernel())
        self.refuse("one/CPUBinary.cpp", "two/CPUBinary.cpp", parts=["two/CPUBinary.cpp", "twice"])

    def test_a_name_that_the_task_does_not_ask_for(self):
        self.write("CPUSoftmax.cpp", kernel())
        self.refuse("CPUSoftmax.cpp", parts=["CPUSoftmax.cpp", "CPUBinary.cpp"])

    def test_an_answer_beside_files(self):
        self.write("CPUBinary.cpp", kernel())
        self.write("answer.md", "x")
        self.refuse("CPUBinary.cpp", "answer.md", parts=["answer.md"])

    def test_fifty_megabytes_of_text(self):
        self.write("CPUBinary.cpp", b"// filler\n" * 5_000_000)
        self.refuse("CPUBinary.cpp", parts=["CPUBinary.cpp", "larger"])
        self.write("answer.md", b"filler\n" * 7_000_000)
        self.refuse("answer.md", parts=["answer.md", "larger"])
        self.refuse("-", parts=["standard input"], stdin=b"filler\n" * 10_000_000)

    def test_an_empty_answer_is_no_source(self):
        self.assertEqual(self.evaluate("-", stdin="")["outcome"]["kind"], "no_source")

    def test_invalid_utf8_is_no_source_and_says_where(self):
        self.write("CPUBinary.cpp", b"int a;\n\xff\xfe\n")
        outcome = self.evaluate("CPUBinary.cpp")["outcome"]
        self.assertEqual(outcome["kind"], "no_source")
        self.assertIn("CPUBinary.cpp", outcome["why"])
        self.write("answer.md", b"```cpp\n// CPUBinary.cpp\n\xc3(\n```\n")
        self.assertEqual(self.evaluate("answer.md")["outcome"]["kind"], "no_source")

    def test_a_path_that_climbs_is_only_a_name(self):
        self.refuse("../../../../etc/passwd", parts=["passwd"])
        outside = self.folder / "outside.hpp"
        answer = f"```cpp\n// {outside}\nint x;\n```\n```cpp\n// ../../../CPUBinary.cpp\n{kernel(value='0')}\n```\n"
        self.write("answer.md", answer)
        record = self.evaluate("answer.md")
        self.assertEqual(record["outcome"]["kind"], "wrong")
        self.assertLessEqual(set(record["source_artifacts"]), {"CPUBinary.hpp", "CPUBinary.cpp"})
        self.assertFalse(outside.exists())

    def test_a_header_that_is_not_there_is_named(self):
        self.write("CPUBinary.cpp", kernel(top='#include "no_such_header_anywhere.hpp"'))
        outcome = self.evaluate("CPUBinary.cpp")["outcome"]
        self.assertEqual(outcome["kind"], "build_failed")
        self.assertEqual(outcome["errors"][0]["file"], "CPUBinary.cpp")
        self.assertIn("no_such_header_anywhere.hpp", outcome["errors"][0]["message"])

    def test_a_header_outside_of_the_jail_cannot_be_included(self):
        secret = self.write("secret.hpp", "#error the secret is 12345\n")
        self.write("CPUBinary.cpp", kernel(top=f'#include "{secret}"'))
        outcome = self.evaluate("CPUBinary.cpp")["outcome"]
        self.assertEqual(outcome["kind"], "build_failed")
        if "bubblewrap" in self.run_mkb("doctor").out:
            self.assertNotIn("12345", json.dumps(outcome))


class ManifestTest(ProgramTest):
    def refuse(self, content, *parts):
        self.write("manifest.json", content if isinstance(content, (str, bytes)) else json.dumps(content))
        done = self.run_mkb("evaluate", "--manifest", "manifest.json", "--run", "run")
        self.assert_one_line(done, BAD_INPUT, *parts)
        self.assertFalse((self.folder / "run").exists())

    def test_broken_manifests(self):
        fine = {"label": "a", "task": "Or", "files": ["a/CPUBinary.cpp"]}
        self.write("a/CPUBinary.cpp", kernel())
        self.refuse("{", "manifest.json", "candidates")
        self.refuse(b"\xff\x00", "manifest.json")
        self.refuse([fine], "manifest.json")
        self.refuse({"candidates": [fine, 3]}, "candidate 2")
        self.refuse({"candidates": [{**fine, "files": []}]}, "candidate 1", "files")
        self.refuse({"candidates": [{**fine, "files": [7]}]}, "candidate 1")
        self.refuse({"candidates": [fine, fine]}, "'a'")
        self.refuse({"candidates": [{**fine, "task": "Orr"}]}, "Orr")
        self.refuse({"candidates": [{**fine, "files": ["b/CPUBinary.cpp"]}]}, "b/CPUBinary.cpp")
        self.refuse({"candidates": [{**fine, "expect": {"outcome": "fine"}}]}, "candidate 1")
        self.refuse({"candidates": []}, "manifest.json")

    def test_a_missing_manifest_is_named(self):
        self.assert_one_line(self.run_mkb("evaluate", "--manifest", "m.json"), BAD_INPUT, "m.json")


class TasksFolderTest(ProgramTest):
    def copy_or(self):
        shutil.copytree(ROOT / "tasks" / OR, self.folder / "tasks" / OR)
        return self.folder / "tasks" / OR

    def test_a_folder_that_is_none(self):
        self.assert_one_line(self.run_mkb("tasks", "--tasks-dir", "nowhere"), BAD_INPUT, "nowhere")

    def test_a_model_that_is_none(self):
        task = self.copy_or()
        (task / "model.onnx").write_bytes(b"this is no model" * 100)
        self.write("CPUBinary.cpp", kernel())
        done = self.run_mkb(
            "evaluate", "--task", "Or", "--tasks-dir", "tasks", "--profile", "verify", "--run", "run", "CPUBinary.cpp"
        )
        self.assert_one_line(done, BAD_INPUT, OR, "model")

    def test_a_split_that_is_none(self):
        self.assert_one_line(self.run_mkb("tasks", "--split", "dpo"), BAD_INPUT, "'dpo'", "lora", "grpo")

    def test_a_split_of_tasks_that_are_not_there(self):
        self.copy_or()
        none = {"train": [], "test": []}
        lora = {"train": [OR], "test": ["logic/And/gone"]}
        self.write("tasks/splits.json", json.dumps({"version": 1, "seed": "s", "lora": lora, "grpo": none}))
        there = self.run_mkb("tasks", "--tasks-dir", "tasks", "--split", "lora-train", "--json")
        self.assertEqual([task["id"] for task in json.loads(there.stdout)], [OR])
        gone = self.run_mkb("tasks", "--tasks-dir", "tasks", "--split", "lora")
        self.assert_one_line(gone, BAD_INPUT, "'lora'", "script/curate")

    def test_a_broken_description(self):
        task = self.copy_or()
        (task / "task.json").write_text('{"id": 3')
        self.assert_one_line(self.run_mkb("tasks", "--tasks-dir", "tasks"), BAD_INPUT, "task.json")

    def test_a_description_with_a_field_too_few_too_many_or_of_another_version(self):
        path = self.copy_or() / "task.json"
        whole = json.loads(path.read_text())
        short = {name: value for name, value in whole.items() if name != "regimes"}
        for changed, finding in (
            (short, "missing field /regimes"),
            ({**whole, "extra": 1}, "unknown field /extra"),
            ({**whole, "version": 2}, "field /version must be 1; this program reads no other format"),
        ):
            path.write_text(json.dumps(changed))
            for arguments in (["tasks"], ["show", "Or"], ["evaluate", "--task", "Or", "-"]):
                done = self.run_mkb(*arguments, "--tasks", "tasks")
                self.assert_one_line(done, BAD_INPUT, f"{OR}/task.json", finding)
        self.assertFalse((self.folder / "runs").exists())


class RunFolderTest(ProgramTest):
    """A run's database that is damaged, from the future, or has no room."""

    def setUp(self):
        super().setUp()
        self.write("empty.md", "")

    def judge(self, run="run"):
        return self.run_mkb("evaluate", "--task", "Or", "--run", run, "empty.md")

    def refuse_everywhere(self, *parts):
        before = (self.folder / "run/run.db").read_bytes()
        self.assert_one_line(self.judge(), BAD_INPUT, "run.db", *parts)
        for arguments in (["score", "run"], ["report", "run"], ["show", "01K8", "--run", "run"]):
            self.assert_one_line(self.run_mkb(*arguments), BAD_INPUT, "run.db", *parts)
        self.assertEqual((self.folder / "run/run.db").read_bytes(), before)
        self.assertFalse((self.folder / "run/report.html").exists())

    def test_no_run_there(self):
        for command in ("score", "report"):
            self.assert_one_line(self.run_mkb(command, "nowhere"), BAD_INPUT, "nowhere", "run.db")
        self.assertFalse((self.folder / "nowhere").exists())

    def test_text_instead_of_a_database(self):
        self.write("run/run.db", "these are notes of mine, keep them\n" * 100)
        self.refuse_everywhere("not a run database")

    def test_a_corrupt_database(self):
        self.assertEqual(self.judge().returncode, NO)
        path = self.folder / "run/run.db"
        content = bytearray(path.read_bytes())
        self.assertGreater(len(content), 8192)
        content[4096:] = b"\x5a" * (len(content) - 4096)
        path.write_bytes(content)
        for done in (self.judge(), self.run_mkb("score", "run"), self.run_mkb("report", "run")):
            self.assert_one_line(done, BAD_INPUT, "run.db")

    def test_a_newer_schema(self):
        self.assertEqual(self.judge().returncode, NO)
        database = sqlite3.connect(self.folder / "run/run.db")
        database.execute("PRAGMA journal_mode = DELETE")
        database.execute("PRAGMA user_version = 999")
        database.commit()
        database.close()
        self.refuse_everywhere("999")

    def test_a_file_in_the_place_of_the_folder(self):
        self.write("run", "a file")
        self.assert_one_line(self.judge(), ENVIRONMENT, "run")
        self.assertEqual((self.folder / "run").read_text(), "a file")

    def mount(self, size):
        place = self.folder / "small"
        place.mkdir()
        if os.geteuid() != 0:
            self.skipTest("mounting a small file system wants root")
        if subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", place], capture_output=True).returncode:
            self.skipTest("no file system can be mounted here")
        self.addCleanup(subprocess.run, ["umount", "-l", place])
        return place

    def test_a_full_disk_from_the_start(self):
        place = self.mount("16k")
        self.assert_one_line(self.judge(place), ENVIRONMENT, "small/run.db")

    def test_a_disk_that_gets_full(self):
        place = self.mount("400k")
        self.assertEqual(self.judge(place).returncode, NO)
        before = self.run_json("score", place)
        self.write("large.md", "word " * 200_000)
        done = self.run_mkb("evaluate", "--task", "Or", "--run", place, "large.md")
        self.assert_one_line(done, ENVIRONMENT, "small/run.db")
        self.assertEqual(self.run_json("score", place), before)
        (place / "filler").write_bytes(b"x" * (os.statvfs(place).f_bavail * 4096))
        self.assert_one_line(self.run_mkb("report", place), ENVIRONMENT, "report.html")
        self.assertEqual([item.name for item in place.iterdir() if "report" in item.name], [])

    def test_a_full_folder_for_temporary_files(self):
        place = self.mount("8k")
        (place / "filler").write_bytes(b"x" * 4096)
        self.write("CPUBinary.cpp", kernel())
        done = self.run_mkb(
            "evaluate", "--task", "Or", "--profile", "verify", "--run", "run", "CPUBinary.cpp", TMPDIR=place
        )
        self.assert_one_line(done, ENVIRONMENT, "small")
        database = sqlite3.connect(self.folder / "run/run.db")
        self.assertEqual(database.execute("SELECT count(*) FROM evaluation").fetchone(), (0,))
        database.close()


class MachineTest(ProgramTest):
    """What is missing on the machine."""

    def setUp(self):
        super().setUp()
        self.write("CPUBinary.cpp", kernel())
        self.arguments = ["evaluate", "--task", "Or", "--profile", "verify", "--run", "run", "CPUBinary.cpp"]

    def test_a_cache_that_cannot_be_written(self):
        done = self.run_mkb(*self.arguments, MKB_CACHE="/proc/nowhere")
        self.assert_one_line(done, ENVIRONMENT, "/proc/nowhere", "MKB_CACHE")
        self.write("file", "")
        done = self.run_mkb(*self.arguments, MKB_CACHE=self.folder / "file/cache")
        self.assert_one_line(done, ENVIRONMENT, "file/cache", "MKB_CACHE")
        self.assertFalse((self.folder / "run").exists())
        doctor = self.run_mkb("doctor", MKB_CACHE="/proc/nowhere")
        self.assertEqual(doctor.returncode, NO)
        self.assertRegex(doctor.out, r"missing +cache +/proc/nowhere")

    def test_sources_that_are_not_there(self):
        done = self.run_mkb(*self.arguments, MNN_SOURCE="/nonexistent")
        self.assert_one_line(done, BAD_INPUT, "MNN_SOURCE", "/nonexistent")
        done = self.run_mkb(*self.arguments, MNN_SOURCE=self.folder)
        self.assert_one_line(done, BAD_INPUT, self.folder, "MNNDefine.h")

    def test_no_folder_for_temporary_files(self):
        done = self.run_mkb(*self.arguments, TMPDIR=self.folder / "missing")
        self.assert_one_line(done, ENVIRONMENT, "TMPDIR")

    def test_a_home_that_is_none(self):
        self.assert_one_line(self.run_mkb("tasks", MKB_HOME="/nonexistent"), ENVIRONMENT, "MKB_HOME", "/nonexistent")

    def test_no_ndk(self):
        arguments = ("evaluate", "--task", "Or", "--targets", "host,android", "-")
        none = self.run_mkb(*arguments, ANDROID_NDK="")
        self.assert_one_line(none, ENVIRONMENT, "target android: ANDROID_NDK is not set")
        wrong = self.run_mkb(*arguments, ANDROID_NDK=self.folder)
        self.assert_one_line(wrong, ENVIRONMENT, self.folder, "bin/clang is missing")

    def test_no_emulator(self):
        done = self.run_mkb("evaluate", "--task", "Or", "--device", "qemu", "-", PATH=self.folder)
        self.assert_one_line(done, ENVIRONMENT, "qemu-aarch64 is missing", "install qemu-user")

    def test_no_compiler(self):
        """Doctor says so; a judgement says so or, where the jail brings the compiler, goes on."""
        (self.folder / "bin").mkdir()
        doctor = self.run_mkb("doctor", PATH=self.folder / "bin")
        self.assertEqual(doctor.returncode, NO)
        for program in ("clang++-19", "ld.lld-19", "cmake", "ninja"):
            self.assertRegex(doctor.out, rf"missing +{program.replace('+', '.')} +missing")
        done = self.run_mkb(*self.arguments, PATH=self.folder / "bin")
        self.assert_one_line(done, ENVIRONMENT, "clang++-19")
        self.assertFalse((self.folder / "run").exists())


if __name__ == "__main__":
    unittest.main()
