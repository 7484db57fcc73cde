// Compilers' texts and candidates' sources are foreign: whatever comes, what is extracted keeps its promises.
#include "base/result.h"
#include "tools/cpp_units.h"
#include "tools/errors.h"

#include <cstdint>

namespace {

void check_promises(const mkb::ErrorReport& report, const std::map<std::string, std::string>& sources) {
    MKB_CHECK(report.errors.size() <= mkb::kMaxExtracted);
    for (const mkb::ExtractedError& error : report.errors) {
        MKB_CHECK(error.related.size() <= mkb::kMaxRelated && error.times >= 1);
        MKB_CHECK(error.enclosure >= -1 && error.enclosure < static_cast<int>(report.enclosures.size()));
        MKB_CHECK(error.at.message.find('\n') == std::string::npos);
    }
    for (const mkb::Enclosure& enclosure : report.enclosures) {
        MKB_CHECK(sources.contains(enclosure.file) && enclosure.first_line >= 1);
        MKB_CHECK(enclosure.last_line >= enclosure.first_line && !enclosure.text.empty());
    }
    MKB_CHECK(!mkb::to_json(report).dump().empty()); // throws for text that is not UTF-8
    MKB_CHECK(!mkb::to_text(report).empty());
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text(reinterpret_cast<const char*>(data), size);
    for (const mkb::CppUnit& unit : mkb::cpp_units(text)) {
        MKB_CHECK(unit.begin < unit.end && unit.end <= text.size());
        MKB_CHECK(unit.begin <= unit.body && unit.body <= unit.end);
        MKB_CHECK(unit.first_line >= 1 && unit.first_line <= unit.last_line);
    }
    // The same bytes as a log, and as the source that the log is about.
    const std::map<std::string, std::string> sources = {{"CPUPool.cpp", text}};
    check_promises(mkb::extract_errors(text, sources), sources);
    check_promises(mkb::extract_errors(text, {}), {});
    const std::string about = "/src/CPUPool.cpp:1:1: error: x\n/src/CPUPool.cpp:3:1: error: y\n";
    check_promises(mkb::extract_errors(about + text, sources), sources);
    return 0;
}
