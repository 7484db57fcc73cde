#pragma once
// The thorough self-test as a page: what was demanded, what was found, and every interval as a picture.
#include "score/truth.h"

#include <string>

namespace mkb {

/// One self-contained HTML file, as of html_report: no request leaves it.
std::string truth_page(const Truth& truth);

} // namespace mkb
