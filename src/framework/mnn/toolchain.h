#pragma once
// What compiles for one target: one compiler family for every side (evaluation.md section 1).
#include "base/result.h"
#include "framework/framework.h"

#include <string>
#include <vector>

namespace mkb::mnn {

constexpr const char* kCxx = "clang++-19";

struct Toolchain {
    Target target = Target::host;
    std::string cc, cxx;            ///< programs, as the compiler's jail finds them
    std::string version;            ///< "clang 19.1.7"
    std::vector<std::string> flags; ///< for every compilation and link: "--target=aarch64-linux-gnu"
    std::vector<std::string> cmake; ///< MNN's options, besides those that every target has
};

/// environment, naming the next step, when the compiler or the target's C library is missing.
Result<Toolchain> toolchain_for(Target target);

} // namespace mkb::mnn
