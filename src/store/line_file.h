#pragma once
// A file of lines that appears whole or not at all, written as a stream. Private to this room.
#include "base/result.h"

#include <cstdio>
#include <filesystem>
#include <memory>
#include <string_view>

namespace mkb {

class LineFile {
public:
    /// Writes beside `path` under another name until finish().
    static Result<LineFile> make(const std::filesystem::path& path);
    LineFile(LineFile&&) noexcept = default;
    ~LineFile();
    Result<void> add(std::string_view line);
    /// To the disk, then renamed to `path`.
    Result<void> finish();

private:
    struct Close {
        void operator()(std::FILE* file) const { std::fclose(file); }
    };
    LineFile(std::FILE* file, std::filesystem::path path, std::filesystem::path hidden)
        : file_(file), path_(std::move(path)), hidden_(std::move(hidden)) {}
    std::unique_ptr<std::FILE, Close> file_;
    std::filesystem::path path_, hidden_;
};

} // namespace mkb
