#include "score/published.h"

#include "record/printable.h"

#include <algorithm>
#include <fmt/format.h>

namespace mkb {

namespace {

constexpr PublishedRow kRows[] = {
    {"Claude-Sonnet-4.5", 190, 46.3, 34.2, 31.1, 16.3, 4.7},
    {"GPT-5", 190, 47.4, 33.2, 26.3, 13.7, 4.2},
    {"Gemini-2.5-Flash", 190, 20.5, 15.8, 13.2, 6.8, 0.5},
    {"Llama-3.1-405B-Instruct", 190, 11.6, 6.3, 5.3, 4.2, 1.1},
    {"DeepSeek-R1-0528", 190, 15.3, 10.0, 8.4, 3.2, 0.5},
    {"Qwen3-235B-A22B-Thinking", 190, 18.9, 13.7, 11.6, 6.3, 2.1},
    {"Claude-Sonnet-4.5, pass@10", 190, 62.1, 47.9, 41.6, 20.5, 5.3},
    {"MoKA, 10 rounds", 190, 93.7, 75.3, 62.6, 46.8, 27.4},
    {"Qwen3-32B", 36, 16.7, 13.9, 8.3, 2.8, 0},
    {"Qwen3-32B + LoRA", 36, 25.0, 18.5, 11.1, 5.6, 0},
    {"Qwen3-4B-Instruct-2507", 40, 10.0, 5.0, 5.0, 5.0, 0},
    {"Qwen3-4B + GRPO", 40, 25.0, 7.5, 7.5, 5.0, 0},
};

} // namespace

std::span<const PublishedRow> published_rows() {
    return kRows;
}

std::string published_table(bool colour, int width) {
    constexpr int kFigures = 6 + 2 * 7 + 3 * 12; // as wide as in score_table
    constexpr int kNarrowestName = 22, kWidestName = 60, kOthers = 17;
    const int name_width = std::clamp(width - kFigures - kOthers, kNarrowestName, kWidestName);
    std::string text = fmt::format("{}{}{}\n", colour ? "\x1b[2m" : "", kPublishedOn, colour ? "\x1b[0m" : "");
    for (const PublishedRow& row : kRows) {
        text += fit_width(std::string(row.method), name_width) +
                fmt::format("{:6}{:7.1f}{:7.1f}{:12.1f}{:12.1f}{:12.1f}\n", row.tasks, row.csr, row.fcr, row.fast_05,
                            row.fast_10, row.fast_15);
    }
    return text;
}

nlohmann::json published_json() {
    nlohmann::json rows = nlohmann::json::array();
    for (const PublishedRow& row : kRows) {
        rows.push_back({{"method", row.method},
                        {"tasks", row.tasks},
                        {"csr", row.csr},
                        {"fcr", row.fcr},
                        {"fast", {{"0.5", row.fast_05}, {"1.0", row.fast_10}, {"1.5", row.fast_15}}},
                        {"on", kPublishedOn}});
    }
    return rows;
}

} // namespace mkb
