#pragma once
// What compiles for one target: one compiler family for every side.
#include "base/result.h"
#include "framework/framework.h"

#include <filesystem>
#include <string>
#include <vector>

namespace mkb::mnn {

constexpr const char* kCxx = "clang++-19";

struct Toolchain {
    Target target = Target::host;
    std::string cc, cxx;              ///< programs: by name where the system has them, else by their whole path
    std::string linker = "lld-19";    ///< for -fuse-ld
    std::string version;              ///< "clang 19.1.7"
    std::vector<std::string> flags;   ///< for every compilation and link: "--target=aarch64-linux-gnu"
    std::vector<std::string> cmake;   ///< MNN's options, besides those that every target has
    std::filesystem::path folder;     ///< all of it, where it is not the system's: the compiler's jail shows it too
    std::filesystem::path cxx_shared; ///< C++ library that the device does not bring along; empty: it does
    /// The C++ compiler as the compiler's jail finds it.
    std::string cxx_in_jail() const { return (std::filesystem::path("/usr/bin") / cxx).string(); }
};

/// environment, naming the next step, when the compiler or the target's C library is missing. `android` is the NDK that
/// the variable ANDROID_NDK names.
Result<Toolchain> toolchain_for(Target target);

/// What the compiler's driver would run to link the empty files `inputs` (names without a folder) with `options`: the
/// linker and its arguments. Run as it stands it saves the driver, which takes longer to start than a plug-in to link.
Result<std::vector<std::string>> linker_command(const Toolchain& toolchain, const std::vector<std::string>& options,
                                                const std::vector<std::string>& inputs);

} // namespace mkb::mnn
