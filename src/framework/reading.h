#pragma once
// What of a framework's sources helps someone who writes a kernel for a task: places and names, no text. Plain data,
// which src/tools cuts the text for.
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace mkb {

/// Part of a source file.
struct ReadingPart {
    enum class Cut : std::uint8_t {
        whole,   ///< all of it, without comments: a worked example
        outline, ///< declarations: no bodies of functions, nothing private; of the names alone, where there are any
        table,   ///< of a generated class of the schema: the functions that read a field
    };
    std::filesystem::path root; ///< the tree that `file` lies in
    std::string file;           ///< "source/core/Execution.hpp"
    Cut cut = Cut::outline;
    std::vector<std::string> names; ///< "Execution", "CPUBackend::threadNumber" (that member alone), "UP_DIV" (a
                                    ///< macro); what this version of the sources lacks is passed over
    std::string why;                ///< a few words
};

/// A kernel of another operator, whole.
struct WorkedExample {
    std::string of; ///< what it computes: "Scale"
    std::vector<ReadingPart> files;
};

/// Headers that a candidate may include.
struct IncludeFolder {
    std::string path; ///< below the sources: "source/backend/cpu"
    std::string as;   ///< what stands in front of a header's name: "backend/cpu"
};

struct Reading {
    std::filesystem::path root;          ///< the framework's sources
    std::vector<ReadingPart> lifecycle;  ///< without these nobody can write a candidate of the form
    std::vector<WorkedExample> examples; ///< the first that fits is shown; never of the task's own operator
    std::vector<ReadingPart> headers;    ///< most needed first
    std::vector<std::string> included;   ///< in front of every candidate, before its own first line
    std::vector<IncludeFolder> folders;  ///< most useful first
    std::vector<std::string> hidden;     ///< paths that begin so are never shown: the native kernel
};

} // namespace mkb
