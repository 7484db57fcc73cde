// Records come out of a database that anybody may have written: any text gives a record or one line of reason, and a
// record can be written again, scored, and shown.
#include "base/result.h"
#include "pipeline/profile.h"
#include "report/report.h"
#include "report/sections.h"
#include "score/agreement.h"

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>

namespace {

void check_shown(const mkb::Record& record) {
    MKB_CHECK(mkb::describe(record.outcome).find('\n') == std::string::npos);
    const auto scores = mkb::score_run({record}, {}, {}, true);
    for (const mkb::Score& score : scores) {
        MKB_CHECK(score.csr.count <= score.csr.of && !mkb::to_json(score).dump().empty());
    }
    MKB_CHECK(!mkb::score_table(scores, true).empty());
    MKB_CHECK(!mkb::evaluation_table({record}, {}, true).empty());
    mkb::RunView run;
    run.folder_name = "run";
    run.evaluations = 1;
    run.shown = {record};
    run.slim = {record};
    run.scores = scores;
    MKB_CHECK(mkb::evaluations_html(run).find("<script") == std::string::npos);
    MKB_CHECK(!mkb::plot_data(run).dump().empty());
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto* text = reinterpret_cast<const char*>(data);
    const auto parsed = mkb::record_from_json(nlohmann::json::parse(text, text + size, nullptr, false));
    if (const auto* reason = std::get_if<std::string>(&parsed)) {
        MKB_CHECK(!reason->empty());
        return 0;
    }
    const mkb::Record& record = std::get<mkb::Record>(parsed);
    const std::string written = mkb::to_json(record).dump();
    const auto again = mkb::record_from_json(nlohmann::json::parse(written));
    MKB_CHECK(std::holds_alternative<mkb::Record>(again));
    MKB_CHECK(mkb::to_json(std::get<mkb::Record>(again)).dump() == written);
    MKB_CHECK(mkb::compare_judgements(record, record).held);
    if (record.settings.is_object() && record.settings.contains("profile")) {
        if (const auto profile = mkb::profile_from_json(record.settings["profile"])) {
            MKB_CHECK(std::isfinite(profile->half_width) && profile->pairs >= 0);
        }
    }
    check_shown(record);
    return 0;
}
