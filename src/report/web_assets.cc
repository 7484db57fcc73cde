#include "report/web_assets.h"

#include <cstddef>

// The folders are named by --embed-dir in CMakeLists.txt.
namespace mkb {
namespace {

constexpr unsigned char kTemplate[] = {
#embed "report.html"
};
constexpr unsigned char kStyle[] = {
#embed "report.css"
};
constexpr unsigned char kScript[] = {
#embed "common.js"
    ,
#embed "report.js"
};
constexpr unsigned char kSelftestTemplate[] = {
#embed "selftest.html"
};
constexpr unsigned char kSelftestScript[] = {
#embed "common.js"
    ,
#embed "selftest.js"
};
constexpr unsigned char kD3[] = {
#embed "d3.min.js"
};
constexpr unsigned char kPlot[] = {
#embed "plot.umd.min.js"
};

template <std::size_t size>
std::string_view text(const unsigned char (&bytes)[size]) {
    return {reinterpret_cast<const char*>(bytes), size};
}

} // namespace

std::string_view page_template() {
    return text(kTemplate);
}
std::string_view page_style() {
    return text(kStyle);
}
std::string_view page_script() {
    return text(kScript);
}
std::string_view selftest_template() {
    return text(kSelftestTemplate);
}
std::string_view selftest_script() {
    return text(kSelftestScript);
}
std::string_view d3_script() {
    return text(kD3);
}
std::string_view plot_script() {
    return text(kPlot);
}

} // namespace mkb
