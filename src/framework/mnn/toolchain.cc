#include "framework/mnn/toolchain.h"

#include "base/files.h"
#include "base/process.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>

namespace mkb::mnn {

namespace {

constexpr const char* kCc = "clang-19";
constexpr const char* kAarch64Libc = "/usr/aarch64-linux-gnu/lib/libc.so.6";

constexpr const char* kNdkTools = "toolchains/llvm/prebuilt/linux-x86_64"; ///< the NDK has no other for Linux
constexpr const char* kNdkCmake = "build/cmake/android.toolchain.cmake";
constexpr int kAndroidApi = 30; ///< the first whose libc has memfd_create, which the runner needs (Android 11)

Result<std::string> version_of(const Toolchain& tools) {
    const auto done = run_process({.argv = {tools.cxx, "-dumpversion"}});
    if (!done || !done->ok()) {
        return fail(ErrorKind::environment, "{} does not run; {}", tools.cxx,
                    tools.folder.empty() ? "run script/build, which installs it"
                                         : "is this an NDK for this machine's processor?");
    }
    return "clang " + done->out.substr(0, done->out.find('\n'));
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

/// As MNN's own scripts build for phones: CMake learns of Android from the NDK.
Result<Toolchain> android() {
    const char* variable = std::getenv("ANDROID_NDK");
    if (variable == nullptr || *variable == '\0') {
        return fail(ErrorKind::environment,
                    "target android: ANDROID_NDK is not set; it is to name the folder of an Android NDK");
    }
    std::error_code error;
    const std::filesystem::path ndk = std::filesystem::absolute(variable, error);
    const std::filesystem::path tools_folder = ndk / kNdkTools;
    const std::filesystem::path library = tools_folder / "sysroot/usr/lib/aarch64-linux-android/libc++_shared.so";
    Toolchain tools{.target = Target::android,
                    .cc = (tools_folder / "bin/clang").string(),
                    .cxx = (tools_folder / "bin/clang++").string(),
                    .linker = "lld",
                    .version = {},
                    .folder = ndk,
                    .cxx_shared = library};
    for (const std::filesystem::path& needed :
         {std::filesystem::path(tools.cc), std::filesystem::path(tools.cxx), library, ndk / kNdkCmake}) {
        if (!std::filesystem::exists(needed, error)) {
            return fail(ErrorKind::environment,
                        "target android: {} is missing; ANDROID_NDK is to name the folder of an Android NDK",
                        needed.string());
        }
    }
    tools.flags = {fmt::format("--target=aarch64-linux-android{}", kAndroidApi)};
    tools.cmake = {"-DCMAKE_TOOLCHAIN_FILE=" + (ndk / kNdkCmake).string(), "-DANDROID_ABI=arm64-v8a",
                   fmt::format("-DANDROID_PLATFORM=android-{}", kAndroidApi), "-DANDROID_STL=c++_shared",
                   // Else MNN's build wants to put the library into an Android project.
                   "-DMNN_BUILD_FOR_ANDROID_COMMAND=ON"};
    return tools;
}

/// The words of a line that the driver prints: each in quotes, with a backslash before what would end or change it.
std::vector<std::string> words_of(std::string_view line) {
    std::vector<std::string> words;
    bool inside = false;
    for (std::size_t i = 0; i < line.size(); ++i) {
        if (line[i] == '"') {
            inside = !inside;
            if (inside) {
                words.emplace_back();
            }
        } else if (inside) {
            i += line[i] == '\\' && i + 1 < line.size() ? 1 : 0;
            words.back() += line[i];
        }
    }
    return words;
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
    case Target::android: {
        MKB_TRY(ndk, android());
        tools = std::move(ndk);
        break;
    }
    }
    MKB_TRY(version, version_of(tools));
    tools.version = std::move(version);
    return tools;
}

Result<std::vector<std::string>> linker_command(const Toolchain& toolchain, const std::vector<std::string>& options,
                                                const std::vector<std::string>& inputs) {
    MKB_TRY(folder, TempDir::make("mkb-linker"));
    ProcessSpec spec{.argv = {toolchain.cxx_in_jail(), "-###"}, .folder = folder.path()};
    std::ranges::copy(toolchain.flags, std::back_inserter(spec.argv));
    std::ranges::copy(options, std::back_inserter(spec.argv));
    for (const std::string& input : inputs) {
        MKB_DO(write_file_atomic(folder.path() / input, ""));
        spec.argv.push_back(input);
    }
    MKB_TRY(done, run_process(spec));
    std::string_view said = done.err;
    said = said.substr(0, said.find_last_not_of('\n') + 1);
    const std::string_view last = said.substr(said.rfind('\n') + 1); // before it the driver says who it is
    std::vector<std::string> words = words_of(last);
    if (!done.ok() || words.empty()) {
        const std::string_view why = said.substr(std::min(said.find("error: "), said.size()));
        return fail(ErrorKind::environment, "{} does not say how it links: {}", toolchain.cxx,
                    why.substr(0, why.find('\n')));
    }
    return words;
}

} // namespace mkb::mnn
