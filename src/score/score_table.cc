#include "record/printable.h"
#include "score/failure.h"
#include "score/score.h"

#include <algorithm>
#include <fmt/ranges.h>

namespace mkb {
namespace {

constexpr int kNarrowest = 95;
constexpr int kWidest = 140;
constexpr int kTasksWidth = 6, kShareWidth = 7, kFastWidth = 12, kSpeedWidth = 11, kMissingWidth = 6;
constexpr int kFixedWidth = kTasksWidth + 2 * kShareWidth + 3 * kFastWidth + kSpeedWidth + kMissingWidth;
constexpr const char* kBold = "\x1b[1m";
constexpr const char* kDim = "\x1b[2m";
constexpr const char* kPlain = "\x1b[0m";

struct Painter {
    bool colour;
    std::string operator()(const char* paint, const std::string& text) const {
        return colour ? paint + text + kPlain : text;
    }
};

std::string percent(const Share& share) {
    return share.of == 0 ? "–" : fmt::format("{:.1f}", 100.0 * share.count / share.of);
}

std::string percent_interval(const Share& share) {
    return fmt::format("{:.0f}–{:.0f}", 100 * share.interval.low, 100 * share.interval.high);
}

std::string speed(const Score& score) {
    return score.geometric_speedup.mean > 0 ? fmt::format("{:.2f}x", score.geometric_speedup.mean) : "–";
}

std::string speed_interval(const Score& score) {
    return score.geometric_speedup.mean > 0
               ? fmt::format("{:.2f}–{:.2f}", score.geometric_speedup.low, score.geometric_speedup.high)
               : "";
}

struct Row {
    std::string name, tasks, csr, fcr;
    std::vector<std::string> fast;
    std::string speed, missing;

    std::string line(int name_width) const {
        std::string text = fit_width(name, name_width) + fit_width(tasks, kTasksWidth, true) +
                           fit_width(csr, kShareWidth, true) + fit_width(fcr, kShareWidth, true);
        for (const std::string& cell : fast) {
            text += fit_width(cell, kFastWidth, true);
        }
        text += fit_width(speed, kSpeedWidth, true) + fit_width(missing, kMissingWidth, true);
        text.erase(text.find_last_not_of(' ') + 1);
        return text;
    }
};

Row value_row(const Score& score) {
    Row row;
    if (score.category.empty()) {
        row.name = printable_line(score.model.empty() ? score.method : score.method + " · " + score.model);
    } else {
        row.name = "  " + printable_line(score.category);
    }
    row.tasks = fmt::format("{}", score.tasks);
    row.csr = percent(score.csr);
    row.fcr = percent(score.fcr);
    for (const auto& [threshold, share] : score.fast) {
        row.fast.push_back(fmt::format("{}/{}", percent(share), percent(score.fast_sure.at(threshold))));
    }
    row.speed = speed(score);
    row.missing = score.not_evaluated == 0 ? "–" : fmt::format("{}", score.not_evaluated);
    return row;
}

Row interval_row(const Score& score) {
    Row row;
    row.name = "  95 % interval";
    row.csr = percent_interval(score.csr);
    row.fcr = percent_interval(score.fcr);
    for (const auto& [threshold, share] : score.fast) {
        row.fast.push_back(percent_interval(share));
    }
    row.speed = speed_interval(score);
    return row;
}

Row head_row() {
    Row row{.name = "method",
            .tasks = "tasks",
            .csr = "CSR",
            .fcr = "FCR",
            .fast = {},
            .speed = "speed-up",
            .missing = "n.e."};
    for (const double threshold : kFastThresholds) {
        row.fast.push_back(fmt::format("fast_{:.1f}", threshold));
    }
    return row;
}

constexpr std::string_view kLegend[] = {
    "All in % of the tasks, each task by its best candidate. CSR: it builds. FCR: correct.",
    "fast_p a/b: correct and more than p times as fast as native; b counts only the sure",
    "ones, whose whole 95 % interval is above p. speed-up: geometric mean over correct tasks.",
    "n.e.: tasks not evaluated because of trouble with our side; they stay in the denominator."};

std::string spending(const Score& score) {
    return score.calls == 0 && score.tokens == 0
               ? ""
               : fmt::format("  {} model calls, {:.0f} tokens, {:.2f} spent\n", score.calls, score.tokens, score.money);
}

std::string unbiased(const Score& score) {
    std::vector<std::string> parts;
    for (const auto& [k, shares] : score.pass_at) {
        parts.push_back(fmt::format("pass@{} CSR {:.1f} FCR {:.1f}", k, 100 * shares.compiled, 100 * shares.correct));
    }
    return parts.empty() ? "" : fmt::format("  unbiased: {}\n", fmt::join(parts, ", "));
}

} // namespace

std::string score_table(const std::vector<Score>& scores, bool colour, int width) {
    const Painter paint{colour};
    const int name_width = std::clamp(width, kNarrowest, kWidest) - kFixedWidth;
    std::string text = paint(kBold, head_row().line(name_width)) + "\n";
    for (const Score& score : scores) {
        text += value_row(score).line(name_width) + "\n";
        if (score.category.empty()) {
            text += paint(kDim, interval_row(score).line(name_width)) + "\n" + unbiased(score) + spending(score);
        }
    }
    if (scores.empty()) {
        text += "no evaluations yet\n";
    }
    text += "\n";
    for (const std::string_view line : kLegend) {
        text += paint(kDim, std::string(line)) + "\n";
    }
    return text;
}

std::string failure_lines(const std::vector<Score>& scores, bool colour) {
    const Painter paint{colour};
    std::map<std::string, int> all;
    std::string lines;
    for (const Score& score : scores) {
        if (score.failures.empty()) {
            continue;
        }
        std::vector<std::pair<std::string, int>> sorted(score.failures.begin(), score.failures.end());
        std::ranges::sort(sorted, {}, [](const auto& entry) { return std::pair(-entry.second, entry.first); });
        std::vector<std::string> parts;
        for (const auto& [name, count] : sorted) {
            parts.push_back(fmt::format("{} {}", name, count));
            all[name] += count;
        }
        lines += fmt::format("{}: {}\n", value_row(score).name, fmt::join(parts, ", "));
    }
    if (lines.empty()) {
        return lines;
    }
    std::string text = paint(kBold, "why candidates failed, of all evaluations") + "\n" + lines + "\n";
    for (const FailureClass& each : failure_classes()) {
        if (all.contains(std::string(each.name))) {
            text += paint(kDim, fmt::format("{}: {}", each.name, each.meaning)) + "\n";
        }
    }
    return text;
}

} // namespace mkb
