#include "base/busy_process.h"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <sched.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>

namespace mkb {

namespace {

constexpr std::size_t kMemoryBytes = std::size_t{16} << 20; ///< more than a core's own caches hold
constexpr std::size_t kStrideBytes = 64;                    ///< a cache line

[[noreturn]] void stay_busy(pid_t parent, volatile unsigned char* memory) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) {
        _exit(0); // the parent died before it could take us along
    }
    for (std::size_t at = 0;; at = (at + kStrideBytes) % kMemoryBytes) {
        memory[at] = static_cast<unsigned char>(memory[at] * 31 + at);
    }
}

} // namespace

std::vector<int> allowed_cores() {
    cpu_set_t allowed;
    CPU_ZERO(&allowed);
    std::vector<int> cores;
    if (sched_getaffinity(0, sizeof allowed, &allowed) == 0) {
        for (int core = 0; core < CPU_SETSIZE; ++core) {
            if (CPU_ISSET(core, &allowed)) {
                cores.push_back(core);
            }
        }
    }
    return cores;
}

Result<BusyProcess> BusyProcess::start(int core) {
    const std::vector<int> allowed = allowed_cores();
    if (std::ranges::find(allowed, core) == allowed.end()) {
        return fail(ErrorKind::environment, "a busy process cannot run on core {}: it is not allowed here", core);
    }
    void* memory = mmap(nullptr, kMemoryBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) {
        return fail(ErrorKind::environment, "no memory for a busy process: {}", std::strerror(errno));
    }
    cpu_set_t wanted;
    CPU_ZERO(&wanted);
    CPU_SET(core, &wanted);
    const pid_t parent = getpid();
    const pid_t pid = fork();
    if (pid == 0) {
        // In the child of a process that may have threads: system calls only.
        if (sched_setaffinity(0, sizeof wanted, &wanted) != 0) {
            _exit(1);
        }
        stay_busy(parent, static_cast<volatile unsigned char*>(memory));
    }
    const int trouble = errno;
    munmap(memory, kMemoryBytes);
    if (pid < 0) {
        return fail(ErrorKind::environment, "a busy process cannot be started: {}", std::strerror(trouble));
    }
    return BusyProcess(pid);
}

BusyProcess::BusyProcess(BusyProcess&& other) noexcept : pid_(std::exchange(other.pid_, -1)) {}

BusyProcess& BusyProcess::operator=(BusyProcess&& other) noexcept {
    std::swap(pid_, other.pid_);
    return *this;
}

BusyProcess::~BusyProcess() {
    if (pid_ > 0) {
        kill(pid_, SIGKILL);
        while (waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
        }
    }
}

} // namespace mkb
