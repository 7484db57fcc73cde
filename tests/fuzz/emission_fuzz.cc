// What a geometric candidate emits is checked before the framework runs it: whatever passes reads and writes inside its
// tensors, which is counted here one element after the other.
#include "base/result.h"
#include "emission.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <fuzzer/FuzzedDataProvider.h>
#include <string>

namespace {

using namespace mkb::runner;

constexpr std::int64_t kCounted = 4096; ///< elements of a walk that are visited; larger ones are left to the checks

Walk draw_walk(FuzzedDataProvider& data) {
    const bool far = data.ConsumeBool();
    const auto number = [&] {
        return far ? data.ConsumeIntegral<std::int32_t>() : data.ConsumeIntegralInRange<std::int32_t>(-3, 40);
    };
    return {.offset = number(), .stride = {number(), number(), number()}};
}

void draw_size(FuzzedDataProvider& data, Extent& size) {
    for (std::int64_t& extent : size) {
        extent = data.ConsumeBool() ? data.ConsumeIntegral<std::int32_t>() : data.ConsumeIntegralInRange(-1, 6);
    }
}

int draw_tensor(FuzzedDataProvider& data, std::size_t count) {
    return data.ConsumeIntegralInRange(-2, static_cast<int>(count));
}

LoopCommand draw_step(FuzzedDataProvider& data, std::size_t tensors) {
    constexpr const char* kOperations[] = {"", "UnaryOp", "BinaryOp", "MatMul", "Softmax"};
    LoopCommand step{
        .kind = data.PickValueInArray({LoopCommand::Kind::copy, LoopCommand::Kind::unary, LoopCommand::Kind::binary,
                                       LoopCommand::Kind::product, LoopCommand::Kind::fill_zeros}),
        .operation = data.PickValueInArray(kOperations)};
    draw_size(data, step.size);
    const int views = data.ConsumeIntegralInRange(0, 4);
    for (int i = 0; i < views; ++i) {
        step.views.push_back({.tensor = draw_tensor(data, tensors),
                              .place = data.ConsumeIntegralInRange(-1, 4),
                              .index = data.ConsumeBool() ? -1 : draw_tensor(data, tensors),
                              .step = data.ConsumeIntegralInRange(-40, 40),
                              .walk = draw_walk(data)});
    }
    step.accumulates = data.ConsumeBool();
    return step;
}

Emission draw_emission(FuzzedDataProvider& data) {
    constexpr const char* kOperations[] = {"BinaryOp", "UnaryOp", "Cast", "Select", "While", "Raster", "Softmax"};
    Emission emission;
    const auto tensors = data.ConsumeIntegralInRange<std::size_t>(1, 6);
    for (std::size_t i = 0; i < tensors; ++i) {
        EmittedTensor tensor{.name = "tensor " + std::to_string(i),
                             .kind =
                                 data.PickValueInArray({EmittedTensor::Kind::input, EmittedTensor::Kind::constant,
                                                        EmittedTensor::Kind::plain, EmittedTensor::Kind::assembled}),
                             .elements = data.ConsumeBool() ? data.ConsumeIntegralInRange<std::int64_t>(0, 64)
                                                            : data.ConsumeIntegral<std::int64_t>()};
        // Counting a huge destination is the check's own, known cost (one bit an element).
        tensor.elements = tensor.elements > 1 << 20 && tensor.elements <= kMostElements ? 1 << 20 : tensor.elements;
        for (int regions = data.ConsumeIntegralInRange(0, 3); regions > 0; --regions) {
            Region region{
                .origin = draw_tensor(data, tensors), .source = draw_walk(data), .destination = draw_walk(data)};
            draw_size(data, region.size);
            tensor.regions.push_back(region);
        }
        emission.tensors.push_back(std::move(tensor));
    }
    for (int commands = data.ConsumeIntegralInRange(0, 3); commands > 0; --commands) {
        EmittedCommand command{.operation = data.PickValueInArray(kOperations)};
        for (auto* side : {&command.inputs, &command.outputs}) {
            for (int count = data.ConsumeIntegralInRange(0, 3); count > 0; --count) {
                side->push_back(draw_tensor(data, tensors));
            }
        }
        if (data.ConsumeBool()) {
            command.expected.push_back(data.ConsumeIntegralInRange<std::int64_t>(0, 64));
        }
        if (data.ConsumeBool()) {
            Loop loop{.iterations = data.ConsumeIntegralInRange<std::int64_t>(-1, 40),
                      .skips_outside = data.ConsumeBool()};
            for (auto* steps : {&loop.first, &loop.each}) {
                for (int count = data.ConsumeIntegralInRange(0, 2); count > 0; --count) {
                    steps->push_back(draw_step(data, tensors));
                }
            }
            command.loop = std::move(loop);
        }
        emission.commands.push_back(std::move(command));
    }
    emission.results.push_back(data.ConsumeIntegralInRange(0, static_cast<int>(tensors) - 1));
    return emission;
}

/// Every element of a walk, counted, lies inside of a tensor of so many.
void check_walk(const Walk& walk, const Extent& size, std::int64_t elements) {
    if (is_empty(size) || size[0] > kCounted || size[1] > kCounted || size[2] > kCounted ||
        size[0] * size[1] * size[2] > kCounted) {
        return;
    }
    for (std::int64_t i = 0; i < size[0]; ++i) {
        for (std::int64_t j = 0; j < size[1]; ++j) {
            for (std::int64_t k = 0; k < size[2]; ++k) {
                const std::int64_t at = walk.offset + i * walk.stride[0] + j * walk.stride[1] + k * walk.stride[2];
                MKB_CHECK(at >= 0 && at < elements);
            }
        }
    }
}

/// Plain copies and one-operand steps; what the others touch follows rules of their own (loops.h).
void check_steps(const Loop& loop, const Emission& emission) {
    for (const LoopCommand& step : loop.each) {
        if (step.kind != LoopCommand::Kind::copy && step.kind != LoopCommand::Kind::unary) {
            continue;
        }
        if (loop.iterations <= 0) {
            break; // it never runs, so nobody asks what it would touch
        }
        const bool same_place = step.views[0].place == step.views[1].place && step.views[0].place >= 0;
        for (std::int64_t i = 0; i < loop.iterations && !same_place && !loop.skips_outside; ++i) {
            for (std::size_t view = 0; view < 2; ++view) {
                const LoopView& one = step.views[view];
                if (one.index < 0) {
                    Walk walk = one.walk;
                    walk.offset += one.step * i;
                    check_walk(walk, step.size, emission.tensors[static_cast<std::size_t>(one.tensor)].elements);
                }
            }
        }
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    FuzzedDataProvider data(bytes, size);
    const EmissionRules rules{.target = "Softmax",
                              .may_emit = {"BinaryOp", "UnaryOp", "Cast", "Select", "While", "Raster", "MatMul"},
                              .zero_fill = data.ConsumeBool()};
    const Emission emission = draw_emission(data);
    if (const auto fault = check_emission(emission, rules)) {
        MKB_CHECK(!fault->text.empty() && fault->text.find('\n') == std::string::npos);
        return 0;
    }
    for (const EmittedTensor& tensor : emission.tensors) {
        if (tensor.kind == EmittedTensor::Kind::assembled) {
            for (const Region& region : tensor.regions) {
                if (!is_empty(region.size)) {
                    const EmittedTensor& origin = emission.tensors.at(static_cast<std::size_t>(region.origin));
                    check_walk(region.source, region.size, origin.elements);
                    check_walk(region.destination, region.size, tensor.elements);
                }
            }
        }
    }
    for (const EmittedCommand& command : emission.commands) {
        MKB_CHECK(command.operation != rules.target);
        if (command.loop) {
            check_steps(*command.loop, emission);
        }
    }
    MKB_CHECK(missing_from({}, {expected_run(emission)}).empty() || !emission.commands.empty() ||
              expected_run(emission).assembles);
    return 0;
}
