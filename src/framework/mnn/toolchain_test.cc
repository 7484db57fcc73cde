// The command lines of the target android, with a stand-in for the NDK: its folders, and a compiler that notes what it
// was asked. No NDK is needed, and nothing is known about what a real one makes of it.
#include "framework/mnn/toolchain.h"

#include "base/files.h"
#include "base/in_child_test.h"
#include "framework/mnn/audit.h"
#include "framework/mnn/expand.h"
#include "framework/mnn/plugin.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <sstream>
#include <sys/stat.h>

namespace mkb::mnn {
namespace {

namespace fs = std::filesystem;

/// Writes "<output>.arguments", one a line, beside an empty output. Asked what it would run to link, it says itself.
constexpr const char* kCompiler = R"(#!/bin/sh
[ "$1" = -dumpversion ] && { echo 19.0.1; exit; }
[ "$1" = -### ] && { shift; echo a version >&2; printf ' "%s"' "$0" "$@" >&2; exit; }
arguments=$(printf '%s\n' "$@")
while [ "$1" != -o ]; do shift; done
: > "$2"
echo "$arguments" > "$2.arguments"
)";

class AndroidTarget : public testing::Test {
protected:
    AndroidTarget() {
        for (const char* program : {"clang", "clang++"}) {
            write(kTools + "/bin/" + program, kCompiler);
            chmod((ndk() / kTools / "bin" / program).c_str(), 0755);
        }
        write(kTools + "/sysroot/usr/lib/aarch64-linux-android/libc++_shared.so", "a library");
        write("build/cmake/android.toolchain.cmake", "");
    }

    fs::path ndk() const { return folder_.path() / "ndk"; }
    void write(const std::string& name, const std::string& text) {
        fs::create_directories((ndk() / name).parent_path());
        ASSERT_TRUE(write_file_atomic(ndk() / name, text));
    }

    /// A library that such a toolchain could have built.
    Library library() {
        const fs::path place = folder_.path() / "library";
        fs::create_directories(place / "headers/include");
        EXPECT_TRUE(write_file_atomic(place / "libMNN.so", "another library"));
        Library library;
        library.key = "stand-in";
        library.toolchain = toolchain_for(Target::android).value();
        library.file = place / "libMNN.so";
        library.headers = place / "headers";
        library.flags = {"-DFROM_MNN", "-Iinclude", "-O3"};
        return library;
    }

    static std::vector<std::string> arguments_of(const fs::path& output) {
        std::istringstream text(read_file(output.string() + ".arguments").value());
        std::vector<std::string> arguments;
        for (std::string line; std::getline(text, line);) {
            arguments.push_back(line);
        }
        return arguments;
    }

    static void expect_all(const std::vector<std::string>& arguments, const std::vector<std::string>& wanted) {
        for (const std::string& argument : wanted) {
            EXPECT_EQ(std::ranges::count(arguments, argument), 1) << argument << " in\n"
                                                                  << fmt::format("{}", fmt::join(arguments, "\n"));
        }
        for (const std::string& argument : arguments) {
            EXPECT_EQ(argument.find("lld-19"), std::string::npos) << argument;
        }
    }

    const std::string kTools = "toolchains/llvm/prebuilt/linux-x86_64";
    TempDir folder_ = TempDir::make("mkb-ndk").value();
    ScopedVariable variable_{"ANDROID_NDK", ndk().string()};
};

TEST_F(AndroidTarget, WithoutAnNdkOneLineSaysWhatIsMissing) {
    fs::remove(ndk() / "build/cmake/android.toolchain.cmake");
    auto tools = toolchain_for(Target::android);
    ASSERT_FALSE(tools);
    EXPECT_EQ(tools.error().kind, ErrorKind::environment);
    EXPECT_EQ(tools.error().message,
              fmt::format("target android: {}/build/cmake/android.toolchain.cmake is missing; ANDROID_NDK is to name "
                          "the folder of an Android NDK",
                          ndk().string()));
    const ScopedVariable none("ANDROID_NDK", "");
    tools = toolchain_for(Target::android);
    ASSERT_FALSE(tools);
    EXPECT_EQ(tools.error().message,
              "target android: ANDROID_NDK is not set; it is to name the folder of an Android NDK");
}

TEST_F(AndroidTarget, MnnIsBuiltByTheNdksOwnRecipe) {
    const Toolchain tools = toolchain_for(Target::android).value();
    EXPECT_EQ(tools.version, "clang 19.0.1");
    expect_all(configure_options(tools),
               {"-DCMAKE_TOOLCHAIN_FILE=" + (ndk() / "build/cmake/android.toolchain.cmake").string(),
                "-DANDROID_ABI=arm64-v8a", "-DANDROID_PLATFORM=android-30", "-DANDROID_STL=c++_shared",
                "-DMNN_BUILD_FOR_ANDROID_COMMAND=ON", "-DMNN_BUILD_SHARED_LIBS=ON",
                "-DCMAKE_CXX_COMPILER=" + (ndk() / kTools / "bin/clang++").string(),
                "-DCMAKE_SHARED_LINKER_FLAGS=-fuse-ld=lld -Wl,-Bsymbolic-functions -Wl,-z,relro,-z,now "
                "-Wl,-Map=libMNN.map"});
}

TEST_F(AndroidTarget, ACandidateIsCompiledByTheNdkInTheSameJail) {
    Task task;
    task.native_file = "source/backend/cpu/CPUBinary.cpp";
    task.files = {"CPUBinary.hpp", "CPUBinary.cpp"};
    Candidate candidate;
    candidate.sources = {{.name = "CPUBinary.cpp", .text = "int kernel();\n"}};
    const Library built = library();
    const CompileLayout layout = layout_for(
        {.headers = built.headers, .kit = built.headers, .sources = ndk(), .out = ndk(), .toolchain = ndk()});
    const auto link = plugin_linker(built);
    ASSERT_TRUE(link) << link.error().message;
    const Kit kit{.folder = built.headers, .flags = candidate_flags(built, layout.headers), .link = *link};
    const fs::path folder = folder_.path() / "build";
    const auto build = compile_plugin(kit, built, task, candidate, folder);
    ASSERT_TRUE(build) << build.error().message;
    const auto* plugin = std::get_if<Built>(&build->result);
    ASSERT_NE(plugin, nullptr) << build->log;
    expect_all(arguments_of(plugin->file.parent_path() / kObjectFile),
               {"--target=aarch64-linux-android30", "-c", "-DFROM_MNN", "-O3", "-fvisibility=hidden",
                "-I" + layout.headers + "/include"});
    expect_all(arguments_of(plugin->file), {"--target=aarch64-linux-android30", "-fuse-ld=lld", "-shared",
                                            "-Wl,-z,defs", "-lm", kObjectFile, layout.kit + "/" + kLibraryFile});
}

TEST_F(AndroidTarget, TheRunnerIsBuiltByTheNdkAndBringsItsLibraryAlong) {
    const fs::path cache = folder_.path() / "cache";
    const ScopedVariable elsewhere("MKB_CACHE", cache.string());
    const auto kit = build_kit(library());
    ASSERT_TRUE(kit) << kit.error().message;
    const auto arguments = arguments_of(kit->folder / "mkb-runner");
    expect_all(arguments, {"--target=aarch64-linux-android30", "-fuse-ld=lld", "-pie", "-Wl,-rpath,$ORIGIN"});
    // Its libc has the threads inside, and no such library.
    EXPECT_EQ(std::ranges::count(arguments, "-lpthread"), 0);
    std::vector<std::string> names;
    for (const DeviceFile& file : runner_files(*kit)) {
        names.push_back(file.name);
        EXPECT_TRUE(fs::exists(file.source)) << file.source;
        EXPECT_EQ(file.sha256.size(), 64U);
    }
    EXPECT_EQ(names, (std::vector<std::string>{"mkb-runner", "libMNN.so", "libc++_shared.so"}));
}

TEST(LinkerCommand, IsWhatTheDriverWouldRun) {
    const Toolchain tools = toolchain_for(Target::host).value();
    const auto command = linker_command(tools, {"-shared", "-fuse-ld=lld-19", "-o", "a \"b\" \\c.so"}, {"x.o"});
    ASSERT_TRUE(command) << command.error().message;
    EXPECT_NE(command->front().find("lld"), std::string::npos);
    for (const char* word : {"-shared", "x.o", "a \"b\" \\c.so", "-lc"}) {
        EXPECT_NE(std::ranges::find(*command, word), command->end()) << word;
    }
    const auto refused = linker_command(tools, {"-fuse-ld=none"}, {"x.o"});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, ErrorKind::environment);
    EXPECT_NE(refused.error().message.find("invalid linker name"), std::string::npos) << refused.error().message;
}

TEST(Audit, AndroidsNamesOfTheStandardLibraryAreKnown) {
    for (const char* name : {"_ZNSt6__ndk16vectorIfNS_9allocatorIfEEE9push_backEOf", "_ZNSt6__ndk112basic_stringC1Ev",
                             "_ZNKSt6__ndk16vectorIfNS_9allocatorIfEEE4sizeEv", "_ZSt9terminatev"}) {
        EXPECT_TRUE(allowed_symbol(name)) << name;
    }
    for (const char* name : {"_ZNSt6__ndk16thread4joinEv", "_ZNSt6__ndk114basic_ifstreamIcNS_11char_traitsIcEEEC1EPKcj",
                             "_ZNSt6__ndk16chrono12steady_clock3nowEv"}) {
        EXPECT_FALSE(allowed_symbol(name)) << name;
    }
}

} // namespace
} // namespace mkb::mnn
