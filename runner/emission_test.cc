#include "emission.h"

#include <gtest/gtest.h>

namespace mkb::runner {
namespace {

using FaultKind = EmissionFault::Kind;
using TensorKind = EmittedTensor::Kind;

Region whole(int origin, std::int64_t elements) {
    return {.origin = origin, .source = {0, {0, 0, 1}}, .destination = {0, {0, 0, 1}}, .size = {1, 1, elements}};
}

EmittedTensor tensor(const char* name, TensorKind kind, std::vector<Region> regions = {}) {
    return {.name = name, .kind = kind, .elements = 8, .regions = std::move(regions)};
}

EmittedCommand command(const char* operation, std::vector<int> inputs, std::vector<int> outputs) {
    return {.operation = operation, .inputs = std::move(inputs), .outputs = std::move(outputs)};
}

/// Input 0 → extra 0, assembled → UnaryOp → extra 1 → output 0, assembled.
Emission honest() {
    return {.tensors = {tensor("input 0", TensorKind::input), tensor("output 0", TensorKind::assembled, {whole(3, 8)}),
                        tensor("extra 0", TensorKind::assembled, {whole(0, 8)}), tensor("extra 1", TensorKind::plain)},
            .commands = {command("UnaryOp", {2}, {3})},
            .results = {1}};
}

const EmissionRules kRules{.target = "ELU", .may_emit = {"Raster", "UnaryOp", "BinaryOp", "While"}};

EmissionFault fault_of(const Emission& emission, const EmissionRules& rules = kRules) {
    return check_emission(emission, rules).value_or(EmissionFault{.kind = FaultKind::invalid, .text = ""});
}

TEST(Emission, AnHonestOneIsRight) {
    EXPECT_EQ(check_emission(honest(), kRules), std::nullopt);
}

TEST(Emission, NothingAtAllIsNoAnswer) {
    Emission emission{.tensors = {tensor("input 0", TensorKind::input), tensor("output 0", TensorKind::plain)},
                      .results = {1}};
    EXPECT_EQ(fault_of(emission).kind, FaultKind::nothing);
    emission.tensors[1].kind = TensorKind::assembled;
    EXPECT_EQ(fault_of(emission).kind, FaultKind::nothing);
}

TEST(Emission, TheOperatorItselfIsRefusedEvenIfItIsListed) {
    Emission emission = honest();
    emission.commands[0].operation = "ELU";
    EmissionRules rules = kRules;
    rules.may_emit.emplace_back("ELU");
    EXPECT_EQ(fault_of(emission, rules).kind, FaultKind::target);
    EXPECT_EQ(fault_of(emission, rules).text, "command 0 (ELU) is the operator that was to be replaced");
}

TEST(Emission, OperatorsOutsideTheListAreRefusedInLoopsToo) {
    Emission emission = honest();
    emission.commands[0].operation = "Convolution";
    EXPECT_EQ(fault_of(emission).kind, FaultKind::unlisted);
    EXPECT_NE(fault_of(emission).text.find("Raster, UnaryOp"), std::string::npos);
    emission.commands[0].operation = "While";
    emission.commands[0].loop = Loop{.iterations = 1,
                                     .each = {{.kind = LoopCommand::Kind::product,
                                               .operation = "MatMul",
                                               .size = {1, 1, 1},
                                               .views = {{.tensor = 3}, {.tensor = 2}, {.tensor = 2}}}}};
    EXPECT_EQ(fault_of(emission).kind, FaultKind::unlisted);
    EXPECT_EQ(fault_of(emission).text.find("command 0 (While) runs a MatMul"), 0U);
}

TEST(Emission, RegionsNeedRasterInTheList) {
    EXPECT_EQ(fault_of(honest(), {.target = "ELU", .may_emit = {"UnaryOp"}}).kind, FaultKind::unlisted);
}

TEST(Emission, RegionsOfIntermediatesAreCheckedToo) {
    Emission emission = honest();
    emission.tensors[2].regions[0].size[2] = 9;
    EXPECT_EQ(fault_of(emission).text, "extra 0: region 0 reads elements 0 to 8 of input 0, which has 8");
}

TEST(Emission, LoopsAreChecked) {
    Emission emission = honest();
    emission.commands[0].operation = "While";
    emission.commands[0].loop = Loop{.iterations = 2,
                                     .each = {{.kind = LoopCommand::Kind::copy,
                                               .size = {1, 1, 4},
                                               .views = {{.tensor = 3, .step = 5}, {.tensor = 2, .step = 4}}}}};
    EXPECT_EQ(fault_of(emission).text, "command 0 (While): command 0 writes elements 0 to 8 of extra 1, which has 8");
}

TEST(Emission, ATensorAssembledOutOfItselfIsRefused) {
    Emission emission = honest();
    emission.tensors[2].regions = {whole(1, 8)};
    emission.tensors[1].regions = {whole(2, 8)};
    EXPECT_NE(fault_of(emission).text.find("is assembled out of itself"), std::string::npos);
    emission.tensors[2].regions = {whole(2, 8)};
    EXPECT_NE(fault_of(emission).text.find("is assembled out of itself"), std::string::npos);
}

TEST(Emission, ALongChainOfAssembledTensorsNeedsNoStack) {
    Emission emission = honest();
    for (int i = 0; i < 200000; ++i) {
        const auto last = static_cast<int>(emission.tensors.size()) - 1;
        emission.tensors.push_back(tensor("extra", TensorKind::assembled, {whole(last, 8)}));
    }
    emission.tensors[1].regions = {whole(static_cast<int>(emission.tensors.size()) - 1, 8)};
    EXPECT_EQ(check_emission(emission, kRules), std::nullopt);
}

TEST(Emission, TensorsMustBeWrittenBeforeTheyAreRead) {
    Emission emission = honest();
    emission.commands[0].inputs = {3};
    EXPECT_EQ(fault_of(emission).text, "command 0 (UnaryOp): extra 1 is read, but nothing has written it before");
    emission = honest();
    emission.commands.insert(emission.commands.begin(), command("BinaryOp", {0, 3}, {3}));
    EXPECT_NE(fault_of(emission).text.find("extra 1 is read"), std::string::npos);
}

TEST(Emission, EveryResultMustBeWritten) {
    Emission emission = honest();
    emission.tensors.push_back(tensor("output 1", TensorKind::plain));
    emission.results.push_back(4);
    EXPECT_EQ(fault_of(emission).text, "nothing writes output 1");
}

TEST(Emission, InputsAndConstantsAreNotWritten) {
    Emission emission = honest();
    emission.commands[0].outputs = {0};
    EXPECT_EQ(fault_of(emission).text, "command 0 (UnaryOp) writes into input 0");
}

TEST(Emission, AnAssembledTensorMayBeUpdatedInPlaceButNotReplaced) {
    Emission emission = honest();
    emission.commands[0] = command("BinaryOp", {2, 0}, {2});
    emission.tensors[1].regions = {whole(2, 8)};
    EXPECT_EQ(check_emission(emission, kRules), std::nullopt);
    emission.commands[0] = command("BinaryOp", {0, 0}, {2});
    EXPECT_EQ(fault_of(emission).text, "command 0 (BinaryOp) writes into extra 0, which has regions");
}

TEST(Emission, ElementwiseOperatorsNeedOperandsOfOneLength) {
    Emission emission = honest();
    emission.tensors[3].elements = 9;
    emission.tensors[1].regions = {whole(3, 8)};
    EXPECT_EQ(fault_of(emission).text, "command 0 (UnaryOp): extra 0 has 8 elements, its output extra 1 has 9");
    emission = honest();
    emission.tensors.push_back({.name = "constant 0", .kind = TensorKind::constant, .elements = 1});
    emission.commands[0] = command("BinaryOp", {2, 4}, {3});
    EXPECT_EQ(check_emission(emission, kRules), std::nullopt);
}

TEST(Emission, AnOutputIsAsLongAsTheOperatorMakesIt) {
    Emission emission = honest();
    emission.commands[0].expected = {16};
    EXPECT_EQ(fault_of(emission).text, "command 0 (UnaryOp): extra 1 has 8 elements, the operator makes 16");
}

TEST(Emission, ForeignTensorsAreRefused) {
    Emission emission = honest();
    emission.commands[0].inputs = {-1};
    EXPECT_NE(fault_of(emission).text.find("neither the operator's"), std::string::npos);
    emission = honest();
    emission.commands[0].outputs = {99};
    EXPECT_NE(fault_of(emission).text.find("neither the operator's"), std::string::npos);
}

TEST(Emission, WhatIsLeftToZerosIsKnown) {
    Emission emission = honest();
    EXPECT_FALSE(leaves_zeros(emission));
    emission.tensors[2].regions = {whole(0, 7)};
    EXPECT_TRUE(leaves_zeros(emission));
    EXPECT_NE(fault_of(emission).text.find("no region writes element 7"), std::string::npos);
    EmissionRules rules = kRules;
    rules.zero_fill = true;
    EXPECT_EQ(check_emission(emission, rules), std::nullopt);
}

TEST(Emission, ItsCommandsMustBeSeenInTheRunInTheirOrder) {
    Emission emission = honest();
    emission.commands.push_back(command("BinaryOp", {3, 0}, {3}));
    const std::vector<ExpectedRun> expected = {expected_run(emission)};
    EXPECT_EQ(missing_from({"Raster", "UnaryOp", "BinaryOp", "Raster"}, expected), "");
    EXPECT_EQ(missing_from({"UnaryOp", "Raster", "BinaryOp"}, expected), "");
    EXPECT_EQ(missing_from({"Raster", "BinaryOp", "UnaryOp"}, expected), "BinaryOp");
    EXPECT_EQ(missing_from({"UnaryOp", "BinaryOp"}, expected), "Raster");
    EXPECT_EQ(missing_from({"UnaryOp", "BinaryOp", "Raster"}, {expected[0], expected[0]}), "UnaryOp");
}

} // namespace
} // namespace mkb::runner
