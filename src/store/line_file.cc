#include "store/line_file.h"

#include <cerrno>
#include <cstring>
#include <unistd.h>

namespace mkb {
namespace {

std::unexpected<Error> cannot_write(const std::filesystem::path& path) {
    return fail(ErrorKind::environment, "cannot write '{}': {}; check space and rights", path.string(),
                std::strerror(errno));
}

} // namespace

Result<LineFile> LineFile::make(const std::filesystem::path& path) {
    std::filesystem::path hidden = path.parent_path() / fmt::format(".{}.{}", path.filename().string(), getpid());
    std::FILE* file = std::fopen(hidden.c_str(), "wbe");
    if (file == nullptr) {
        return cannot_write(path);
    }
    return LineFile(file, path, std::move(hidden));
}

LineFile::~LineFile() {
    if (file_ != nullptr) {
        std::error_code ignored;
        std::filesystem::remove(hidden_, ignored);
    }
}

Result<void> LineFile::add(std::string_view line) {
    if (std::fwrite(line.data(), 1, line.size(), file_.get()) != line.size() || std::fputc('\n', file_.get()) == EOF) {
        return cannot_write(path_);
    }
    return {};
}

Result<void> LineFile::finish() {
    if (std::fflush(file_.get()) != 0 || fsync(fileno(file_.get())) != 0 ||
        std::rename(hidden_.c_str(), path_.c_str()) != 0) {
        return cannot_write(path_);
    }
    file_.reset();
    return {};
}

} // namespace mkb
