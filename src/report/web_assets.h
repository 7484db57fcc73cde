#pragma once
// The page's own parts and the web libraries, inside the program. Private to this room.
#include <string_view>

namespace mkb {

std::string_view page_template(); ///< web/report.html: text with {{name}} marks
std::string_view page_style();
std::string_view page_script();
std::string_view selftest_template(); ///< web/selftest.html
std::string_view selftest_script();
std::string_view d3_script();
std::string_view plot_script();

/// Says so at the foot of a page that holds them.
constexpr std::string_view kWebLibraries =
    "Pictures: D3 and Observable Plot (ISC licence), inside this file. Nothing is loaded from anywhere.";

} // namespace mkb
