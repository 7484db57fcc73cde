#include "device/job_check.h"

#include <algorithm>
#include <cmath>

namespace mkb::job {

namespace {

using nlohmann::json;

constexpr int kMostDepth = 16; ///< a result is five levels deep
constexpr std::uint64_t kMostInstructions = std::uint64_t{1} << 62;

/// Says only whether some bytes are nested deeper than a result can be: reading them is recursive, and a message of
/// nothing but opening brackets would exhaust the stack.
class DepthReader : public nlohmann::json_sax<json> {
public:
    bool null() override { return true; }
    bool boolean(bool) override { return true; }
    bool number_integer(number_integer_t) override { return true; }
    bool number_unsigned(number_unsigned_t) override { return true; }
    bool number_float(number_float_t, const string_t&) override { return true; }
    bool string(string_t&) override { return true; }
    bool binary(binary_t&) override { return true; }
    bool start_object(std::size_t) override { return ++depth_ <= kMostDepth; }
    bool key(string_t&) override { return true; }
    bool end_object() override { return --depth_ >= 0; }
    bool start_array(std::size_t) override { return ++depth_ <= kMostDepth; }
    bool end_array() override { return --depth_ >= 0; }
    bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) override { return false; }

private:
    int depth_ = 0;
};

/// Discarded when it is none. The library throws for sizes that no memory holds, also when it is told not to.
json parse_cbor(const std::string& packed) {
    try {
        DepthReader depth;
        if (json::sax_parse(packed, &depth, json::input_format_t::cbor)) {
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

std::string misfit_of(const Job& job, const Pair& pair) {
    const std::size_t runs = pair.native_ns.size();
    const auto quads = static_cast<std::size_t>(std::max(job.measure.quads, 1));
    if (runs == 0 || runs % quads != 0 || pair.candidate_ns.size() != runs || pair.native_witness_ns.size() != runs ||
        pair.candidate_witness_ns.size() != runs) {
        return "a pair has " + std::to_string(runs) + " and " + std::to_string(pair.candidate_ns.size()) +
               " times in " + std::to_string(quads) + " quadruples";
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
    for (const Pair& pair : result.pairs) {
        if (auto reason = misfit_of(job, pair); !reason.empty()) {
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
