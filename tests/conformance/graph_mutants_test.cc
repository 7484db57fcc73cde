// A model file that a candidate made may hold anything: whatever its bytes, looking at it ends in a judgement, and
// never in trouble of our own. Builds an example's transform, so it needs the framework.
#include "base/files.h"
#include "framework/mnn/expand.h"
#include "framework/mnn/graph_check.h"

#include <gtest/gtest.h>
#include <random>

namespace mkb {
namespace {

namespace fs = std::filesystem;

constexpr int kMutants = 400;

class GraphMutants : public testing::Test {
protected:
    static void SetUpTestSuite() {
        const fs::path root = MKB_SOURCE_DIR;
        task = new Task(load_task(root / "tasks/normalization/InstanceNormalization/affine_64x112").value());
        kit = new mnn::Kit(
            mnn::build_kit(
                mnn::build_library(mnn::find_sources().value(), mnn::toolchain_for(Target::host).value()).value())
                .value());
        const auto framework = make_mnn();
        const std::string name = "OnnxInstanceNormalization.cpp";
        Candidate candidate;
        candidate.sources = {
            {.name = name, .text = read_file(root / "examples/kernels/instancenorm_plain" / name).value()}};
        const TempDir folder = TempDir::make("mkb-mutants").value();
        const Build build = framework->build(*task, candidate, folder.path(), {}).value();
        const Expansion expansion =
            framework->expand(*task, std::get<Built>(build.result), read_file(task->folder / "model.onnx").value())
                .value();
        ASSERT_EQ(expansion.end.kind, "") << expansion.end.detail;
        graph = new std::string(expansion.graph);
    }

    /// How looking at these bytes ends: "" where they may be run.
    static std::string end_of(const std::string& bytes) {
        Expansion expansion;
        expansion.graph = bytes;
        const auto looked = mnn::inspect_graph(*kit, *task, expansion);
        EXPECT_TRUE(looked) << looked.error().message;
        EXPECT_NE(expansion.end.kind, "world") << expansion.end.detail;
        return expansion.end.kind;
    }

    static inline Task* task = nullptr;
    static inline mnn::Kit* kit = nullptr;
    static inline std::string* graph = nullptr;
};

TEST_F(GraphMutants, TheGraphItselfMayBeRun) {
    EXPECT_EQ(end_of(*graph), "");
}

TEST_F(GraphMutants, BytesThatAreNoModelAreRefused) {
    for (const std::string& bytes : {std::string(), std::string("x"), std::string(4096, '\0'),
                                     std::string(4096, '\xff'), graph->substr(0, graph->size() / 2)}) {
        EXPECT_EQ(end_of(bytes), "load_failed") << bytes.size();
    }
}

TEST_F(GraphMutants, EveryMutantIsJudgedAndMostAreRefused) {
    const unsigned seed = std::random_device()();
    std::mt19937 random(seed);
    std::map<std::string, int> ends;
    for (int i = 0; i < kMutants; ++i) {
        std::string bytes = *graph;
        const int changes = 1 + static_cast<int>(random() % 4);
        for (int c = 0; c < changes; ++c) {
            bytes[random() % bytes.size()] = static_cast<char>(random());
        }
        ++ends[end_of(bytes)];
    }
    std::string text;
    for (const auto& [kind, count] : ends) {
        text += fmt::format("{} {}, ", count, kind.empty() ? "may be run" : kind);
    }
    RecordProperty("ends", text);
    fmt::print("seed {}: {}\n", seed, text);
    EXPECT_GT(ends["load_failed"], kMutants / 4) << "seed " << seed;
}

} // namespace
} // namespace mkb
