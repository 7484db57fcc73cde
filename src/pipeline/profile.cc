#include "pipeline/profile.h"

#include "measure/statistics.h"

#include <algorithm>
#include <cmath>

namespace mkb {

Result<Profile> profile_named(std::string_view name) {
    if (name == "standard") {
        return Profile{};
    }
    if (name == "thorough") {
        return Profile{
            .name = "thorough", .pairs = 120, .most_pairs = 400, .half_width = 0.005, .blocks = {.least_quads = 3}};
    }
    if (name == "short") {
        return Profile{.name = "short",
                       .pairs = 8,
                       .most_pairs = 8,
                       .blocks = {.least_quads = 2, .most_quads = 4, .budget_ms = 10}};
    }
    if (name == "verify") {
        return Profile{.name = "verify", .measure = false};
    }
    return fail(ErrorKind::bad_input, "no measuring profile '{}'; there are standard, thorough, short and verify",
                name);
}

int pairs_for(const Profile& profile, const std::vector<double>& first_ratios) {
    return pairs_for_half_width(first_ratios, half_width_at(profile, median(first_ratios)), profile.pairs,
                                profile.most_pairs);
}

double half_width_at(const Profile& profile, double ratio) {
    return std::max(profile.half_width, profile.of_distance * std::abs(std::log(ratio)));
}

nlohmann::json to_json(const Profile& profile) {
    return {{"name", profile.name},
            {"measure", profile.measure},
            {"pairs", profile.pairs},
            {"most_pairs", profile.most_pairs},
            {"half_width", profile.half_width},
            {"of_distance", profile.of_distance},
            {"least_quads", profile.blocks.least_quads},
            {"most_quads", profile.blocks.most_quads},
            {"most_runs", profile.blocks.most_runs},
            {"budget_ms", profile.blocks.budget_ms},
            {"warm_up_runs", profile.warm_up_runs}};
}

namespace {

constexpr int kMostCount = 100'000; ///< of pairs, runs …; more is no profile of ours

/// Fields that are there overwrite `profile`; the first that cannot be one is named.
class ProfileReader {
public:
    explicit ProfileReader(const nlohmann::json& json) : json_(json) {}

    void count(const char* name, int& value) {
        if (const auto found = json_.find(name); found != json_.end()) {
            const bool fits = found->is_number_integer() && *found >= 0 && *found <= kMostCount;
            value = fits ? found->get<int>() : refuse(name, value);
        }
    }
    void positive(const char* name, double& value) {
        if (const auto found = json_.find(name); found != json_.end()) {
            const double number = found->is_number() ? found->get<double>() : 0;
            value = std::isfinite(number) && number > 0 ? number : refuse(name, value);
        }
    }
    void flag(const char* name, bool& value) {
        if (const auto found = json_.find(name); found != json_.end()) {
            value = found->is_boolean() ? found->get<bool>() : refuse(name, value);
        }
    }
    const std::string& refused() const { return refused_; }

private:
    template <class T>
    T refuse(const char* name, T value) {
        refused_ = refused_.empty() ? name : refused_;
        return value;
    }

    const nlohmann::json& json_;
    std::string refused_;
};

} // namespace

Result<Profile> profile_from_json(const nlohmann::json& json) {
    const auto name = json.is_object() ? json.find("name") : json.end();
    if (!json.is_object() || name == json.end() || !name->is_string()) {
        return fail(ErrorKind::bad_input, "the settings hold no measuring profile");
    }
    Profile profile = profile_named(name->get<std::string>()).value_or(Profile{});
    profile.name = name->get<std::string>();
    ProfileReader reader(json);
    reader.flag("measure", profile.measure);
    reader.count("pairs", profile.pairs);
    reader.count("most_pairs", profile.most_pairs);
    reader.positive("half_width", profile.half_width);
    reader.positive("of_distance", profile.of_distance);
    reader.count("least_quads", profile.blocks.least_quads);
    reader.count("most_quads", profile.blocks.most_quads);
    reader.count("most_runs", profile.blocks.most_runs);
    reader.positive("budget_ms", profile.blocks.budget_ms);
    reader.count("warm_up_runs", profile.warm_up_runs);
    if (!reader.refused().empty()) {
        return fail(ErrorKind::bad_input, "the settings' measuring profile has a '{}' that cannot be one",
                    reader.refused());
    }
    return profile;
}

} // namespace mkb
