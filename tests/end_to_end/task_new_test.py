"""A user's own operator: `mkb task new`, and then every command on the folder that it made."""

import json
import shutil
import unittest

from program import BAD_INPUT, FINE, NO, ROOT, ProgramTest

MODULE = """
import torch
from torch import nn


class Model(nn.Module):
    \"\"\"x times a clipped ramp, element by element.\"\"\"

    def forward(self, x):
        return EXPRESSION


def get_inputs():
    return [3 * torch.randn(1, 64, 56, 56)]


def get_init_inputs():
    return []
"""
KERNEL = """
#include "backend/cpu/CPUBackend.hpp"

namespace MNN {

class ClippedRamp : public Execution {
public:
    explicit ClippedRamp(Backend* backend) : Execution(backend) {}
    ErrorCode onExecute(const std::vector<Tensor*>& inputs, const std::vector<Tensor*>& outputs) override {
        const float* x = inputs[0]->host<float>();
        float* y = outputs[0]->host<float>();
        const int count = outputs[0]->elementSize();
        for (int i = 0; i < count; ++i) {
            const float ramp = x[i] / 6 + 0.5f;
            y[i] = x[i] * (CLIPPED);
        }
        return NO_ERROR;
    }
};

class ClippedRampCreator : public CPUBackend::Creator {
public:
    Execution* onCreate(const std::vector<Tensor*>&, const std::vector<Tensor*>&, const Op*,
                        Backend* backend) const override {
        return new ClippedRamp(backend);
    }
};

REGISTER_CPU_OP_CREATOR(ClippedRampCreator, OpType_UnaryOp);

} // namespace MNN
"""
RIGHT = "ramp < 0 ? 0 : (ramp > 1 ? 1 : ramp)"
UNCLIPPED = "ramp < 0 ? 0 : ramp"  # right up to x = 3
TASK = "others/HardSwish/hardswish"


class TaskNewTest(ProgramTest):
    def module(self, expression, name="hardswish.py"):
        return self.write(name, MODULE.replace("EXPRESSION", expression))

    def judge(self, clipped, run):
        self.write("CPUUnary.cpp", KERNEL.replace("CLIPPED", clipped))
        arguments = ("evaluate", "--tasks", "mine", "--task", "HardSwish", "--profile", "verify", "--run", run)
        done = self.run_mkb(*arguments, "--json", "CPUUnary.cpp")
        self.assertIn(done.returncode, (FINE, NO), done.err)
        return json.loads(done.out)["outcome"]["kind"]

    def test_an_operator_beyond_the_benchmark_is_a_task_for_every_command(self):
        self.module("nn.functional.hardswish(x)")
        made = self.run_json("task", "new", "hardswish.py", "--tasks", "mine", timeout=2400)
        self.assertEqual((made["id"], made["form"]), (TASK, "atomic"))
        self.assertEqual(list((self.folder / "tmp").iterdir()), [])
        listed = self.run_json("tasks", "--tasks", "mine")
        self.assertEqual([task["id"] for task in listed], [TASK])
        shown = self.run_mkb("show", "HardSwish", "--tasks", "mine")
        self.assertEqual(shown.returncode, FINE, shown.err)
        for part in ("HARDSWISH", "CPUUnary.cpp", "class Model(nn.Module)", "clipped ramp"):
            self.assertIn(part, shown.out)
        self.assertEqual(self.judge(RIGHT, "run"), "correct")
        self.assertEqual(self.judge(UNCLIPPED, "run"), "wrong")
        score = self.run_json("score", "run", "--tasks", "mine")
        self.assertIn('"tasks": 1', json.dumps(score))
        self.assertEqual(self.run_mkb("report", "run", "--tasks", "mine").returncode, FINE)
        baseline = self.run_json("baseline", "--tasks", "mine", "--profile", "short")
        self.assertEqual([(row["task"], row["outcome"]) for row in baseline], [(TASK, "correct")])
        tested = self.run_json("selftest", "--deterministic", "--tasks", "mine")
        self.assertEqual([row["task"] for row in tested["negative_controls"]], [TASK])

    def test_an_onnx_file_of_one_node(self):
        shutil.copy(next(ROOT.glob("tasks/activation/Elu/*/model.onnx")), self.folder / "ramp.onnx")
        made = self.run_json("task", "new", "ramp.onnx", "--tasks", "mine", "--name", "given", timeout=2400)
        self.assertEqual((made["id"], made["files"]), ("activation/Elu/given", ["GeometryELU.cpp"]))
        tested = self.run_json("selftest", "--deterministic", "--tasks", "mine")
        self.assertEqual([row["task"] for row in tested["negative_controls"]], ["activation/Elu/given"])

    def refuse(self, *arguments, parts):
        done = self.run_mkb("task", "new", *arguments, timeout=2400)
        error = [line for line in done.err.splitlines() if line.startswith("mkb: ")]
        done.err = "\n".join(error)  # the other lines tell progress
        self.assert_one_line(done, BAD_INPUT, *parts)
        self.assertEqual(list((self.folder / "tmp").iterdir()), [])
        self.assertFalse((self.folder / "mine").exists())

    def test_what_cannot_be_a_task_is_refused_with_its_gate_and_leaves_nothing(self):
        self.module("torch.relu(x) * torch.exp(x)", "several.py")
        self.refuse("several.py", "--tasks", "mine", parts=("topology: ", "one ONNX node", "Relu Exp Mul"))
        self.module("[x for _ in iter(int, 1)]", "endless.py")
        self.refuse("endless.py", "--tasks", "mine", "--time-limit", "9", parts=("file: ", "not done after 9 s"))
        self.refuse("gone.py", "--tasks", "mine", parts=("file: ", "gone.py is not there"))
        self.refuse("several.py", "--tasks", ROOT / "tasks", parts=("benchmark's own", "--tasks"))


if __name__ == "__main__":
    unittest.main()
