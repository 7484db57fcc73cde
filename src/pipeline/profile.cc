#include "pipeline/profile.h"

#include <algorithm>
#include <cmath>

namespace mkb {

Result<Profile> profile_named(std::string_view name) {
    if (name == "standard") {
        return Profile{};
    }
    if (name == "short") {
        return Profile{.name = "short",
                       .pairs = 8,
                       .quads = 2,
                       .least_runs = 4,
                       .most_runs = 6,
                       .budget_ms = 10,
                       .warm_up_runs = 3};
    }
    if (name == "verify") {
        return Profile{.name = "verify", .measure = false};
    }
    return fail(ErrorKind::bad_input, "no measuring profile '{}'; there are standard, short and verify", name);
}

int runs_per_block(const Profile& profile, double latency_us) {
    const double blocks = 2.0 * profile.quads;
    const double runs = profile.budget_ms * 1000 / std::max(latency_us, 1.0) / blocks;
    return static_cast<int>(
        std::clamp(std::round(runs), static_cast<double>(profile.least_runs), static_cast<double>(profile.most_runs)));
}

nlohmann::json to_json(const Profile& profile) {
    return {{"name", profile.name},           {"measure", profile.measure},          {"pairs", profile.pairs},
            {"quads", profile.quads},         {"least_runs", profile.least_runs},    {"most_runs", profile.most_runs},
            {"budget_ms", profile.budget_ms}, {"warm_up_runs", profile.warm_up_runs}};
}

} // namespace mkb
