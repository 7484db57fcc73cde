#include "framework/mnn/link_map.h"

#include "base/files.h"
#include "base/process.h"
#include "framework/mnn/toolchain.h"

#include <algorithm>
#include <gtest/gtest.h>

namespace mkb::mnn {
namespace {

/// A finished build folder as MNN's is, in small: objects of two kernels and of something else, linked with a map.
class LinkMap : public testing::Test {
protected:
    void add_object(const std::string& source, const std::string& text) {
        const auto file = folder.path() / "sources" / source;
        const auto object = folder.path() / "CMakeFiles/part.dir" / (source + ".o");
        ASSERT_TRUE(write_file_atomic(file, text));
        std::filesystem::create_directories(object.parent_path());
        run({kCxx, "-O1", "-fPIC", "-ffunction-sections", "-c", file.string(), "-o", object.string()});
        objects.push_back("CMakeFiles/part.dir/" + source + ".o");
    }
    void link() {
        std::vector<std::string> command = {kCxx, "-shared",  "-fuse-ld=lld-19", "-Wl,-Map=libMNN.map",
                                            "-o", "libMNN.so"};
        command.insert(command.end(), objects.begin(), objects.end());
        run(command);
    }
    void run(const std::vector<std::string>& command) {
        const auto done = run_process({.argv = command, .folder = folder.path()});
        ASSERT_TRUE(done && done->ok()) << (done ? done->err : done.error().message);
    }
    static std::vector<std::string> names(const std::vector<Function>& functions) {
        std::vector<std::string> found;
        for (const Function& function : functions) {
            found.push_back(function.name);
        }
        std::ranges::sort(found);
        return found;
    }

    TempDir folder = TempDir::make("mkb-link-map-test").value();
    std::vector<std::string> objects;
};

constexpr const char* kShared = "template <class T> __attribute__((noinline)) T shared(T x) { return x * x + 1; }\n";

TEST_F(LinkMap, FunctionsOfOneObjectAloneAreItsOwn) {
    add_object("source/backend/cpu/CPUA.cpp",
               std::string(kShared) + "int a(int x) { return shared(x); }\n"
                                      "__attribute__((noinline)) static int inner(int x) { return x + 7; }\n"
                                      "int b(int x) { return inner(x) * inner(x + 1); }\n");
    add_object("source/backend/cpu/compute/CPUB.cpp",
               std::string(kShared) + "int c(int x) { return shared(x) + 1; }\n");
    add_object("source/core/Other.cpp", "int other(int x) { return x; }\n");
    link();
    const auto map = read_link_map(folder.path()).value();
    ASSERT_EQ(map.size(), 2U);
    EXPECT_EQ(names(map.at("source/backend/cpu/CPUA.cpp")), (std::vector<std::string>{"_Z1ai", "_Z1bi", "_ZL5inneri"}));
    EXPECT_EQ(names(map.at("source/backend/cpu/compute/CPUB.cpp")), std::vector<std::string>{"_Z1ci"});
}

TEST_F(LinkMap, PlacesAreThoseInTheLibrary) {
    add_object("source/backend/cpu/CPUA.cpp", "int a(int x) { return x * 3; }\nint b(int x) { return x / 7; }\n");
    link();
    const auto map = read_link_map(folder.path()).value();
    const auto listed =
        run_process({.argv = {"llvm-nm-19", "--defined-only", "-S", "libMNN.so"}, .folder = folder.path()});
    ASSERT_TRUE(listed);
    for (const Function& function : map.at("source/backend/cpu/CPUA.cpp")) {
        EXPECT_NE(listed->out.find(fmt::format("{:016x} {:016x} T {}", function.offset, function.size, function.name)),
                  std::string::npos)
            << listed->out;
    }
}

TEST_F(LinkMap, AMapWithoutKernelsOrNoMapIsTroubleOfThisMachine) {
    add_object("source/backend/cpu/CPUA.cpp", "int a(int x) { return x; }\n");
    EXPECT_FALSE(read_link_map(folder.path()));
    ASSERT_TRUE(write_file_atomic(folder.path() / "libMNN.map", "VMA LMA Size Align Out In Symbol\nrubbish:(.text.\n"));
    const auto map = read_link_map(folder.path());
    ASSERT_FALSE(map);
    EXPECT_EQ(map.error().kind, ErrorKind::environment);
}

} // namespace
} // namespace mkb::mnn
