#pragma once
// A child's standard streams and the parent's ends of them. No descriptor of these is 0, 1 or 2, so that all survive
// the child's dup2 onto those.
#include "base/descriptor.h"

#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace mkb {

struct ChildPipe {
    Descriptor read_end, write_end;
    explicit operator bool() const { return read_end && write_end; }
};

/// Without ends where there is none to be had.
ChildPipe make_pipe();

/// A file in memory instead of a pipe: no dead lock with a child that does not read, and no SIGPIPE.
/// Nothing where there is none to be had.
Descriptor open_input(const std::string& input);

/// Input that waits for a word of the program: written as it can take it, without SIGPIPE for one that takes none.
class HeldInput {
public:
    /// Both must outlive it.
    HeldInput(const std::string& bytes, const std::function<bool()>& when);
    /// For poll: negative until the input may go, and once all of it has gone.
    int descriptor() const { return when_() ? write_end_.get() : -1; }
    /// As much as the program takes now; the end of it when that was all, or when it takes no more.
    void give();

    Descriptor read_end;

private:
    std::string_view left_;
    const std::function<bool()>& when_;
    Descriptor write_end_;
};

/// One output stream of the child: keeps what fits, notes that there was more, hands on lines.
class ChildStream {
public:
    using Taker = std::function<void(std::string_view)>;
    ChildStream(Descriptor end, std::size_t limit_bytes, const Taker* on_line = nullptr,
                const Taker* on_bytes = nullptr);
    int descriptor() const { return end_.get(); } ///< negative once it has ended: poll passes it over

    /// Takes one piece of what is there; the number of bytes, 0 when nothing is there now or ever again.
    std::size_t take(std::span<char> buffer);
    /// What is still there after the program's end, 16 MiB at most; then the stream has ended.
    void drain(std::span<char> buffer);
    std::string take_text() { return std::move(text_); }
    bool cut() const { return cut_; }

private:
    void keep(std::string_view bytes);
    void hand_on(std::string_view bytes);

    Descriptor end_;
    std::size_t limit_bytes_;
    const Taker* on_line_;
    const Taker* on_bytes_;
    std::string text_, line_;
    bool cut_ = false;
};

} // namespace mkb
