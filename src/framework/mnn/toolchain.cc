#include "framework/mnn/toolchain.h"

#include "base/process.h"

#include <filesystem>

namespace mkb::mnn {

namespace {

constexpr const char* kCc = "clang-19";
constexpr const char* kAarch64Libc = "/usr/aarch64-linux-gnu/lib/libc.so.6";

Result<std::string> version_of(const std::string& cxx) {
    MKB_TRY(done, run_process({.argv = {cxx, "-dumpversion"}}));
    if (!done.ok()) {
        return fail(ErrorKind::environment, "{} does not run; run script/build, which installs it", cxx);
    }
    return "clang " + done.out.substr(0, done.out.find('\n'));
}

Result<Toolchain> aarch64() {
    if (!std::filesystem::exists(kAarch64Libc)) {
        return fail(ErrorKind::environment,
                    "target aarch64: {} is missing; install libc6-dev-arm64-cross and libstdc++-12-dev-arm64-cross, "
                    "or run script/build, which does",
                    kAarch64Libc);
    }
    Toolchain tools{.target = Target::aarch64, .cc = kCc, .cxx = kCxx, .version = {}};
    tools.flags = {"--target=aarch64-linux-gnu"};
    tools.cmake = {"-DCMAKE_SYSTEM_NAME=Linux", "-DCMAKE_SYSTEM_PROCESSOR=aarch64",
                   // CMake's own trial programs: the host's linker does not know the target.
                   "-DCMAKE_EXE_LINKER_FLAGS=-fuse-ld=lld-19"};
    for (const char* language : {"C", "CXX", "ASM"}) {
        tools.cmake.push_back(std::string("-DCMAKE_") + language + "_COMPILER_TARGET=aarch64-linux-gnu");
    }
    return tools;
}

} // namespace

Result<Toolchain> toolchain_for(Target target) {
    Toolchain tools{.target = target, .cc = kCc, .cxx = kCxx, .version = {}};
    switch (target) {
    case Target::host:
#if defined(__x86_64__)
        tools.cmake = {"-DMNN_AVX512=ON"};
#endif
        break;
    case Target::aarch64: {
        MKB_TRY(cross, aarch64());
        tools = std::move(cross);
        break;
    }
    }
    MKB_TRY(version, version_of(tools.cxx));
    tools.version = std::move(version);
    return tools;
}

} // namespace mkb::mnn
