#pragma once
// What the benchmark's authors published (arXiv 2603.11935): MNN 3.2.2 on a Xiaomi 13, not our framework build and
// device.
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <string_view>

namespace mkb {

/// In percent of the tasks.
struct PublishedRow {
    std::string_view method;
    int tasks = 0;
    double csr = 0, fcr = 0, fast_05 = 0, fast_10 = 0, fast_15 = 0;
};

std::span<const PublishedRow> published_rows();
constexpr std::string_view kPublishedOn =
    "published for MNN 3.2.2 on a Xiaomi 13 (Snapdragon 8 Gen 2), one query unless it says more: other hardware";

/// Text for a terminal, to stand below score_table of the same width.
std::string published_table(bool colour, int width = 100);
nlohmann::json published_json();

} // namespace mkb
