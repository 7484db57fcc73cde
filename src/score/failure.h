#pragma once
// Why a candidate failed: one class per record, from what the compiler or the verifier said. A reading of words and
// patterns, made for counting; docs/failures.md says by what signs.
#include "record/record.h"

#include <span>
#include <string>
#include <string_view>

namespace mkb {

struct FailureClass {
    std::string_view name;
    std::string_view meaning; ///< for people, a few words
};

/// In the order in which tables show them: building, loading and running, results.
std::span<const FailureClass> failure_classes();

/// One of failure_classes(), or "" for a correct candidate. `build_log`, where it is at hand, tells more than the
/// record's errors: what the compiler's notes point at.
std::string_view failure_class(const Record& record, std::string_view build_log = {});

/// Of one error of a compiler or linker. `own_names`: of the candidate's files, without extension; what bears such a
/// name is the candidate's own. `points_at_framework`: a note of the compiler does.
std::string_view class_of_error(const BuildError& error, const std::vector<std::string>& own_names,
                                bool points_at_framework = false);

} // namespace mkb
