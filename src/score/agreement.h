#pragma once
// Two judgements of one candidate: does the outcome hold? Pure, from the records alone.
#include "record/record.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mkb {

/// The intervals of two timed, correct judgements. Two 95 % intervals of one true ratio miss each other in well under
/// 5 % of cases on a quiet machine (normal errors of equal width: 0.6 %); on a noisy one more often, so that times
/// alone decide nothing here.
enum class Times : std::uint8_t {
    not_compared, ///< one of them is not correct, was not timed, or is of an emulated device
    overlap,
    apart,
};
std::string_view name_of(Times times);

struct Agreement {
    bool held = false;      ///< the same kind; of wrong the same output; of cheated the same rule
    std::string difference; ///< what did not hold, one line; empty where it held
    Times times = Times::not_compared;
    std::optional<bool> same_errors;  ///< every regime's error equal to the bit; nothing where the seeds differ or none
                                      ///< was reached
    std::vector<std::string> changed; ///< what else differs: program, framework, compiler, device, targets, oracle
};
Agreement compare_judgements(const Record& before, const Record& now);

nlohmann::json to_json(const Agreement& agreement);

} // namespace mkb
