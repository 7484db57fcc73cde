"""What the end-to-end tests share: the built program (variable MKB), a folder of one's own, and small candidates."""

import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
MKB = os.environ.get("MKB", str(ROOT / "build/release/mkb"))
OR = "logic/Or/masks_8x256x256"
SEED = "000102030405060708090a0b0c0d0e0f"

# Exit codes of src/cli/cli.h.
FINE, NO, BAD_INPUT, ENVIRONMENT, TRANSIENT = range(5)

KERNEL = """
#include "backend/cpu/CPUBackend.hpp"
%(top)s
namespace MNN {

class UnionOfMasks : public Execution {
public:
    explicit UnionOfMasks(Backend* backend) : Execution(backend) {}
    ErrorCode onExecute(const std::vector<Tensor*>& inputs, const std::vector<Tensor*>& outputs) override {
        const int32_t* a = inputs[0]->host<int32_t>();
        const int32_t* b = inputs[1]->host<int32_t>();
        int32_t* y = outputs[0]->host<int32_t>();
        const int count = outputs[0]->elementSize();
        for (int i = 0; i < count; ++i) {
            y[i] = %(value)s;
        }
        %(after)s
        return NO_ERROR;
    }
};

class UnionOfMasksCreator : public CPUBackend::Creator {
public:
    Execution* onCreate(const std::vector<Tensor*>&, const std::vector<Tensor*>&, const Op*,
                        Backend* backend) const override {
        %(create)s
    }
};

%(register)s

} // namespace MNN
"""


def kernel(
    top="",
    value="(a[i] != 0 || b[i] != 0) ? 1 : 0",
    after="",
    create="return new UnionOfMasks(backend);",
    register="REGISTER_CPU_OP_CREATOR(UnionOfMasksCreator, OpType_BinaryOp);",
):
    """A kernel for the task OR; by default a right one."""
    return KERNEL % {"top": top, "value": value, "after": after, "create": create, "register": register}


# Label: (file name, text, outcome).
CANDIDATES = {
    "right": ("CPUBinary.cpp", kernel(), "correct"),
    "and": ("CPUBinary.cpp", kernel(value="(a[i] != 0 && b[i] != 0) ? 1 : 0"), "wrong"),
    "typo": ("CPUBinary.cpp", kernel(value="a[i] | c[i]"), "build_failed"),
    "prose": ("answer.md", "I am sorry, I cannot write this kernel.\n", "no_source"),
    "unregistered": ("CPUBinary.cpp", kernel(register=""), "load_failed"),
    "returns null": ("CPUBinary.cpp", kernel(create="return nullptr;"), "never_called"),
    "null pointer": ("CPUBinary.cpp", kernel(after="*(volatile int*)nullptr = 1;"), "crashed"),
}


def write_manifest(folder, labels):
    """The candidates of these names as files and a manifest that expects their outcomes."""
    entries = []
    for label in labels:
        name, text, outcome = CANDIDATES[label]
        place = pathlib.Path(folder) / label.replace(" ", "_")
        place.mkdir(parents=True)
        (place / name).write_text(text)
        entries.append(
            {"label": label, "task": OR, "files": [f"{place.name}/{name}"], "expect": {"outcome": outcome}}
        )
    manifest = pathlib.Path(folder) / "manifest.json"
    manifest.write_text(json.dumps({"candidates": entries}))
    return manifest


def make_folder():
    folder = pathlib.Path(tempfile.mkdtemp(prefix="end-to-end-"))
    (folder / "tmp").mkdir()
    # The candidate's process runs as nobody and passes through here to its working folder.
    folder.chmod(0o711)
    (folder / "tmp").chmod(0o711)
    return folder


def processes_below(folder):
    """Live processes that work in or were started with something below `folder`; zombies run no more."""
    found = {}
    for process in pathlib.Path("/proc").iterdir():
        if not process.name.isdigit():
            continue
        try:
            words = (process / "cmdline").read_bytes()
            place = os.readlink(process / "cwd")
            state = (process / "stat").read_text().rsplit(") ", 1)[1][0]
        except OSError:
            continue  # it ended meanwhile
        if state not in "ZX" and (str(folder).encode() in words or place.startswith(str(folder))):
            found[int(process.name)] = words.replace(b"\0", b" ").decode(errors="replace")
    return found


def processes():
    """Number: (parent, command line) of every live process."""
    found = {}
    for folder in pathlib.Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                parent, state = (folder / "stat").read_text().rsplit(") ", 1)[1].split()[1::-1]
                if state not in "ZX":
                    found[int(folder.name)] = (int(parent), (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace"))
            except OSError:
                pass  # it ended meanwhile
    return found


def below(ancestor, is_meant):
    """Descendants of a process whose command line is meant."""
    all_of_them = processes()
    found = []
    for number, (_, words) in all_of_them.items():
        at = number
        while at in all_of_them and at != ancestor:
            at = all_of_them[at][0]
        if at == ancestor and number != ancestor and is_meant(words):
            found.append(number)
    return found


def is_runner(words):
    return "mkb-runner job.json" in words


def is_runners_child(words):
    return words.rstrip().endswith("--child")


def wait_until(condition, limit_s=10):
    """Killing is not instant: the system takes the processes down one after the other."""
    end = time.monotonic() + limit_s
    while not condition() and time.monotonic() < end:
        os.sched_yield()
    return condition()


class ProgramTest(unittest.TestCase):
    """Every test has a folder of its own, which is also the working folder of the program and holds its temporary
    files."""

    def setUp(self):
        self.folder = make_folder()
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)

    def environment(self, **variables):
        return {**os.environ, "TMPDIR": str(self.folder / "tmp"), **{k: str(v) for k, v in variables.items()}}

    def run_mkb(self, *arguments, stdin="", timeout=600, through=(), **variables):
        """`through`: a command that starts the program, as its last arguments."""
        data = stdin if isinstance(stdin, bytes) else stdin.encode()
        done = subprocess.run(
            [*through, MKB, *map(str, arguments)],
            input=data,
            capture_output=True,
            cwd=self.folder,
            env=self.environment(**variables),
            timeout=timeout,
        )
        done.out = done.stdout.decode(errors="replace")
        done.err = done.stderr.decode(errors="replace")
        return done

    def run_json(self, *arguments, code=FINE, **options):
        done = self.run_mkb(*arguments, "--json", **options)
        self.assertEqual(done.returncode, code, done.err + done.out)
        return json.loads(done.out)

    def write(self, name, content):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def evaluate(self, *files, profile="verify", **options):
        """One candidate for OR, not timed; the record as JSON, whatever the outcome."""
        done = self.run_mkb(
            "evaluate", "--task", OR, "--profile", profile, "--run", self.folder / "run", "--json", *files, **options
        )
        self.assertIn(done.returncode, (FINE, NO), done.err)
        return json.loads(done.out)

    def assert_one_line(self, done, code, *parts):
        """One line of error that names these parts, nothing on standard output, and no sign of a broken program."""
        self.assertEqual(done.returncode, code, done.err + done.out)
        lines = [line for line in done.err.splitlines() if line]
        self.assertEqual(len(lines), 1, done.err)
        self.assertRegex(lines[0], r"^mkb: ")
        self.assertLess(len(lines[0]), 600)
        for part in parts:
            self.assertRegex(lines[0], re.compile(re.escape(str(part)), re.IGNORECASE))
        self.assertNotRegex(done.err, r"terminate called|Aborted|MKB_CHECK|what\(\)")
