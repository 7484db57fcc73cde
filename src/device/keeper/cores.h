#pragma once
// Which of a device's cores a command may run on: by number, or by kind where the device has several.
#include <optional>
#include <string>
#include <vector>

namespace mkb::keeper {

/// `wanted`: "big" (all but the weakest kind), "little" (the weakest kind), or numbers as in "0-3,6"; both words are
/// all cores where there is only one kind. `strengths`: of each core, in any unit; 0: not there. Nothing when the text
/// is not understood or names a core that is not there.
std::optional<std::vector<int>> choose_cores(const std::string& wanted, const std::vector<double>& strengths);

/// Of this device's cores: capacity as the scheduler knows it, else the highest frequency, else 1.
std::vector<double> core_strengths();

/// This process and those it starts run on these cores only. False when trouble was sent.
bool run_on(const std::string& wanted);

} // namespace mkb::keeper
