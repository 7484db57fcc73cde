#pragma once
// One way to run another program: own process group, limits, capped output, never a shell.
#include "base/result.h"

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace mkb {

struct ProcessLimits {
    std::chrono::milliseconds wall_time{600'000};    ///< then the whole process group is killed
    std::size_t output_bytes = std::size_t{1} << 20; ///< kept per stream; the rest is read and dropped
    std::optional<std::size_t> address_space_bytes;  ///< RLIMIT_AS
    std::optional<std::size_t> file_size_bytes;      ///< RLIMIT_FSIZE
    std::optional<std::chrono::seconds> cpu_time;    ///< RLIMIT_CPU, soft; hard is two seconds later
};

struct ProcessSpec {
    std::vector<std::string> argv; ///< argv[0] is looked up in our PATH unless it has a slash
    std::filesystem::path folder;  ///< working folder; empty: ours
    std::optional<std::map<std::string, std::string>> environment; ///< instead of ours
    std::string input;                                             ///< all of standard input
    std::function<bool()> input_when; ///< no byte of the input is given before this says yes; asked after each piece
                                      ///< of output
    ProcessLimits limits;
    std::function<void(std::string_view)> on_stdout_line; ///< called for each whole line as it arrives (progress)
    std::function<void(std::string_view)> on_stdout;      ///< takes standard output piece by piece; none of it is kept
};

struct ProcessExit {
    enum class How { exited, signalled, timed_out };
    How how = How::exited;
    int code = 0;    ///< exit code, or the signal's number
    std::string out; ///< at most limits.output_bytes, binary
    std::string err;
    bool out_cut = false; ///< more came than was kept
    bool err_cut = false;
    double wall_ms = 0;
    double cpu_ms = 0; ///< user + system of the process and its waited-for children
    bool ok() const { return how == How::exited && code == 0; }
};

/// Runs the program to its end; what then is left of its process group is killed. Descriptors other than 0, 1, 2 are
/// not inherited; the child dies with the calling thread (PR_SET_PDEATHSIG); no core is dumped. Fails only when it
/// cannot be started: `environment` with the program's name.
Result<ProcessExit> run_process(const ProcessSpec& spec);

/// Which of these limits this process has a narrower one of already, with both values, or "": a program would break
/// that one, and nobody could tell it from a limit that was meant.
std::string narrower_limit(const ProcessLimits& limits);

} // namespace mkb
