#include "device/job_check.h"

#include <algorithm>
#include <cmath>

namespace mkb::job {

namespace {

using nlohmann::json;

constexpr int kMostDepth = 16; ///< a result is five levels deep
constexpr std::uint64_t kMostInstructions = std::uint64_t{1} << 62;

/// Says whether some bytes are one CBOR item as our writer makes them: no tags, no lengths that are open, and nested no
/// deeper than a result can be. Reading the others is recursive: a message of nothing but opening brackets, or of
/// strings that begin within strings, would exhaust the stack.
class CborShape {
public:
    explicit CborShape(const std::string& bytes) : bytes_(bytes) {}

    bool fits() {
        std::uint64_t left[kMostDepth + 1] = {1}; // items still to come, on each level
        for (int depth = 0; depth >= 0;) {
            if (left[depth] == 0) {
                --depth;
                continue;
            }
            --left[depth];
            std::uint64_t items = 0;
            if (!take_item(items) || (items > 0 && depth == kMostDepth)) {
                return false;
            }
            if (items > 0) {
                left[++depth] = items;
            }
        }
        return at_ == bytes_.size();
    }

private:
    enum Major : std::uint8_t { bytes = 2, text = 3, array = 4, object = 5, tag = 6 };

    /// Passes over one item without those in it, and says how many these are.
    bool take_item(std::uint64_t& items) {
        if (at_ == bytes_.size()) {
            return false;
        }
        const auto first = static_cast<std::uint8_t>(bytes_[at_++]);
        const int major = first >> 5;
        std::uint64_t number = first & 31U;
        if (number >= kInNextBytes && !take_number(number - kInNextBytes, number)) {
            return false;
        }
        const std::size_t left = bytes_.size() - at_;
        if (major == bytes || major == text) {
            at_ += std::min<std::uint64_t>(number, left);
            return number <= left;
        }
        if (major == array || major == object) {
            items = number * (major == object ? 2 : 1);
            return number <= left; // one byte each, at least
        }
        return major != tag;
    }

    /// Of 1, 2, 4 or 8 bytes.
    bool take_number(std::uint64_t power, std::uint64_t& number) {
        const std::size_t size = std::size_t{1} << power;
        if (power > 3 || size > bytes_.size() - at_) {
            return false;
        }
        number = 0;
        for (std::size_t end = at_ + size; at_ < end; ++at_) {
            number = number << 8U | static_cast<std::uint8_t>(bytes_[at_]);
        }
        return true;
    }

    static constexpr std::uint64_t kInNextBytes = 24;
    const std::string& bytes_;
    std::size_t at_ = 0;
};

/// Discarded when it is none. The library throws for sizes that no memory holds, also when it is told not to.
json parse_cbor(const std::string& packed) {
    try {
        if (CborShape(packed).fits()) {
            return json::from_cbor(packed, true, false);
        }
    } catch (const std::exception&) { // also bad_alloc and length_error: a claimed size
        return {json::value_t::discarded};
    }
    return {json::value_t::discarded};
}

bool fine(double number) {
    return std::isfinite(number) && number >= 0;
}

std::string misfit_of(const Job& job, const Returned& returned) {
    if (returned.regime >= std::max<std::size_t>(job.regimes.size(), 1)) {
        return "an output is of regime " + std::to_string(returned.regime) + ", which the job has not";
    }
    if (returned.model >= std::max<std::size_t>(job.models.size(), 1)) {
        return "an output is of model " + std::to_string(returned.model) + ", which the job has not";
    }
    if (returned.phase < Phase::verification || returned.phase > Phase::schedule) {
        return "an output is of a phase that there is not";
    }
    return "";
}

/// Whether a runner that does its job could have chosen them.
bool could_be(const Job& job, Blocks blocks) {
    const BlockBounds& bounds = job.measure.bounds;
    const auto within = [](int number, int low, int high) { return low <= number && number <= high; };
    return job.measure.blocks.quads > 0
               ? blocks.quads == job.measure.blocks.quads && blocks.runs == job.measure.blocks.runs
               : within(blocks.quads, bounds.least_quads, bounds.most_quads) &&
                     within(blocks.runs, 1, bounds.most_runs);
}

std::string misfit_of(Blocks blocks, const Pair& pair) {
    const std::size_t runs = pair.native_ns.size();
    const auto quads = static_cast<std::size_t>(blocks.quads);
    if (runs != quads * 2 * static_cast<std::size_t>(blocks.runs) || pair.candidate_ns.size() != runs ||
        pair.native_witness_ns.size() != runs || pair.candidate_witness_ns.size() != runs) {
        return "a pair has " + std::to_string(runs) + " and " + std::to_string(pair.candidate_ns.size()) +
               " times in " + std::to_string(quads) + " quadruples of blocks of " + std::to_string(blocks.runs);
    }
    for (const double number :
         {pair.native_cpu_share, pair.candidate_cpu_share, pair.native_create_us, pair.candidate_create_us}) {
        if (!fine(number)) {
            return "a share or a time of a pair is no number that can be";
        }
    }
    return "";
}

} // namespace

bool unpack(const std::string& bytes, JobResult& result, std::string& reason) {
    return from_json(parse_cbor(bytes), result, reason);
}

std::string misfit(const Job& job, const JobResult& result) {
    for (const Returned& returned : result.returned) {
        if (auto reason = misfit_of(job, returned); !reason.empty()) {
            return reason;
        }
    }
    if (!result.pairs.empty() && !could_be(job, result.blocks)) {
        return "its pairs have " + std::to_string(result.blocks.quads) + " quadruples of blocks of " +
               std::to_string(result.blocks.runs);
    }
    for (const Pair& pair : result.pairs) {
        if (auto reason = misfit_of(result.blocks, pair); !reason.empty()) {
            return reason;
        }
    }
    for (const Bandwidth& entry : result.bandwidth) {
        if (!fine(entry.gb_s)) {
            return "a bandwidth is no number that can be";
        }
    }
    if (result.sequence_ns.size() > result.sequence.size()) {
        return "there are more operators' times than operators";
    }
    if (!std::isfinite(result.others_busy_share) || result.others_busy_share > 1) {
        return "a share of the processor is none that can be";
    }
    const auto too_many = [](std::uint64_t count) { return count > kMostInstructions; };
    if (!fine(result.peak_gflop_s) || !fine(result.wall_ms) || std::ranges::any_of(result.sequence_ns, too_many) ||
        std::ranges::any_of(result.native_instructions, too_many) ||
        std::ranges::any_of(result.candidate_instructions, too_many)) {
        return "a figure is no number that can be";
    }
    return "";
}

} // namespace mkb::job
