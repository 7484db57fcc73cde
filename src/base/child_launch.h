#pragma once
// The child's side of run_process: what is prepared before the fork, and what happens between fork and exec.
#include "base/process.h"

#include <sys/resource.h>
#include <sys/types.h>
#include <utility>

namespace mkb {

/// Everything the child needs, made before the fork: after it only async-signal-safe calls are allowed.
struct ChildLaunch {
    std::string program;
    std::vector<std::string> environment;
    std::vector<char*> argv, envp;
    std::string folder;
    std::vector<std::pair<__rlimit_resource, rlimit>> limits;
    pid_t parent = 0;
    int input = -1, output = -1, error = -1; ///< become 0, 1, 2
    int failure = -1;                        ///< the child's errno goes here when it cannot start
};

/// What could not be done between fork and exec; on the wire from child to parent.
struct StartFailure {
    enum class Step : int { prepare, folder, program };
    Step step = Step::prepare;
    int reason = 0;
};

/// environment when the program is not there.
Result<ChildLaunch> prepare_launch(const ProcessSpec& spec);

/// In the child: becomes the program, or says at `launch.failure` why not.
[[noreturn]] void run_child(const ChildLaunch& launch);

} // namespace mkb
