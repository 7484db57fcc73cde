#pragma once
// How to reach a machine's shell: what the devices `ssh` and `adb` differ in.
#include "base/process.h"
#include "base/result.h"

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace mkb {

/// A line of a POSIX shell.
struct ShellCommand {
    std::string line;
    std::string input;                ///< its standard input
    std::function<bool()> input_when; ///< as a ProcessSpec's
    std::chrono::milliseconds wall_time{0};
    std::function<void(std::string_view)> on_stdout; ///< takes the output unchanged
};

class Connection {
public:
    virtual ~Connection() = default;
    /// Runs the line there. What became of it says only the output: an exit code may be the line's or the
    /// connection's. Errors: this machine's (the program is missing).
    virtual Result<ProcessExit> shell(ShellCommand command) = 0;
    /// Why a shell did not do what it was told: one line that names the device and the next step.
    virtual Error trouble(const ProcessExit& ended) const = 0;
    /// Waits for a device that went away and may come back, for this long at most.
    virtual void wait_for_return(std::chrono::milliseconds most) = 0;
    /// As --device names it.
    virtual std::string name() const = 0;
    /// Shell text that sets $base to the folder for working folders and kept files.
    virtual std::string base_folder() const = 0;
};

/// Runs a program whose last argument is the line: one that carries it to the machine.
Result<ProcessExit> run_through(std::vector<std::string> argv, ShellCommand command);

/// What a program said last; "" when it said nothing.
std::string last_line(std::string text);

} // namespace mkb
