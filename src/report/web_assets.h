#pragma once
// The page's own parts and the web libraries, inside the program. Private to this room.
#include <string_view>

namespace mkb {

std::string_view page_template(); ///< web/report.html: text with {{name}} marks
std::string_view page_style();
std::string_view page_script();
std::string_view d3_script();
std::string_view plot_script();

} // namespace mkb
