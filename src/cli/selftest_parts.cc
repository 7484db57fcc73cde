#include "cli/selftest.h"
#include "measure/statistics.h"

#include <algorithm>
#include <cmath>

namespace mkb::cli {

namespace {

KnownRatio known_ratio(const Task& task, const Result<Judgement>& judgement) {
    KnownRatio known{.task = task.id};
    if (!judgement) {
        known.outcome = "not_evaluated";
        known.detail = judgement.error().message;
        return known;
    }
    known.outcome = kind_of(judgement->record.outcome);
    known.detail = describe(judgement->record.outcome);
    if (const auto* right = std::get_if<Correct>(&judgement->record.outcome)) {
        known.evaluated = right->measured;
        known.ratio = right->speedup;
        known.low = right->speedup_low;
        known.high = right->speedup_high;
    }
    return known;
}

nlohmann::json ratio_json(const KnownRatio& known) {
    return {{"task", known.task},       {"expected", known.expected}, {"ratio", known.ratio},
            {"low", known.low},         {"high", known.high},         {"evaluated", known.evaluated},
            {"outcome", known.outcome}, {"holds", known.holds()},     {"detail", known.detail}};
}

nlohmann::json ratios_json(const std::vector<KnownRatio>& ratios) {
    nlohmann::json list = nlohmann::json::array();
    std::ranges::transform(ratios, std::back_inserter(list), ratio_json);
    return list;
}

/// Of 12 tasks `of_twelve` must hold; other numbers in proportion, rounded up.
bool enough(const std::vector<KnownRatio>& ratios, int of_twelve, auto holds) {
    const auto count = std::ranges::count_if(ratios, holds);
    return count * 12 >= static_cast<long>(ratios.size()) * of_twelve;
}

} // namespace

KnownSummary summary_of(const std::vector<KnownRatio>& ratios) {
    constexpr double kOnePercent = 0.01;
    KnownSummary all;
    for (const KnownRatio& known : ratios) {
        all.tasks += known.outcome == kNotApplicable ? 0 : 1;
        if (!known.evaluated) {
            continue;
        }
        const auto off = [&](double ratio) { return std::abs(ratio / known.expected - 1); };
        all.hold += known.holds() ? 1 : 0;
        all.narrow += off(known.low) <= kOnePercent && off(known.high) <= kOnePercent ? 1 : 0;
        all.near += off(known.ratio) <= kOnePercent ? 1 : 0;
        all.largest = std::max(all.largest, off(known.ratio));
    }
    return all;
}

Result<KnownRatio> compare_native(Workbench& bench, const Task& task, const Profile& profile, double extra_work) {
    EvaluateOptions options{.profile = profile, .extra_work = extra_work, .native_twice = true};
    KnownRatio known = known_ratio(task, evaluate(*bench.judge, task, {}, options));
    known.expected = 1 / (1 + extra_work);
    return known;
}

Result<KnownRatio> native_as_candidate(Workbench& bench, const Task& task, const Profile& profile) {
    MKB_TRY(candidate, bench.framework->native_candidate(task));
    LoadedCandidate loaded;
    loaded.extraction.sources = candidate.sources;
    loaded.candidate = std::move(candidate);
    const EvaluateOptions options{.profile = profile, .trusted = true, .label = "native as candidate"};
    return known_ratio(task, evaluate(*bench.judge, task, loaded, options));
}

bool timing_fine(const SelfTest& result) {
    constexpr double kNarrow = 0.01;
    constexpr double kPoint = 0.015;
    const bool aa = enough(result.aa, 11, [](const KnownRatio& known) { return known.holds(); }) &&
                    enough(result.aa, 10,
                           [](const KnownRatio& known) {
                               return known.evaluated && known.low >= 1 - kNarrow && known.high <= 1 + kNarrow;
                           }) &&
                    std::ranges::all_of(result.aa, [](const KnownRatio& known) {
                        return known.evaluated && std::abs(known.ratio - 1) <= kPoint;
                    });
    const bool ab =
        std::ranges::all_of(result.ab, [](const KnownRatio& known) { return known.evaluated && known.high < 1; });
    return aa && ab;
}

namespace {

nlohmann::json summary_json(const std::vector<KnownRatio>& ratios) {
    const KnownSummary all = summary_of(ratios);
    return {{"tasks", all.tasks},
            {"hold", all.hold},
            {"intervals_within_1_percent", all.narrow},
            {"middles_within_1_percent", all.near},
            {"largest_error", all.largest}};
}

} // namespace

nlohmann::json to_json(const SelfTest& result) {
    nlohmann::json json{{"aa", ratios_json(result.aa)},
                        {"ab", ratios_json(result.ab)},
                        {"aa_summary", summary_json(result.aa)},
                        {"ab_summary", summary_json(result.ab)},
                        {"native_as_candidate", ratios_json(result.native_file)},
                        {"negative_controls", result.controls},
                        {"determinism", result.determinism},
                        {"findings", result.findings}};
    // No verdict on what was not tested.
    if (result.verified()) {
        json["deterministic_fine"] = result.deterministic_fine;
    }
    if (result.timed()) {
        json["timing_fine"] = timing_fine(result);
    }
    std::vector<double> pooled;
    for (const KnownRatio& known : result.native_file) {
        if (known.evaluated) {
            pooled.push_back(known.ratio);
        }
    }
    if (!pooled.empty()) {
        const MeanInterval mean = geometric_mean_interval(pooled);
        json["native_as_candidate_pooled"] = {
            {"ratio", mean.mean}, {"low", mean.low}, {"high", mean.high}, {"tasks", pooled.size()}};
    }
    return json;
}

} // namespace mkb::cli
