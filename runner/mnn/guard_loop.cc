#include "MNN_generated.h"
#include "core/Execution.hpp"
#include "mnn/dispatch.h"
#include "mnn/geometry.h"
#include "mnn/read_emission.h"

#include <memory>

namespace mkb::runner {

namespace {

using Tensors = std::vector<MNN::Tensor*>;

/// In front of a While whose views an index drives.
class LoopProxy final : public MNN::Execution {
public:
    LoopProxy(std::unique_ptr<MNN::Execution> loop, const MNN::LoopParam* param)
        : MNN::Execution(loop->backend()), loop_(std::move(loop)), param_(param) {}

    MNN::ErrorCode onResize(const Tensors& inputs, const Tensors& outputs) override {
        return loop_->onResize(inputs, outputs);
    }

    MNN::ErrorCode onExecute(const Tensors& inputs, const Tensors& outputs) override {
        if (watch().checking && watch().candidate_process) {
            check(inputs, outputs);
        }
        return loop_->onExecute(inputs, outputs);
    }

private:
    void check(const Tensors& inputs, const Tensors& outputs) const {
        std::vector<Place> places;
        std::vector<int> numbers[2];
        const Tensors* sides[] = {&inputs, &outputs};
        for (int side = 0; side < 2; ++side) {
            for (std::size_t i = 0; i < sides[side]->size(); ++i) {
                std::int64_t elements = 1;
                for (const int length : (*sides[side])[i]->shape()) {
                    elements *= length;
                }
                numbers[side].push_back(static_cast<int>(places.size()));
                places.push_back(
                    {.name = (side == 0 ? "its input " : "its output ") + std::to_string(i), .elements = elements});
            }
        }
        Loop loop;
        std::optional<std::string> fault = read_loop(param_, numbers[0], numbers[1], loop);
        if (!fault) {
            fault = check_indices(loop, places, [&](int place) {
                const MNN::Tensor* index = inputs[static_cast<std::size_t>(place)];
                return std::span<const std::int32_t>(
                    index->host<std::int32_t>(),
                    static_cast<std::size_t>(places[static_cast<std::size_t>(place)].elements));
            });
        }
        if (fault) {
            end_with(Status::run_failed, "", ("a While that onCompute emitted: " + *fault).c_str());
        }
    }

    std::unique_ptr<MNN::Execution> loop_;
    const MNN::LoopParam* param_;
};

bool is_driven(const MNN::LoopParam* param) {
    for (unsigned i = 0; param->commands() != nullptr && i < param->commands()->size(); ++i) {
        const auto* indexes = param->commands()->Get(i)->iterIndexes();
        for (unsigned k = 0; indexes != nullptr && k < indexes->size(); ++k) {
            if (indexes->Get(k) >= 0) {
                return true;
            }
        }
    }
    return false;
}

} // namespace

MNN::Execution* guard_loop(const MNN::Op* op, MNN::Execution* execution) {
    const bool driven = execution != nullptr && op->type() == MNN::OpType_While &&
                        op->main_type() == MNN::OpParameter_LoopParam && is_driven(op->main_as_LoopParam());
    return driven ? new LoopProxy(std::unique_ptr<MNN::Execution>(execution), op->main_as_LoopParam()) : execution;
}

} // namespace mkb::runner
