#include "pipeline/profile.h"

#include <algorithm>
#include <cmath>

namespace mkb {

Result<Profile> profile_named(std::string_view name) {
    if (name == "standard") {
        return Profile{};
    }
    if (name == "thorough") {
        return Profile{.name = "thorough", .pairs = 120, .most_pairs = 400, .pilot_pairs = 16, .half_width = 0.005};
    }
    if (name == "short") {
        return Profile{.name = "short",
                       .pairs = 8,
                       .most_pairs = 8,
                       .least_quads = 2,
                       .most_quads = 4,
                       .budget_ms = 10,
                       .warm_up_runs = 3};
    }
    if (name == "verify") {
        return Profile{.name = "verify", .measure = false};
    }
    return fail(ErrorKind::bad_input, "no measuring profile '{}'; there are standard, thorough, short and verify",
                name);
}

Blocks blocks_for(const Profile& profile, double latency_us) {
    const auto within = [](double value, int low, int high) {
        return static_cast<int>(std::clamp(std::round(value), static_cast<double>(low), static_cast<double>(high)));
    };
    const double runs_a_side = profile.budget_ms * 1000 / std::max(latency_us, 1.0);
    Blocks blocks;
    blocks.runs = within(runs_a_side / (2.0 * profile.most_quads), 1, profile.most_runs);
    blocks.quads = within(runs_a_side / (2.0 * blocks.runs), profile.least_quads, profile.most_quads);
    return blocks;
}

nlohmann::json to_json(const Profile& profile) {
    return {{"name", profile.name},
            {"measure", profile.measure},
            {"pairs", profile.pairs},
            {"most_pairs", profile.most_pairs},
            {"pilot_pairs", profile.pilot_pairs},
            {"half_width", profile.half_width},
            {"least_quads", profile.least_quads},
            {"most_quads", profile.most_quads},
            {"most_runs", profile.most_runs},
            {"budget_ms", profile.budget_ms},
            {"warm_up_runs", profile.warm_up_runs}};
}

} // namespace mkb
