// Model answers are foreign text: whatever comes, extraction keeps its promises.
#include "base/result.h"
#include "candidate/answer_text.h"
#include "candidate/candidate.h"

#include <algorithm>
#include <cstdint>

namespace {

void check_promises(const mkb::Extraction& found, const std::vector<std::string>& wanted) {
    MKB_CHECK(!found.complete() || found.sources.size() == wanted.size());
    MKB_CHECK(found.sources.size() <= wanted.size());
    auto place = wanted.begin();
    for (const mkb::SourceFile& source : found.sources) {
        // In the order of `wanted`, so each at most once.
        place = std::find(place, wanted.end(), source.name);
        MKB_CHECK(place != wanted.end());
        ++place;
        MKB_CHECK(mkb::why_no_text(source.text).empty());
        MKB_CHECK(source.text.find("\r\n") == std::string::npos);
    }
    for (const std::string& line : found.notes) {
        MKB_CHECK(mkb::why_no_text(line).empty() && line.find('\n') == std::string::npos);
    }
    MKB_CHECK(mkb::why_no_text(found.why_not).empty() && found.why_not.find('\n') == std::string::npos);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const std::vector<std::string> kPair = {"CPUPool.hpp", "CPUPool.cpp"};
    static const std::vector<std::string> kOne = {"CPUPool.cpp"};
    const std::string_view answer(reinterpret_cast<const char*>(data), size);
    const mkb::Extraction pair = mkb::extract_sources(answer, kPair);
    check_promises(pair, kPair);
    check_promises(mkb::extract_sources(answer, kOne), kOne);
    // What was found is found again when it is handed in as a clean answer.
    std::string clean;
    for (const mkb::SourceFile& source : pair.sources) {
        if (source.text.find("```") == std::string::npos && source.text.find('<') == std::string::npos) {
            clean += "```cpp " + source.name + "\n// " + source.name + "\n" + source.text + "```\n";
        }
    }
    const mkb::Extraction again = mkb::extract_sources(clean, kPair);
    check_promises(again, kPair);
    MKB_CHECK(clean.empty() || !again.sources.empty());
    return 0;
}
