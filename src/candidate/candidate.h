#pragma once
// A candidate: named sources and where they came from. Names come from the task; an answer only fills them.
#include "base/result.h"

#include <string>
#include <string_view>
#include <vector>

namespace mkb {

struct SourceFile {
    std::string name; ///< one of Task::files
    std::string text; ///< valid UTF-8, no NUL
};

struct Candidate {
    std::string origin; ///< for people: a path, "stdin", or provider:model
    std::string answer; ///< the raw text it was extracted from; empty when files were given
    std::vector<SourceFile> sources;
    /// SHA-256 over names and texts: equal candidates have equal hashes whatever their origin.
    std::string hash() const;
};

/// What extraction found: a candidate, or why there is none. The latter is an outcome (no_source), not an error.
struct Extraction {
    std::vector<SourceFile> sources;
    std::string why_not;            ///< empty when `sources` holds every file the task asks for
    std::vector<std::string> notes; ///< what was passed over: blocks of unknown name, a repeated file
    bool complete() const { return why_not.empty(); }
};

constexpr std::size_t kAnswerLimitBytes = 4U << 20; ///< a longer answer is no source: said so, not cut

/// Takes a raw model answer apart: fenced blocks, the file's name on the first line of a block (as a comment or bare),
/// on the fence line, or in the line before the block; prose around; a block without name is matched by what it must be
/// (one header, one source); several blocks for one file: the last complete one counts; an unclosed last fence is
/// accepted; CRLF becomes LF. Blocks inside `<think>` do not count; among blocks without name those with an #include
/// come first; bare code is taken for the one missing file; a header that nobody includes may be missing. Never takes a
/// name that is not in `wanted`: paths are cut to their last component.
Extraction extract_sources(std::string_view answer, const std::vector<std::string>& wanted);

/// Candidate from files on disk (`.cpp`/`.hpp` files by their names, one `.md`/`.txt`/`-` as an answer). A header that
/// is wanted but not given is taken empty only if the source does not include it. bad_input: unreadable, two files of
/// one name, a name the task does not ask for, more than kAnswerLimitBytes. Extraction trouble is in the returned
/// Extraction.
struct LoadedCandidate {
    Candidate candidate;
    Extraction extraction;
};
Result<LoadedCandidate> load_candidate(const std::vector<std::string>& paths, const std::vector<std::string>& wanted,
                                       std::string_view standard_input);

/// Candidate from texts that were files once (a store's): headers that nobody includes are added, what is missing is
/// said in the extraction, as `load_candidate` does.
LoadedCandidate candidate_of_files(std::vector<SourceFile> sources, const std::vector<std::string>& wanted,
                                   std::string origin);

} // namespace mkb
