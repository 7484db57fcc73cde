#include "verify/verify.h"

#include "verify/mismatch.h"
#include "verify/pattern.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <fmt/ranges.h>
#include <limits>

namespace mkb {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr std::int32_t kMagnitude = 0x7FFFFFFF;
constexpr std::int32_t kExponent = 0x7F800000;

/// What one pass over an output finds. Magnitudes are kept as bits: those of non-negative floats order like the floats,
/// and a maximum of integers vectorises without leave to reorder floats.
struct FloatScan {
    std::int32_t max_reference = 0;  ///< bits of max|ref| over finite elements
    std::int32_t max_difference = 0; ///< bits of max|got - ref| over elements finite on both sides
    bool special_mismatch = false;   ///< NaN or an infinity where the other side has something else
};

FloatScan scan_floats(std::span<const float> got, std::span<const float> reference) {
    std::int32_t max_reference = 0;
    std::int32_t max_difference = 0;
    std::uint32_t special = 0;
    const float* const g = got.data();
    const float* const r = reference.data();
    for (std::size_t i = 0; i < reference.size(); ++i) {
        const std::int32_t g_bits = std::bit_cast<std::int32_t>(g[i]) & kMagnitude;
        const std::int32_t r_bits = std::bit_cast<std::int32_t>(r[i]) & kMagnitude;
        const bool finite = g_bits < kExponent && r_bits < kExponent;
        const bool both_nan = g_bits > kExponent && r_bits > kExponent;
        // Rounded to float32, which is far finer than any tolerance; an overflow to infinity is over every limit.
        const std::int32_t difference = std::bit_cast<std::int32_t>(g[i] - r[i]) & kMagnitude;
        max_reference = std::max(max_reference, r_bits < kExponent ? r_bits : 0);
        max_difference = std::max(max_difference, finite ? difference : 0);
        special += !finite && !both_nan && !(g[i] == r[i]) ? 1U : 0U;
    }
    return {max_reference, max_difference, special != 0};
}

/// Whether |got - ref| > factor * |ref| + offset anywhere both are finite.
bool breaks_elementwise(std::span<const float> got, std::span<const float> reference, float factor, float offset) {
    std::int32_t broken = 0;
    const float* const g = got.data();
    const float* const r = reference.data();
    for (std::size_t i = 0; i < reference.size(); ++i) {
        broken |= std::abs(g[i] - r[i]) > factor * std::abs(r[i]) + offset ? 1 : 0;
    }
    return broken != 0;
}

std::size_t count_different(std::span<const std::int32_t> got, std::span<const std::int32_t> reference) {
    std::int32_t different = 0;
    const std::int32_t* const g = got.data();
    const std::int32_t* const r = reference.data();
    for (std::size_t i = 0; i < reference.size(); ++i) {
        different += g[i] != r[i] ? 1 : 0;
    }
    return static_cast<std::size_t>(different);
}

/// Result of comparing one output's values.
struct Judgement {
    double error = 0;
    double limit = 0;
    std::optional<Mismatches> mismatches; ///< nothing when the output is right
    bool elementwise = false;             ///< it is the elementwise rule alone that is broken
};

Judgement judge_ints(const TensorValue& got, const TensorValue& reference) {
    const auto g = got.ints();
    const auto r = reference.ints();
    if (count_different(g, r) == 0) {
        return {};
    }
    const auto badness = [&](std::size_t i) { return std::abs(static_cast<double>(g[i]) - static_cast<double>(r[i])); };
    return {kInfinity, 0, find_mismatches(reference.shape, badness, 0), false};
}

Judgement judge_floats(const TensorValue& got, const TensorValue& reference, const Tolerance& tolerance) {
    const auto g = got.floats();
    const auto r = reference.floats();
    const FloatScan scan = scan_floats(g, r);
    const double max_reference = static_cast<double>(std::bit_cast<float>(scan.max_reference));
    const double scale = std::max(max_reference, tolerance.floor);
    const double difference = static_cast<double>(std::bit_cast<float>(scan.max_difference));
    Judgement judgement{scan.special_mismatch ? kInfinity : difference / scale, tolerance.relative_to_max, {}, false};
    const auto special_or = [&](std::size_t i, auto measure) {
        const bool same = g[i] == r[i] || (std::isnan(g[i]) && std::isnan(r[i]));
        return same ? 0 : !std::isfinite(g[i]) || !std::isfinite(r[i]) ? kInfinity : measure(i);
    };
    const auto absolute = [&](std::size_t i) {
        return std::abs(static_cast<double>(g[i]) - static_cast<double>(r[i]));
    };
    if (!(judgement.error <= tolerance.relative_to_max)) {
        judgement.mismatches = find_mismatches(
            reference.shape, [&](std::size_t i) { return special_or(i, absolute); }, tolerance.relative_to_max * scale);
        // A float's rounding on the very limit: the exact measure decides.
        if (judgement.mismatches->count == 0) {
            judgement.mismatches.reset();
            judgement.error = tolerance.relative_to_max;
        }
        return judgement;
    }
    if (tolerance.elementwise) {
        const double offset = tolerance.floor * 1e-4;
        const auto share_of_allowed = [&](std::size_t i) {
            return absolute(i) / (*tolerance.elementwise * std::abs(static_cast<double>(r[i])) + offset);
        };
        if (breaks_elementwise(g, r, static_cast<float>(*tolerance.elementwise), static_cast<float>(offset))) {
            judgement.mismatches =
                find_mismatches(reference.shape, [&](std::size_t i) { return special_or(i, share_of_allowed); }, 1);
            judgement.limit = *tolerance.elementwise;
            judgement.elementwise = true;
            if (judgement.mismatches->count == 0) { // the same
                judgement.mismatches.reset();
            }
        }
    }
    return judgement;
}

/// Whole numbers in full, floats in as many digits as tell them apart.
std::string value_text(const TensorValue& value, std::size_t i) {
    return value.type == ElementType::float32 ? fmt::format("{:.9g}", value.floats()[i])
                                              : fmt::format("{}", value.ints()[i]);
}

/// "all of them are 0 there" helps more than three examples; nothing when the wrong values differ.
std::string constant_hint(const TensorValue& got, const Mismatches& mismatches) {
    if (mismatches.count < 2 || !mismatches.got_constant) {
        return {};
    }
    return fmt::format("\nthe output is {} at every one of them", value_text(got, mismatches.worst));
}

std::string report_values(const TensorSpec& spec, const std::string& regime, const TensorValue& got,
                          const TensorValue& reference, const Judgement& judgement) {
    const Mismatches& bad = *judgement.mismatches;
    std::string text = fmt::format("output '{}' [{}] in regime '{}': ", spec.name, fmt::join(spec.shape, ", "), regime);
    if (reference.type == ElementType::int32) {
        text += "whole numbers must be equal";
    } else if (judgement.error == kInfinity) {
        text += "NaN or infinity must stand exactly where the reference has them";
    } else if (judgement.elementwise) {
        text += fmt::format("an element may differ by {:g} of its own reference", judgement.limit);
    } else {
        text +=
            fmt::format("off by {:.3g} of the reference's maximum, {:g} is allowed", judgement.error, judgement.limit);
    }
    const auto elements = static_cast<std::size_t>(spec.elements());
    text += fmt::format("\n{} of {} elements ({:.3g} %) are wrong", bad.count, elements,
                        100.0 * static_cast<double>(bad.count) / static_cast<double>(elements));
    text += where_hint(spec.shape, bad) + constant_hint(got, bad);
    text +=
        fmt::format("\nworst: {}[{}] is {}, must be {}", spec.name, fmt::join(index_of(spec.shape, bad.worst), ", "),
                    value_text(got, bad.worst), value_text(reference, bad.worst));
    for (const std::size_t i : bad.first) {
        if (i != bad.worst) {
            text += fmt::format("\n  {}[{}] is {}, must be {}", spec.name, fmt::join(index_of(spec.shape, i), ", "),
                                value_text(got, i), value_text(reference, i));
        }
    }
    return text;
}

Wrong wrong_values(const Task& task, const TensorSpec& spec, const std::string& regime, const TensorValue& got,
                   const TensorValue& reference, Judgement& judgement) {
    Mismatches& bad = *judgement.mismatches;
    const auto same_as_worst = [&](std::size_t i) {
        return std::equal(got.bytes.begin() + static_cast<std::ptrdiff_t>(i * 4),
                          got.bytes.begin() + static_cast<std::ptrdiff_t>(i * 4 + 4),
                          got.bytes.begin() + static_cast<std::ptrdiff_t>(bad.worst * 4));
    };
    bad.got_constant = std::ranges::all_of(bad.all, same_as_worst);
    const double largest = judgement.error > 0 && std::isfinite(judgement.error)
                               ? std::abs(got.at(bad.worst) - reference.at(bad.worst)) / judgement.error
                               : 0;
    return {.output = spec.name,
            .regime = regime,
            .worst = WorstElement{index_of(spec.shape, bad.worst), got.at(bad.worst), reference.at(bad.worst)},
            .error = judgement.error,
            .limit = judgement.limit,
            .mismatched_share = static_cast<double>(bad.count) / static_cast<double>(spec.elements()),
            .report = report_values(spec, regime, got, reference, judgement),
            .pattern = std::string(mismatch_pattern(task, got, reference, bad, judgement.limit * largest))};
}

Wrong wrong_form(const std::string& output, const std::string& regime, double limit, std::string report,
                 const char* pattern) {
    return {.output = output,
            .regime = regime,
            .worst = std::nullopt,
            .error = kInfinity,
            .limit = limit,
            .mismatched_share = 1,
            .report = std::move(report),
            .pattern = pattern};
}

std::string_view name_of(ElementType type) {
    return type == ElementType::float32 ? "float32" : "int32";
}

/// Type, shape and size in bytes.
std::optional<Wrong> compare_form(const TensorSpec& spec, const std::string& regime, const TensorValue& got,
                                  double limit) {
    const ElementType type = element_type_in_framework(spec.type);
    if (got.type != type) {
        return wrong_form(spec.name, regime, limit,
                          fmt::format("output '{}' in regime '{}' has elements of type {}, must be {}", spec.name,
                                      regime, name_of(got.type), name_of(type)),
                          "type");
    }
    if (got.shape != spec.shape) {
        return wrong_form(spec.name, regime, limit,
                          fmt::format("output '{}' in regime '{}' has shape [{}], must be [{}]", spec.name, regime,
                                      fmt::join(got.shape, ", "), fmt::join(spec.shape, ", ")),
                          "shape");
    }
    if (got.bytes.size() != spec.size_bytes()) {
        return wrong_form(spec.name, regime, limit,
                          fmt::format("output '{}' in regime '{}' has {} bytes, must be {}", spec.name, regime,
                                      got.bytes.size(), spec.size_bytes()),
                          "shape");
    }
    return std::nullopt;
}

} // namespace

std::optional<Wrong> compare_outputs(const Task& task, const std::string& regime, const std::vector<TensorValue>& got,
                                     const std::vector<TensorValue>& reference, std::vector<RegimeError>* errors) {
    const double limit = task.tolerance.relative_to_max;
    MKB_CHECK(reference.size() == task.outputs.size());
    if (got.size() != reference.size()) {
        return wrong_form(
            "", regime, limit,
            fmt::format("in regime '{}' there are {} outputs, must be {}", regime, got.size(), reference.size()),
            "shape");
    }
    std::optional<Wrong> first_form;
    std::optional<Wrong> first_value;
    for (std::size_t i = 0; i < got.size(); ++i) {
        const TensorSpec& spec = task.outputs[i];
        MKB_CHECK(!compare_form(spec, regime, reference[i], limit));
        if (auto wrong = compare_form(spec, regime, got[i], limit)) {
            first_form = first_form ? std::move(first_form) : std::move(wrong);
            continue;
        }
        auto judgement = got[i].type == ElementType::float32 ? judge_floats(got[i], reference[i], task.tolerance)
                                                             : judge_ints(got[i], reference[i]);
        if (errors != nullptr) {
            errors->push_back({regime, spec.name, judgement.error});
        }
        if (judgement.mismatches && !first_value) {
            first_value = wrong_values(task, spec, regime, got[i], reference[i], judgement);
        }
    }
    return first_form ? std::move(first_form) : std::move(first_value);
}

} // namespace mkb
