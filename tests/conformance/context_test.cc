// What writers of candidates are shown of the real sources, for every task. The text is the framework's and not ours,
// so golden files hold outlines only.
#include "../support/golden.h"

#include "framework/framework.h"
#include "framework/mnn/source_tree.h"
#include "task/task.h"
#include "tools/context.h"
#include "tools/cpp_text.h"
#include "tools/cut.h"

#include <algorithm>
#include <cstdlib>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>
#include <map>
#include <memory>
#include <regex>
#include <set>
#include <tree_sitter/api.h>
#include <tuple>
#include <unordered_map>

extern "C" const TSLanguage* tree_sitter_cpp();

namespace mkb {
namespace {

namespace fs = std::filesystem;

const std::vector<Task>& all_tasks() {
    static const std::vector<Task> tasks = load_tasks(fs::path(MKB_SOURCE_DIR) / "tasks").value();
    return tasks;
}

const ShownContext& context_of(const Task& task, std::size_t budget) {
    // All that a reading depends on.
    static std::map<std::string, ShownContext> known;
    const std::string key =
        fmt::format("{} {} {} {} {} {} {}", budget, name_of(task.form), task.category, task.operator_name,
                    task.native_file, task.target.type, fmt::join(task.may_emit, " "));
    const auto [place, added] = known.try_emplace(key);
    if (added) {
        const Reading reading = make_mnn()->reading(task).value();
        place->second = cut_context(reading, load_reading(reading).value(), budget).value();
    }
    return place->second;
}

/// Lines of code that say something, each with the one file of the framework that has it; "" where several do.
const std::unordered_map<std::string, std::string>& telling_lines() {
    static const auto lines = [] {
        constexpr std::size_t kTelling = 25;
        std::unordered_map<std::string, std::string> found;
        const fs::path root = mnn::find_sources().value().root;
        for (const char* folder : {"source", "include", "express"}) {
            for (const auto& item : fs::recursive_directory_iterator(root / folder)) {
                const auto extension = item.path().extension();
                if (extension != ".cpp" && extension != ".hpp" && extension != ".h") {
                    continue;
                }
                const std::string file = fs::relative(item.path(), root).string();
                std::string text = without_comments(read_file(item.path()).value());
                for (std::size_t at = 0; at < text.size();) {
                    const std::size_t end = std::min(text.find('\n', at), text.size());
                    const std::size_t first = text.find_first_not_of(' ', at);
                    if (first < end && end - first >= kTelling && text[first] != '#') {
                        const auto [place, added] = found.try_emplace(text.substr(first, end - first), file);
                        place->second = added || place->second == file ? file : "";
                    }
                    at = end + 1;
                }
            }
        }
        return found;
    }();
    return lines;
}

TEST(ShownSources, NoTaskIsShownALineOfItsNativeKernel) {
    constexpr std::size_t kEverything = 1'000'000;
    ASSERT_EQ(all_tasks().size(), 190U);
    for (const Task& task : all_tasks()) {
        const fs::path native = task.native_file;
        for (const Excerpt& excerpt : context_of(task, kEverything).excerpts) {
            EXPECT_NE(fs::path(excerpt.file).stem(), native.stem()) << task.id;
            for (std::size_t at = 0; at < excerpt.text.size();) {
                const std::size_t end = excerpt.text.find('\n', at);
                const std::size_t first = std::min(excerpt.text.find_first_not_of(' ', at), end);
                const auto line = telling_lines().find(excerpt.text.substr(first, end - first));
                const std::string owner = line == telling_lines().end() ? "" : line->second;
                EXPECT_NE(owner, task.native_file) << task.id << " is shown " << line->first;
                at = end + 1;
            }
        }
    }
}

TEST(ShownSources, EveryTaskHasALifecycleAnExampleAndHeadersWithinTheBudget) {
    for (const Task& task : all_tasks()) {
        const ShownContext& context = context_of(task, kContextTokens);
        EXPECT_LE(context.tokens, kContextTokens) << task.id;
        std::set<std::string> roles;
        for (const Excerpt& excerpt : context.excerpts) {
            roles.insert(excerpt.role);
        }
        EXPECT_EQ(roles, (std::set<std::string>{"example", "header", "lifecycle"})) << task.id << "\n"
                                                                                    << outline_of(context);
    }
}

TEST(ShownSources, TheLifecycleAloneFitsASmallModel) {
    for (const Task& task : all_tasks()) {
        EXPECT_LE(context_of(task, 1200).tokens, 1200U) << task.id;
    }
}

TEST(ShownSources, EveryNameOfTheReadingIsInTheseSources) {
    std::map<std::tuple<std::string, ReadingPart::Cut, std::string>, std::string> texts;
    for (const Task& task : all_tasks()) {
        const Reading reading = make_mnn()->reading(task).value();
        for (const auto* parts : {&reading.lifecycle, &reading.headers}) {
            for (const ReadingPart& part : *parts) {
                for (const std::string& name : part.names) {
                    texts[{part.file, part.cut, name}] = (part.root / part.file).string();
                }
            }
        }
    }
    for (const auto& [part, path] : texts) {
        const auto& [file, cut, name] = part;
        EXPECT_FALSE(cut_source(read_file(path).value(), cut, {name}).empty()) << file << ": " << name;
    }
}

/// The first line that the grammar cannot read, or "".
std::string unreadable_line(const std::string& whole) {
    // Of a parameter's default the grammar knows no braces.
    static const std::regex kBraces(R"(= ?\{[^{}]*\}([,)]))");
    const std::string text = std::regex_replace(whole, kBraces, "= 0$1");
    const std::unique_ptr<TSParser, void (*)(TSParser*)> parser(ts_parser_new(), ts_parser_delete);
    EXPECT_TRUE(ts_parser_set_language(parser.get(), tree_sitter_cpp()));
    const std::unique_ptr<TSTree, void (*)(TSTree*)> tree(
        ts_parser_parse_string(parser.get(), nullptr, text.data(), static_cast<std::uint32_t>(text.size())),
        ts_tree_delete);
    TSNode node = ts_tree_root_node(tree.get());
    if (!ts_node_has_error(node)) {
        return "";
    }
    for (std::uint32_t i = 0; i < ts_node_child_count(node);) {
        const TSNode child = ts_node_child(node, i++);
        if (ts_node_has_error(child)) {
            node = child;
            i = 0;
        }
    }
    const std::size_t begin = text.rfind('\n', ts_node_start_byte(node)) + 1;
    return fmt::format("line {}: {}", ts_node_start_point(node).row + 1,
                       text.substr(begin, text.find('\n', begin + 1) - begin));
}

TEST(ShownSources, WhatIsCutIsWholeCode) {
    constexpr std::size_t kEverything = 1'000'000;
    std::map<std::string, std::string> seen; // text → where
    for (const Task& task : all_tasks()) {
        for (const Excerpt& excerpt : context_of(task, kEverything).excerpts) {
            // An example stands as its author wrote it, macros and all.
            if (excerpt.role != "example") {
                seen.try_emplace(excerpt.text, task.id + ", " + excerpt.file);
            }
        }
    }
    EXPECT_GT(seen.size(), 20U);
    for (const auto& [text, where] : seen) {
        EXPECT_EQ(unreadable_line(text), "") << where << "\n" << text;
        EXPECT_EQ(text.find("return "), std::string::npos) << where << " holds a body\n" << text;
    }
}

TEST(ShownSources, OutlinesOfOneTaskOfEachForm) {
    if (std::getenv("MNN_SOURCE") != nullptr) {
        GTEST_SKIP() << "the outlines are those of the pinned sources";
    }
    std::string text;
    for (const char* id : {"Softmax/lastaxis", "Transpose/windows", "HardSigmoid", "LSTM", "Conv/depthwise"}) {
        const auto task = std::ranges::find_if(
            all_tasks(), [&](const Task& each) { return each.id.find(std::string("/") + id) != std::string::npos; });
        ASSERT_NE(task, all_tasks().end()) << id;
        text += task->id + "\n" + outline_of(context_of(*task, kContextTokens)) + "\n";
    }
    expect_golden("shown_context.txt", text);
}

} // namespace
} // namespace mkb
