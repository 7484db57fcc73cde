#pragma once
#include "candidate/candidate.h"

namespace mkb {

/// Wanted files that are not in `found.sources`, in the order of `wanted`.
std::vector<std::string> missing_files(const std::vector<std::string>& wanted, const Extraction& found);

/// Adds every wanted header that was not given as an empty file, unless a given file includes it or no source was given
/// at all; says so in a note. Brings the sources into the order of `wanted`.
void add_unused_headers(const std::vector<std::string>& wanted, Extraction& found);

} // namespace mkb
