"""The composite form as a user meets it: a transform is expanded on this host, its graph is checked, then run."""

import hashlib
import json
import platform
import unittest

from program import FINE, NO, ProgramTest

TASK = "activation/HardSigmoid/map_64x112"
NORM = "normalization/InstanceNormalization/affine_64x112"

TRANSFORM = """
#include "MNN_generated.h"
#include "OnnxExtraManager.hpp"
#include <MNN/expr/ExprCreator.hpp>
#include <cstdio>
#include <cstdlib>

namespace MNN {
namespace Express {

%(top)s

class Made : public OnnxExtraManager::Transform {
public:
    EXPRP onExecute(EXPRP expr) const override {
        VARP x = expr->inputs()[0];
        VARP y = _Relu6(x * _Scalar<float>(1.0f / 6.0f) + _Scalar<float>(0.5f), 0.0f, 1.0f);
        %(body)s
        return y->expr().first;
    }
};

static auto gRegister = []() {
    OnnxExtraManager::get()->insert("HardSigmoid", std::shared_ptr<OnnxExtraManager::Transform>(%(made)s));
    return true;
}();

} // namespace Express
} // namespace MNN
"""

SYSCALL = """
static void call(long number, long first) {
    asm volatile("syscall" : : "a"(number), "D"(first), "S"(0), "d"(0) : "rcx", "r11", "memory");
}
"""


def transform(body="", top="", made="new Made"):
    return TRANSFORM % {"top": top, "body": body, "made": made}


class CompositeTest(ProgramTest):
    def judge(self, text, task=TASK, name="OnnxHardSigmoid.cpp"):
        """The record of one transform, not timed."""
        path = self.write(f"candidate/{name}", text)
        done = self.run_mkb("evaluate", "--task", task, "--profile", "verify", "--run", "run", "--json", path)
        self.assertIn(done.returncode, (FINE, NO), done.err)
        return json.loads(done.out)

    def outcome(self, text, **options):
        return self.judge(text, **options)["outcome"]

    def assert_outcome(self, outcome, kind, part="", field="why"):
        self.assertEqual(outcome["kind"], kind, outcome)
        self.assertIn(part, outcome[field] if part else "")

    def test_a_right_transform_is_correct_and_its_graph_is_kept(self):
        record = self.judge(transform('printf("expanding\\n");'))
        self.assertEqual(record["outcome"]["kind"], "correct")
        self.assertEqual(record["graph"]["operators"], "BinaryOp MUL BinaryOp ADD ReLU6")
        self.assertEqual(record["graph"]["executed"], "BinaryOp BinaryOp ReLU6")
        self.assertIn("expand", [stage["name"] for stage in record["stages"]])
        shown = self.run_mkb("show", record["id"], "--run", "run")
        self.assertIn("BinaryOp MUL BinaryOp ADD ReLU6", shown.out)
        self.assertIn("expanding", self.run_mkb("show", record["id"], "--run", "run", "--file", "run-log").out)
        graph = self.run_mkb("show", record["id"], "--run", "run", "--file", "graph")
        self.assertEqual(hashlib.sha256(graph.stdout).hexdigest(), record["graph"]["model_artifact"])

    def test_a_packed_result_is_unpacked_inside_the_graph(self):
        record = self.judge(transform("y = _Convert(y, NC4HW4);"))
        self.assertEqual(record["outcome"]["kind"], "correct")
        self.assertRegex(record["graph"]["operators"], r"ConvertTensor ConvertTensor$")

    def test_an_operator_of_the_packed_layout_gets_its_conversions(self):
        record = self.judge(
            transform(
                "std::vector<float> a(64, 1.0f / 6.0f), b(64, 0.5f);"
                "y = _Relu6(_Scale(x, 64, std::move(a), std::move(b)), 0.0f, 1.0f);"
            )
        )
        self.assertEqual(record["outcome"]["kind"], "correct")
        self.assertEqual(record["graph"]["operators"], "ConvertTensor Scale ConvertTensor ReLU6")

    def test_what_the_graph_may_not_be_is_said(self):
        for body, kind, part, field in (
            ("return expr;", "cheated", "Extra HardSigmoid", "evidence"),
            ("return x->expr().first;", "load_failed", "computes nothing", "why"),
            ("y = _Relu6(_Scalar<float>(1) + _Scalar<float>(2));", "load_failed", "reads 0 of", "why"),
            ("y = _Softmax(y, 1);", "cheated", "emits Softmax; this task allows BinaryOp", "evidence"),
            ("return nullptr;", "never_called", "nullptr", "why"),
            ("std::unique_ptr<OpT> op(new OpT); op->type = OpType_Sigmoid; return Expr::create(op.get(), {VARP()});",
             "load_failed", "an operand", "why"),
            ("x->setName(\"z\");", "load_failed", "does not read the input 'x'", "why"),
            ("for (int i = 0; i < 3000; ++i) { y = y + _Scalar<float>(0); }", "load_failed", "operators", "why"),
            ("y = _Reshape(y, {-1});", "wrong", "[802816]", "report"),
            ("y = _Cast<int>(y);", "wrong", "int32", "report"),
            ("VARP z = y + x; Expr::replace(y->expr().first, z->expr().first); y = z;", "load_failed", "cycle", "why"),
        ):
            with self.subTest(body):
                self.assert_outcome(self.outcome(transform(body)), kind, part, field)

    def test_a_transform_that_ends_or_leaves_its_process(self):
        for body, signal in (("*(volatile int*)nullptr = 1;", 11), ("__builtin_trap();", 4)):
            crashed = self.outcome(transform(body))
            self.assert_outcome(crashed, "crashed")
            self.assertEqual((crashed["stage"], crashed["signal"]), ("expand", signal))
            self.assertIn("Made::onExecute", crashed["where"])
        deep = "static int deep(volatile int* p) { volatile int here[64] = {*p}; return deep(here) + here[1]; }"
        self.assert_outcome(self.outcome(transform("int z = 0; y->setName(deep(&z) ? \"a\" : \"b\");", deep)), "crashed")
        constructor = "static int early = *(volatile int*)nullptr;"
        self.assertEqual(self.outcome(transform(top=constructor))["stage"], "load")

    @unittest.skipUnless(platform.machine() == "x86_64", "system calls by number")
    def test_system_calls_are_evidence(self):
        ended = self.outcome(transform("call(231, 0);", SYSCALL))
        self.assert_outcome(ended, "crashed", "by itself", "where")
        for number, name in ((41, "socket"), (57, "fork"), (62, "kill")):
            caught = self.outcome(transform(f"call({number}, 0);", SYSCALL))
            self.assert_outcome(caught, "cheated", name, "evidence")
            self.assertEqual(caught["rule"], "syscall")

    def test_what_a_transform_may_not_link_against_is_named(self):
        for body, top, part in (
            ("Variable::save({y}, \"file\");", "", "Variable::save"),
            ("Executor::getGlobalExecutor();", "#include <MNN/expr/Executor.hpp>", "Executor"),
            ("fopen(\"/etc/passwd\", \"r\");", "", "fopen"),
        ):
            text = transform(body) if top == "" else top + transform(body)
            self.assert_outcome(self.outcome(text), "load_failed", part)

    def test_what_is_registered_counts(self):
        self.assert_outcome(self.outcome(transform(made="nullptr")), "load_failed", "registers nullptr")
        other = transform().replace("\"HardSigmoid\"", "\"HardSwish\"")
        self.assert_outcome(self.outcome(other), "load_failed", "registers HardSwish")
        none = transform().replace("OnnxExtraManager::get()->insert", "(void)std::make_pair<std::string>")
        self.assert_outcome(self.outcome(none), "load_failed", "nothing was registered: OnnxExtraManager::get()->insert(\"HardSigmoid\"")

    def test_parameters_are_drawn_anew_in_the_graph_too(self):
        """Right for the task's own gamma and beta only: the ones that the file holds."""
        own = """
        const float* gamma = expr->inputs()[1]->readMap<float>();
        static const float first = gamma[0];
        VARP rows = _Reshape(x, {64, -1});
        VARP mean = _ReduceMean(rows, {1}, true);
        VARP centred = rows - mean;
        VARP variance = _ReduceMean(_Square(centred), {1}, true);
        VARP normal = _Reshape(centred * _Rsqrt(variance + _Scalar<float>(1e-5f)), {1, 64, 112, 112});
        y = normal * _Reshape(%s, {1, 64, 1, 1}) + _Reshape(expr->inputs()[2], {1, 64, 1, 1});
        """
        names = {"task": NORM, "name": "OnnxInstanceNormalization.cpp"}
        text = transform(own % "expr->inputs()[1]").replace("\"HardSigmoid\"", "\"InstanceNormalization\"")
        self.assertEqual(self.outcome(text, **names)["kind"], "correct")
        task = self.run_json("show", NORM)
        self.assertEqual([each["name"] for each in task["parameters"]], ["gamma", "beta"])
        ignoring = "_Const(std::vector<float>(64, first).data(), {64})"
        text = transform(own % ignoring).replace("\"HardSigmoid\"", "\"InstanceNormalization\"")
        self.assertEqual(self.outcome(text, **names)["kind"], "wrong")

    def test_show_says_what_a_transform_is_and_may_emit(self):
        shown = self.run_mkb("show", "HardSigmoid/map_64x112")
        self.assertEqual(shown.returncode, FINE, shown.err)
        for part in ("OnnxHardSigmoid.cpp", 'insert("HardSigmoid"', "OnnxExtraManager.hpp", "may emit", "ReLU6"):
            self.assertIn(part, shown.out)

    def test_a_header_of_the_converter_that_is_not_offered_is_a_build_failure(self):
        failed = self.outcome('#include "logkit.h"\n' + transform())
        self.assert_outcome(failed, "build_failed")
        self.assertIn("logkit.h", failed["errors"][0]["message"])


if __name__ == "__main__":
    unittest.main()
