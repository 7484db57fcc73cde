#pragma once
// Progress of anything that takes over two seconds: one line on standard error, redrawn on a terminal, else a line
// every ten seconds. Never on standard output, which belongs to results.
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <unistd.h>

namespace mkb {

/// Shows "what  done/total  note  about 40 s left". Silent during the first two seconds. Not thread safe.
class Progress {
public:
    explicit Progress(std::string what, std::uint64_t total = 0);
    ~Progress();
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;
    void advance_to(std::uint64_t done, std::string_view note = {});
    void set_total(std::uint64_t total) { total_ = total; }
    /// From now on no Progress shows anything. For programs whose output is read together with what they time (bench/).
    static void silence();

private:
    void draw(bool last);
    std::string what_, note_;
    std::uint64_t total_, done_ = 0;
    std::chrono::steady_clock::time_point start_, drawn_;
    bool shown_ = false;
};

/// The line that Progress shows: "build MNN  40/120  CPUPool.cpp  about 20 s left". A note is cut where the line would
/// be longer than `columns`.
std::string progress_line(std::string_view what, std::uint64_t done, std::uint64_t total, std::string_view note,
                          std::chrono::milliseconds elapsed, std::size_t columns = 80);

/// True when standard output is a terminal and NO_COLOR is not set.
bool colour_wanted(int descriptor = STDOUT_FILENO);

} // namespace mkb
