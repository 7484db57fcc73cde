#include "candidate/candidate.h"

#include "base/files.h"
#include "base/hash.h"
#include "candidate/answer_text.h"
#include "candidate/unused_header.h"

#include <algorithm>
#include <filesystem>
#include <fmt/ranges.h>
#include <optional>

namespace mkb {
namespace {

namespace fs = std::filesystem;

bool is_answer(const std::string& path) {
    const std::string suffix = fs::path(path).extension().string();
    return path == "-" || suffix == ".md" || suffix == ".markdown" || suffix == ".txt";
}

Result<LoadedCandidate> load_answer(const std::string& path, const std::vector<std::string>& wanted,
                                    std::string_view standard_input) {
    LoadedCandidate loaded;
    if (path == "-") {
        loaded.candidate = {"stdin", std::string(standard_input), {}};
    } else {
        MKB_TRY(answer, read_file(path, kAnswerLimitBytes));
        loaded.candidate = {path, std::move(answer), {}};
    }
    if (loaded.candidate.answer.size() > kAnswerLimitBytes) {
        return fail(ErrorKind::bad_input, "standard input is larger than {} bytes, the limit of an answer",
                    kAnswerLimitBytes);
    }
    loaded.extraction = extract_sources(loaded.candidate.answer, wanted);
    loaded.candidate.sources = loaded.extraction.sources;
    return loaded;
}

/// One file given by its path, added to what there is already.
Result<void> add_file(const std::string& path, const std::vector<std::string>& wanted, std::size_t& total_bytes,
                      Extraction& found) {
    const std::string name = fs::path(path).filename().string();
    if (is_answer(path)) {
        return fail(ErrorKind::bad_input, "'{}' is an answer: give either one answer or source files", path);
    }
    if (std::ranges::find(wanted, name) == wanted.end()) {
        return fail(ErrorKind::bad_input, "'{}': the task does not ask for '{}'; it asks for {}", path, name,
                    fmt::join(wanted, ", "));
    }
    if (std::ranges::find(found.sources, name, &SourceFile::name) != found.sources.end()) {
        return fail(ErrorKind::bad_input, "'{}': '{}' is given twice; give it once", path, name);
    }
    MKB_TRY(text, read_file(path, kAnswerLimitBytes - total_bytes));
    total_bytes += text.size();
    if (const std::string reason = why_no_text(text); !reason.empty()) {
        found.why_not = fmt::format("{} is no text: {}", name, reason);
        return {};
    }
    found.sources.push_back({name, normalise_text(text)});
    return {};
}

/// Headers that nobody includes may be missing; whatever else is missing is said.
void complete_files(const std::vector<std::string>& wanted, Extraction& found) {
    add_unused_headers(wanted, found);
    if (const auto missing = missing_files(wanted, found); found.why_not.empty() && !missing.empty()) {
        found.why_not = fmt::format("{} was not given", fmt::join(missing, ", "));
    }
}

} // namespace

std::string Candidate::hash() const {
    std::vector<const SourceFile*> files;
    files.reserve(sources.size());
    for (const SourceFile& file : sources) {
        files.push_back(&file);
    }
    std::ranges::sort(files, {}, &SourceFile::name);
    std::string all;
    for (const SourceFile* file : files) {
        // Texts hold no NUL, so that no two candidates give the same bytes.
        all += file->name + '\0' + file->text + '\0';
    }
    return sha256_hex(all);
}

Result<LoadedCandidate> load_candidate(const std::vector<std::string>& paths, const std::vector<std::string>& wanted,
                                       std::string_view standard_input) {
    if (paths.empty()) {
        return fail(ErrorKind::bad_input, "no candidate given; name its files ({}), an answer (.md, .txt), or -",
                    fmt::join(wanted, ", "));
    }
    if (paths.size() == 1 && is_answer(paths.front())) {
        return load_answer(paths.front(), wanted, standard_input);
    }
    LoadedCandidate loaded;
    std::size_t total_bytes = 0;
    for (const std::string& path : paths) {
        MKB_DO(add_file(path, wanted, total_bytes, loaded.extraction));
    }
    complete_files(wanted, loaded.extraction);
    loaded.candidate = {fmt::format("{}", fmt::join(paths, " ")), "", loaded.extraction.sources};
    return loaded;
}

LoadedCandidate candidate_of_files(std::vector<SourceFile> sources, const std::vector<std::string>& wanted,
                                   std::string origin) {
    LoadedCandidate loaded;
    loaded.extraction.sources = std::move(sources);
    complete_files(wanted, loaded.extraction);
    loaded.candidate = {std::move(origin), "", loaded.extraction.sources};
    return loaded;
}

} // namespace mkb
