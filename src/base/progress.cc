#include "base/progress.h"

#include <atomic>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

namespace mkb {
namespace {

using std::chrono::duration;
using std::chrono::duration_cast;
using std::chrono::seconds;
using std::chrono::steady_clock;

constexpr seconds kSilence{2};                    ///< at the start
constexpr std::chrono::milliseconds kRedraw{200}; ///< on a terminal
constexpr seconds kLineEvery{10};                 ///< elsewhere
constexpr std::size_t kLogColumns = 160;          ///< of a line elsewhere
std::atomic<bool> silenced{false};

bool error_is_terminal() {
    static const bool terminal = isatty(STDERR_FILENO) == 1;
    return terminal;
}

/// A longer line would be broken, and not be redrawn.
std::size_t columns() {
    winsize size{};
    if (!error_is_terminal()) {
        return kLogColumns;
    }
    return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 1 ? size.ws_col - 1U : 79U;
}

std::string time_text(double time_s) {
    if (time_s < 100) {
        return fmt::format("{:.0f} s", std::ceil(time_s));
    }
    return fmt::format("{:.0f} min", std::ceil(time_s / 60));
}

} // namespace

std::string progress_line(std::string_view what, std::uint64_t done, std::uint64_t total, std::string_view note,
                          std::chrono::milliseconds elapsed, std::size_t columns) {
    std::string line(what);
    if (total > 0) {
        line += fmt::format("  {}/{}", done, total);
    } else if (done > 0) {
        line += fmt::format("  {}", done);
    }
    const double elapsed_s = duration<double>(elapsed).count();
    std::string time = fmt::format("  {}", time_text(elapsed_s));
    if (total > 0 && done > 0 && done < total) {
        const double share = static_cast<double>(done) / static_cast<double>(total);
        time = fmt::format("  about {} left", time_text(elapsed_s / share - elapsed_s));
    }
    const std::size_t taken = line.size() + time.size() + 2;
    if (!note.empty() && taken < columns) {
        line += fmt::format("  {}", note.substr(0, columns - taken));
    }
    return line + time;
}

Progress::Progress(std::string what, std::uint64_t total)
    : what_(std::move(what)), total_(total), start_(steady_clock::now()), drawn_(start_) {}

Progress::~Progress() {
    if (shown_) {
        draw(true);
    }
}

void Progress::advance_to(std::uint64_t done, std::string_view note) {
    done_ = done;
    note_ = note;
    const auto now = steady_clock::now();
    const auto pause = error_is_terminal() ? duration_cast<std::chrono::milliseconds>(kRedraw) : kLineEvery;
    if (now - start_ < kSilence || (shown_ && now - drawn_ < pause)) {
        return;
    }
    draw(false);
}

void Progress::draw(bool last) {
    if (silenced) {
        return;
    }
    drawn_ = steady_clock::now();
    shown_ = true;
    const std::string line = progress_line(what_, done_, total_, last ? std::string_view() : note_,
                                           duration_cast<std::chrono::milliseconds>(drawn_ - start_), columns());
    const bool terminal = error_is_terminal();
    const std::string text = fmt::format("{}{}{}", terminal ? "\r\x1b[K" : "", line, terminal && !last ? "" : "\n");
    std::fwrite(text.data(), 1, text.size(), stderr);
    std::fflush(stderr);
}

void Progress::silence() {
    silenced = true;
}

bool colour_wanted(int descriptor) {
    const char* refused = std::getenv("NO_COLOR");
    return (refused == nullptr || *refused == '\0') && isatty(descriptor) == 1;
}

} // namespace mkb
