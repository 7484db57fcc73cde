#include "score/strata.h"

#include <algorithm>
#include <tuple>

namespace mkb {

std::vector<std::string> stratified(std::vector<Member> members, std::size_t count) {
    std::ranges::sort(members, {}, [](const Member& m) { return std::tie(m.category, m.size, m.name); });
    std::vector<std::string> chosen;
    for (auto begin = members.begin(); begin != members.end();) {
        const auto end =
            std::find_if(begin, members.end(), [&](const Member& m) { return m.category != begin->category; });
        const auto size = static_cast<std::size_t>(end - begin);
        const std::size_t strata = std::min(count, size);
        for (std::size_t i = 0; i < strata; ++i) {
            // Middle of the stratum from i / strata to (i + 1) / strata of the members.
            chosen.push_back(begin[static_cast<std::ptrdiff_t>((2 * i + 1) * size / (2 * strata))].name);
        }
        begin = end;
    }
    return chosen;
}

} // namespace mkb
