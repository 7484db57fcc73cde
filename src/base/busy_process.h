#pragma once
// A process that keeps a processor busy until it is destroyed: a noisy neighbour for tests of measuring.
#include "base/result.h"

#include <sys/types.h>
#include <vector>

namespace mkb {

/// The processors that this process may run on, ascending.
std::vector<int> allowed_cores();

class BusyProcess {
public:
    /// Computes and walks through memory on that core alone. It dies with the calling thread, and with this object.
    /// environment where it cannot be started or the core is not allowed.
    static Result<BusyProcess> start(int core);
    BusyProcess(BusyProcess&& other) noexcept;
    BusyProcess& operator=(BusyProcess&& other) noexcept;
    ~BusyProcess();
    pid_t pid() const { return pid_; }

private:
    explicit BusyProcess(pid_t pid) : pid_(pid) {}
    pid_t pid_ = -1; ///< -1: moved away
};

} // namespace mkb
