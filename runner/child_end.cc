// How a child ended, in the supervisor's own words: from what the system says of it, and from what it left.
#include "child_process.h"
#include "jail.h"

#include <algorithm>
#include <csignal>
#include <sys/wait.h>

namespace mkb::runner {

namespace {

constexpr double kMemoryShare = 0.75; ///< of the limit: a child that the system killed with that much was too large
constexpr const char* kBlamesWorld = "blames_world"; ///< job::ChildEnd

const char* name_of(Stage stage) {
    switch (stage) {
    case Stage::start:
    case Stage::jailed:
        return "start";
    case Stage::load:
        return "load";
    case Stage::create:
        return "create";
    case Stage::resize:
        return "resize";
    case Stage::expand:
        return "expand";
    case Stage::ready:
    case Stage::execute:
    case Stage::idle:
        return "execute";
    }
    return "execute"; // a forged value
}

/// Signals that no code of the child can bring about: the jail leaves it no call that sends one. The system sends
/// SIGKILL when memory runs out.
bool from_outside(int signal) {
    constexpr int kOwn[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP, SIGABRT, SIGSYS, SIGXCPU, SIGXFSZ, SIGPIPE};
    return std::ranges::find(kOwn, signal) == std::end(kOwn);
}

} // namespace

std::string ChildProcess::place_of(std::uint64_t pc) const {
    char text[64];
    const auto within = [&](std::uint64_t base) { return base != 0 && pc >= base && pc - base < (1U << 30); };
    const std::uint64_t offset = pc - channel_->library_base;
    if (offset >= job_.in_tree.code && offset - job_.in_tree.code < job_.in_tree.code_bytes) {
        std::snprintf(text, sizeof text, "candidate+0x%llx", static_cast<unsigned long long>(offset));
        return text;
    }
    if (within(channel_->plugin_base) &&
        (!within(channel_->library_base) || channel_->plugin_base > channel_->library_base)) {
        std::snprintf(text, sizeof text, "candidate+0x%llx",
                      static_cast<unsigned long long>(pc - channel_->plugin_base));
    } else if (within(channel_->library_base)) {
        std::snprintf(text, sizeof text, "framework+0x%llx",
                      static_cast<unsigned long long>(pc - channel_->library_base));
    } else {
        std::snprintf(text, sizeof text, "0x%llx", static_cast<unsigned long long>(pc));
    }
    return text;
}

/// Only we and the system can send SIGKILL. The system does when a limit is passed that a candidate has kept from being
/// reported, or when memory runs out; how much the child used is the system's word.
void ChildProcess::note_kill(const rusage& used) {
    const auto seconds = [](const timeval& time) { return static_cast<double>(time.tv_sec); };
    if (seconds(used.ru_utime) + seconds(used.ru_stime) >= cpu_limit_s(job_)) {
        end_.kind = "timed_out";
        end_.detail = "limit of processor time";
    } else if (static_cast<double>(used.ru_maxrss) / 1024 >= kMemoryShare * job_.memory_limit_mb) {
        end_.detail = "killed by the system for the memory that it took";
    } else {
        end_.kind = "world";
        end_.detail = "the child was killed from outside (out of memory?)";
    }
}

void ChildProcess::note_crash() {
    const int signal = static_cast<int>(channel_->crash_signal.load());
    const std::uint64_t pc = channel_->crash_pc;
    end_.signal = signal;
    end_.kind = "crashed";
    end_.detail = "at " + place_of(pc);
    if (signal == SIGXCPU) {
        end_.kind = "timed_out";
        end_.detail = "limit of processor time";
    } else if (signal == SIGSYS) {
        end_.kind = "cheated";
        end_.rule = "syscall";
        end_.detail = syscall_name(channel_->crash_syscall) + " at " + place_of(pc);
    } else if (signal == SIGTRAP) {
        for (const job::CodeRange& range : job_.native_code) {
            const std::uint64_t offset = pc - channel_->library_base;
            if (offset >= range.offset && offset <= range.offset + range.size) {
                const bool candidate = channel_->crash_in_candidate != 0;
                end_.kind = candidate ? "cheated" : kBlamesWorld;
                end_.rule = "native_code";
                end_.detail = std::string(candidate ? "candidate code" : "the framework") +
                              " ran into the native kernel's function " + range.name;
            }
        }
    } else if (signal == SIGSEGV || signal == SIGBUS) {
        char text[64];
        std::snprintf(text, sizeof text, ", touching address 0x%llx",
                      static_cast<unsigned long long>(channel_->crash_address));
        end_.detail += text;
    }
}

bool ChildProcess::has_died() {
    int status = 0;
    rusage used{};
    if (wait4(pid_, &status, WNOHANG, &used) != pid_) {
        return false;
    }
    note_death(status, used);
    return true;
}

void ChildProcess::note_death(int status, const rusage& used) {
    pid_ = -1;
    if (channel_->crash_signal.load(std::memory_order_acquire) == 0 && channel_->status == Status::fine) {
        end_.stage = name_of(channel_->stage.load());
        end_.kind = "crashed";
        if (WIFSIGNALED(status)) {
            end_.signal = WTERMSIG(status);
            if (end_.signal == SIGKILL) {
                note_kill(used);
            } else if (from_outside(end_.signal)) {
                end_.kind = "world";
                end_.detail = "the child was killed from outside by signal " + std::to_string(end_.signal);
            }
            if (end_.signal == SIGSYS) { // no handler saw it: a call of another architecture
                end_.kind = "cheated";
                end_.rule = "syscall";
                end_.detail = "a system call for which the system ends the process";
            }
        } else {
            end_.detail = "ended the process by itself with exit code " + std::to_string(WEXITSTATUS(status));
        }
    }
    note_end();
}

void ChildProcess::note_end() {
    const Stage stage = channel_->stage.load();
    if (end_.stage.empty()) {
        end_.stage = name_of(stage);
    }
    if (end_.kind.empty() && killed_for_time_) {
        end_.kind = "timed_out";
        end_.detail = "limit " + std::to_string(limit_s_) + " s";
    }
    if (end_.kind.empty() && channel_->crash_signal.load(std::memory_order_acquire) != 0) {
        note_crash();
    }
    if (end_.kind.empty()) {
        const std::string text = text_of(channel_->text, sizeof channel_->text);
        switch (channel_->status) {
        case Status::load_failed:
            end_ = {.kind = "load_failed", .stage = "load", .detail = text};
            break;
        case Status::never_called:
            end_ = {.kind = "never_called", .stage = "create", .detail = text};
            break;
        case Status::cheated:
            end_ = {.kind = "cheated",
                    .stage = end_.stage,
                    .rule = text_of(channel_->rule, sizeof channel_->rule),
                    .detail = text};
            break;
        case Status::run_failed:
            end_ = {.kind = "run_failed", .stage = "execute", .detail = text};
            break;
        case Status::fine:
        case Status::world:
            end_ = {.kind = kBlamesWorld,
                    .stage = end_.stage,
                    .rule = text_of(channel_->rule, sizeof channel_->rule),
                    .detail = text};
            break;
        }
    }
    if (end_.kind.empty()) {
        end_ = {.kind = kBlamesWorld, .stage = end_.stage, .detail = "a status that there is not"};
    }
    // Before the candidate is let in, whatever ends a child is our world's. Once it is in, only what we have seen
    // ourselves is: the child's word may be the candidate's.
    if (!loaded_) {
        end_.detail = end_.kind + " at " + end_.stage + ": " + end_.detail;
        end_.kind = "world";
    }
    end_group();
}

} // namespace mkb::runner
