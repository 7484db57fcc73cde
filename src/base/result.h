#pragma once
// The three drawers for what goes wrong: the kernel's fault is an alternative of `Outcome` (record/outcome.h), trouble
// of our world is an `Error` in a `Result`, and our own bug is a failed `MKB_CHECK`, also in release builds.
#include <cstdint>
#include <expected>
#include <fmt/format.h>
#include <string>
#include <utility>

namespace mkb {

/// What kind of trouble our world is in; decides the exit code of a command (cli/exit_codes.h) and whether a retry can
/// help.
enum class ErrorKind : std::uint8_t {
    bad_input,   ///< the user named something that is not there or not well formed; no retry helps
    environment, ///< disk, permission, missing program, broken installation; no retry helps until it is mended
    transient,   ///< a device or service that may come back; a retry can help
};

/// Trouble of our world. `message` is one line that names the object and the next step; it never ends with a full
/// stop's newline.
struct Error {
    ErrorKind kind = ErrorKind::environment;
    std::string message;
};

template <class T>
using Result = std::expected<T, Error>;

/// `return fail(ErrorKind::bad_input, "task '{}' is not there; run 'mkb tasks'", id);`
template <class... Args>
[[nodiscard]] std::unexpected<Error> fail(ErrorKind kind, fmt::format_string<Args...> text, Args&&... args) {
    return std::unexpected(Error{kind, fmt::format(text, std::forward<Args>(args)...)});
}

/// Passes an error on with what was being done in front of it: "while reading x: no such file".
[[nodiscard]] inline std::unexpected<Error> fail_in(std::string_view doing, const Error& error) {
    return std::unexpected(Error{error.kind, fmt::format("{}: {}", doing, error.message)});
}

/// Prints the condition and aborts: a broken invariant is our own bug and must not become a verdict.
[[noreturn]] void check_failed(const char* condition, const char* file, int line);

} // namespace mkb

#define MKB_CHECK(condition)                                                                                           \
    do {                                                                                                               \
        if (!(condition)) {                                                                                            \
            ::mkb::check_failed(#condition, __FILE__, __LINE__);                                                       \
        }                                                                                                              \
    } while (false)

/// `MKB_TRY(text, read_file(path));` declares `text` or returns the error.
#define MKB_TRY(name, expression)                                                                                      \
    auto name##_result = (expression);                                                                                 \
    if (!name##_result) {                                                                                              \
        return std::unexpected(std::move(name##_result).error());                                                      \
    }                                                                                                                  \
    auto name = std::move(*name##_result)

/// `MKB_DO(write_file(path, text));` returns the error, if there is one.
#define MKB_DO(expression)                                                                                             \
    do {                                                                                                               \
        if (auto mkb_do_result = (expression); !mkb_do_result) {                                                       \
            return std::unexpected(std::move(mkb_do_result).error());                                                  \
        }                                                                                                              \
    } while (false)
