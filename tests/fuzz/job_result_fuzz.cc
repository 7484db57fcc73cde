// result.cbor comes from a device that may be broken: whatever it says is refused, or can be relied on by everything
// that works on it.
#include "base/result.h"
#include "device/job_check.h"
#include "measure/samples.h"

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>

namespace {

mkb::job::Job small_job() {
    mkb::job::Job job;
    job.mode = "measure";
    job.models = {"model.mnn", "secret.mnn"};
    job.regimes = {{mkb::Draw{}}, {mkb::Draw{}}};
    job.measure.blocks = {.quads = 2, .runs = 1};
    return job;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const mkb::job::Job job = small_job();
    mkb::job::JobResult result;
    std::string reason;
    if (!mkb::job::unpack(std::string(reinterpret_cast<const char*>(data), size), result, reason)) {
        MKB_CHECK(!reason.empty());
        return 0;
    }
    if (!mkb::job::misfit(job, result).empty()) {
        return 0;
    }
    for (const mkb::job::Returned& returned : result.returned) {
        MKB_CHECK(returned.regime < job.regimes.size() && returned.model < job.models.size());
    }
    for (const mkb::job::Pair& pair : result.pairs) {
        const double ratio = mkb::pair_ratio(pair.native_ns, pair.candidate_ns, job.measure.blocks.quads);
        MKB_CHECK(std::isfinite(ratio) && ratio > 0);
    }
    if (!result.pairs.empty()) {
        MKB_CHECK(std::isfinite(mkb::check_clocks(result.pairs).tolerance_us));
    }
    // As the record keeps it.
    const auto packed = nlohmann::json::to_cbor(mkb::job::to_json(result));
    mkb::job::JobResult again;
    MKB_CHECK(mkb::job::unpack(std::string(packed.begin(), packed.end()), again, reason));
    MKB_CHECK(mkb::job::to_json(again) == mkb::job::to_json(result));
    return 0;
}
