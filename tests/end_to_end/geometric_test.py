"""The geometric form: what a geometry computer may leave behind, and every way to leave something else."""

import unittest

from program import FINE, NO, ProgramTest

TRANSPOSE = "tensor/Transpose/windows_112x112x64"
MATMUL = "matrix/MatMul/heads12_128x64x128"

COMPUTER = """
#include "geometry/GeometryComputer.hpp"
#include "geometry/GeometryComputerUtils.hpp"
%(top)s
namespace MNN {
class GeometryPermute : public GeometryComputer {
public:
    // Region number `row` of the sixteen that are right.
    static Tensor::InsideDescribe::Region rightOne(Tensor* input, int row) {
        Tensor::InsideDescribe::Region region;
        region.origin = input;
        region.src.offset = region.dst.offset = row * 16 * 7 * 448;
        const int size[] = {16, 7, 448}, src[] = {448, 16 * 448, 1}, dst[] = {7 * 448, 448, 1};
        for (int i = 0; i < 3; ++i) {
            region.size[i] = size[i];
            region.src.stride[i] = src[i];
            region.dst.stride[i] = dst[i];
        }
        return region;
    }
    virtual bool onCompute(const Op* op, const std::vector<Tensor*>& inputs, const std::vector<Tensor*>& outputs,
                           Context& context, CommandBuffer& res) const override {
        auto description = TensorUtils::getDescribe(outputs[0]);
        description->memoryType = Tensor::InsideDescribe::MEMORY_VIRTUAL;
        for (int row = 0; row < 16; ++row) {
            description->regions.push_back(rightOne(inputs[0], row));
        }
        %(body)s
        return true;
    }
};
static void _create() {
    std::shared_ptr<GeometryComputer> comp(new GeometryPermute);
    %(register)s
}
%(after)s
}
"""

# Products in a loop, one head an iteration. An index of 12 constants says which, where `index` is 2.
LOOP = """
#include "geometry/GeometryComputer.hpp"
#include "geometry/GeometryComputerUtils.hpp"
namespace MNN {
class GeometryBatchMatMul : public GeometryComputer {
public:
    virtual bool onCompute(const Op* op, const std::vector<Tensor*>& inputs, const std::vector<Tensor*>& outputs,
                           Context& context, CommandBuffer& res) const override {
        auto heads = context.allocConst(op, {12}, halide_type_of<int>());
        for (int i = 0; i < 12; ++i) {
            heads->host<int>()[i] = i + (%(shift)s);
        }
        std::unique_ptr<OpT> loopOp(new OpT);
        loopOp->type = OpType_While;
        loopOp->main.type = OpParameter_LoopParam;
        loopOp->main.value = new LoopParamT;
        auto loop = loopOp->main.AsLoopParam();
        loop->tensorNumber = 4;
        loop->inputIndexes = {0, 1, 2};
        loop->outputIndexes = {3};
        loop->loopNumber = %(iterations)s;
        std::unique_ptr<RegionCommandT> command(new RegionCommandT);
        command->size = {128, 64, 128};
        command->indexes = {3, 0, 1};
        command->iterIndexes = {-1, %(index)s, %(index)s};
        command->steps = {128 * 128, 128 * 64, 64 * 128};
        for (int i = 0; i < 3; ++i) {
            command->view.emplace_back(new ViewT);
            command->view[i]->offset = 0;
            command->view[i]->stride = {128, 0, 1};
        }
        command->op.reset(new OpT);
        command->op->type = OpType_MatMul;
        command->op->main.type = OpParameter_MatMul;
        command->op->main.value = new MatMulT;
        loop->commands.emplace_back(std::move(command));
        flatbuffers::FlatBufferBuilder builder;
        builder.Finish(Op::Pack(builder, loopOp.get()));
        res.command.emplace_back(
            GeometryComputerUtils::makeCommand(builder, {inputs[0], inputs[1], heads.get()}, outputs));
        return true;
    }
};
static void _create() {
    std::shared_ptr<GeometryComputer> comp(new GeometryBatchMatMul);
    GeometryComputer::registerGeometryComputer(comp, {OpType_MatMul}, Runtime::Compiler_Loop);
}
REGISTER_GEOMETRY(GeometryBatchMatMul, _create);
}
"""

HALF_OF_A_COMMAND = """
        std::shared_ptr<Command> command(new Command);
        flatbuffers::FlatBufferBuilder builder;
        OpBuilder raster(builder);
        raster.add_type(OpType_Raster);
        builder.Finish(raster.Finish());
        command = GeometryComputerUtils::makeCommand(builder, inputs, outputs);
"""


def computer(
    body="",
    top="",
    register="GeometryComputer::registerGeometryComputer(comp, {OpType_Permute});",
    after="REGISTER_GEOMETRY(GeometryPermute, _create);",
):
    return COMPUTER % {"body": body, "top": top, "register": register, "after": after}


def loop(iterations=12, index=-1, shift=0):
    return LOOP % {"iterations": iterations, "index": index, "shift": shift}


class GeometricTest(ProgramTest):
    def outcome(self, text, task=TRANSPOSE, code=NO):
        name = "GeometryPermute.cpp" if task == TRANSPOSE else "GeometryBatchMatMul.cpp"
        record = self.run_json(
            "evaluate", "--task", task, "--profile", "verify", "--run", "run", self.write(name, text), code=code
        )
        return record["outcome"]

    def assert_outcome(self, outcome, kind, *parts, rule=None):
        self.assertEqual(outcome["kind"], kind, outcome)
        self.assertEqual(outcome.get("rule"), rule, outcome)
        for part in parts:
            self.assertIn(part, str(outcome))

    def test_the_template_is_right(self):
        self.assert_outcome(self.outcome(computer(), code=FINE), "correct")

    def test_regions_that_leave_something_out_or_come_from_elsewhere(self):
        hole = self.outcome(computer("description->regions.pop_back();"))
        self.assert_outcome(hole, "wrong", "no region writes element")
        foreign = self.outcome(computer("static Tensor mine; description->regions[3].origin = &mine;"))
        self.assert_outcome(foreign, "wrong", "output 0: region 3 copies from a tensor that is none of the operator's")
        freed = self.outcome(
            computer(
                "std::shared_ptr<Tensor> mine(Tensor::createDevice<float>({802816}));"
                "description->regions[3].origin = mine.get();"
            )
        )
        self.assert_outcome(freed, "wrong", "none of the operator's")

    def test_tensors_that_are_assembled_out_of_themselves(self):
        self.assert_outcome(
            self.outcome(computer("description->regions[0].origin = outputs[0];")), "wrong", "assembled out of itself"
        )

    def test_tensors_that_nobody_fills(self):
        empty = (
            "std::shared_ptr<Tensor> mine(Tensor::createDevice<float>({802816}, Tensor::CAFFE));"
            "res.extras.push_back(mine); description->regions[0].origin = mine.get();"
        )
        self.assert_outcome(self.outcome(computer(empty)), "wrong", "extra 0 is read, but nothing has written it")

    def test_nothing_emitted(self):
        nothing = "description->regions.clear(); description->memoryType = Tensor::InsideDescribe::MEMORY_BACKEND;"
        self.assert_outcome(self.outcome(computer(nothing)), "never_called", "neither a command nor a region")

    def test_registration(self):
        self.assert_outcome(self.outcome(computer(after="")), "load_failed", "REGISTER_GEOMETRY", "OpType_Permute")
        self.assert_outcome(self.outcome(computer(register="")), "load_failed", "OpType_Permute")
        other = "GeometryComputer::registerGeometryComputer(comp, {OpType_Reshape});"
        self.assert_outcome(self.outcome(computer(register=other)), "load_failed", "Reshape", "Permute")

    def test_a_crash_says_where(self):
        outcome = self.outcome(computer("*(volatile int*)nullptr = 1;"))
        self.assert_outcome(outcome, "crashed", "GeometryPermute::onCompute")
        self.assertEqual(outcome["stage"], "resize")

    def test_shapes_are_not_the_computers_to_change(self):
        self.assert_outcome(
            self.outcome(computer("outputs[0]->setLength(1, 4);")), "cheated", "shape", rule="tensor_changed"
        )
        redirected = (
            "TensorUtils::getDescribe(inputs[0])->memoryType = Tensor::InsideDescribe::MEMORY_VIRTUAL;"
            "TensorUtils::getDescribe(inputs[0])->regions = {rightOne(outputs[0], 0)};"
        )
        self.assert_outcome(self.outcome(computer(redirected)), "cheated", rule="tensor_changed")

    def test_no_code_of_its_own_runs_with_the_session(self):
        top = """
        struct Mine {
            virtual ~Mine() {}
            virtual int onResize(const std::vector<MNN::Tensor*>&, const std::vector<MNN::Tensor*>&) { return 0; }
            virtual int onExecute(const std::vector<MNN::Tensor*>&, const std::vector<MNN::Tensor*>&) { return 0; }
        };"""
        body = HALF_OF_A_COMMAND + """
            std::shared_ptr<Mine> mine(new Mine);
            command->execution = std::shared_ptr<Execution>(mine, reinterpret_cast<Execution*>(mine.get()));
            res.command.push_back(command);"""
        self.assert_outcome(self.outcome(computer(body, top=top)), "cheated", rule="emits_execution")

    def test_function_tables_are_left_alone(self):
        top = (
            '#include "backend/cpu/CPUBackend.hpp"\n#include "backend/cpu/compute/CommonOptFunction.h"\n'
            "static void mine(uint8_t*, const uint8_t*, int, int, int) {}"
        )
        body = """
            auto any = context.allocConst(op, {1}, halide_type_of<int>());
            auto backend = static_cast<CPUBackend*>(TensorUtils::getDescribeOrigin(any.get())->getBackend());
            const_cast<CoreFunctions*>(backend->functions())->MNN4BitcopyFast = mine;"""
        self.assert_outcome(self.outcome(computer(body, top=top)), "cheated", rule="function_table")

    def test_the_back_end_makes_no_kernels_for_it(self):
        body = """
            auto any = context.allocConst(op, {1}, halide_type_of<int>());
            auto unary = GeometryComputerUtils::makeUnary(UnaryOpOperation_ABS, inputs[0], outputs[0]);
            TensorUtils::getDescribeOrigin(any.get())->getBackend()->onCreate(inputs, outputs, unary->op);"""
        top = '#include "core/Backend.hpp"\n#include "core/Execution.hpp"'
        self.assert_outcome(self.outcome(computer(body, top=top)), "cheated", "UnaryOp", rule="native_creator")

    def test_commands_that_cannot_be_read(self):
        self.assert_outcome(
            self.outcome(computer(HALF_OF_A_COMMAND + "res.command.push_back(command);")), "wrong", "is a Raster"
        )
        outside = HALF_OF_A_COMMAND + "command->buffer->allocated_size = 3; res.command.push_back(command);"
        self.assert_outcome(self.outcome(computer(outside)), "wrong", "in its buffer")
        self.assert_outcome(
            self.outcome(computer("res.command.push_back(nullptr);")), "wrong", "command 0 has no operator"
        )

    def test_the_models_inputs_have_no_contents_yet(self):
        look = (
            "const float* x = inputs[0]->host<float>();"
            "for (int i = 0; x != nullptr && i < inputs[0]->elementSize(); ++i) { if (x[i] == x[i]) __builtin_trap(); }"
        )
        self.assert_outcome(self.outcome(computer(look), code=FINE), "correct")

    def test_loops_are_checked_before_they_run(self):
        self.assert_outcome(self.outcome(loop(), MATMUL, FINE), "correct")
        too_long = self.outcome(loop(iterations=13), MATMUL)
        self.assert_outcome(too_long, "wrong", "command 0 (While): command 0 (MatMul) writes elements 0 to 212991")

    def test_an_index_is_checked_when_it_has_contents(self):
        self.assert_outcome(self.outcome(loop(index=2), MATMUL, FINE), "correct")
        behind = self.outcome(loop(index=2, shift=1), MATMUL)
        self.assert_outcome(behind, "wrong", "in iteration 11 reads elements 98304 to 106495 of its input 0")
        before = self.outcome(loop(index=2, shift=-1), MATMUL)
        self.assert_outcome(before, "wrong", "in iteration 0 reads elements -8192 to -1 of its input 0")
        short = self.outcome(loop(index=2, iterations=13), MATMUL)
        self.assert_outcome(short, "wrong", "(While)")

    def test_show_says_what_a_geometric_candidate_brings(self):
        shown = self.run_mkb("show", "MatMul/heads12_128x64x128").out
        for part in ("GeometryBatchMatMul.cpp", "REGISTER_GEOMETRY", "OpType_MatMul", "onCompute", "While", "Raster"):
            self.assertIn(part, shown)


if __name__ == "__main__":
    unittest.main()
