#pragma once
// Which layers of the runner's jail this machine has, without entering it: what `mkb doctor` says before anything is
// judged. A record names the layers that were in force.
#include <string>
#include <vector>

namespace mkb {

struct JailHere {
    std::vector<std::string> layers;  ///< names as in a record's `isolation`: "no_new_privs", "landlock", …
    std::vector<std::string> missing; ///< of those that every machine should have
    std::string row;                  ///< first column of the table in docs/jail.md that holds here
};

/// Asks the kernel; changes nothing.
JailHere jail_here();

} // namespace mkb
