#include "framework/mnn/seal.h"

#include "base/files.h"
#include "base/process.h"
#include "framework/mnn/toolchain.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mkb::mnn {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

/// Objects and libraries in small, made with the tools that an in-tree build uses.
class Seal : public testing::Test {
protected:
    std::string path(const std::string& name) const { return (folder.path() / name).string(); }
    void run(const std::vector<std::string>& command) {
        const auto done = run_process({.argv = command, .folder = folder.path()});
        ASSERT_TRUE(done && done->ok()) << (done ? done->err : done.error().message);
    }
    void compile(const std::string& source, const std::string& object) {
        ASSERT_TRUE(write_file_atomic(folder.path() / "source.cc", source));
        run({kCxx, "-std=c++17", "-O1", "-fPIC", "-ffunction-sections", "-fdata-sections", "-c", "source.cc", "-o",
             object});
    }
    /// The sealed object of a candidate, whether it passes the check or not.
    std::string seal(const std::string& source) {
        compile(source, "candidate.o");
        EXPECT_TRUE(write_file_atomic(folder.path() / "seal.ld", kSealScript));
        run({"ld.lld-19", "-r", "--force-group-allocation", "-T", "seal.ld", "candidate.o", "-o", "merged.o"});
        std::vector<std::string> command = {"llvm-objcopy-19"};
        std::ranges::copy(seal_options(), std::back_inserter(command));
        command.insert(command.end(), {"merged.o", "sealed.o"});
        run(command);
        return read_file(folder.path() / "sealed.o").value();
    }
    std::string listed(const std::string& file) {
        return run_process({.argv = {"llvm-nm-19", file}, .folder = folder.path()}).value().out;
    }
    std::string link(const std::vector<std::string>& objects, const std::string& library,
                     const std::vector<std::string>& options = {}) {
        std::vector<std::string> command = {kCxx, "-shared", "-fuse-ld=lld-19", "-Wl,-soname,libMNN.so"};
        command.insert(command.end(), options.begin(), options.end());
        command.insert(command.end(), objects.begin(), objects.end());
        command.insert(command.end(), {"-o", library});
        run(command);
        return read_file(folder.path() / library).value();
    }
    /// Asks the linker to keep the places of the plain library's code.
    static std::string in_place(const std::string& plain) {
        return fmt::format("-Wl,--section-start=.text={:#x}", code_address(plain).value());
    }
    Function function(const std::string& library, const std::string& name) {
        const auto done =
            run_process({.argv = {"llvm-nm-19", "-S", "--defined-only", library}, .folder = folder.path()});
        std::istringstream lines(done.value().out);
        for (std::string line; std::getline(lines, line);) {
            if (line.ends_with(" " + name)) {
                return {.name = name,
                        .offset = std::stoull(line.substr(0, 16), nullptr, 16),
                        .size = std::stoull(line.substr(17, 16), nullptr, 16)};
            }
        }
        ADD_FAILURE() << name << " is not in " << library;
        return {};
    }

    TempDir folder = TempDir::make("mkb-seal-test").value();
};

constexpr const char* kEntry = "extern \"C\" void mkb_register_v1() {}\n";
constexpr const char* kFramework =
    "int calls = 0;\n"
    "namespace MNN { int width(int x) { return x + 1; } __attribute__((weak)) int height(int x) { return x + 2; } }\n"
    "__attribute__((constructor)) void begin() { calls = 1; }\n"
    "int both(int x) { return MNN::width(x) * MNN::height(x); }\n";

TEST_F(Seal, AnHonestKernelKeepsItsEntryPointAndNothingElse) {
    const std::string object =
        seal(std::string(kEntry) + "#include <functional>\n#include <vector>\n"
                                   "thread_local std::vector<float> scratch;\nstatic int table[] = {1, 2, 3};\n"
                                   "struct Base { virtual ~Base() {} virtual int run(int) = 0; };\n"
                                   "struct Kernel : Base { int run(int i) override { scratch.resize(7);"
                                   " std::function<int(int)> f = [](int x) { return table[x]; }; return f(i); } };\n"
                                   "static Kernel kernel;\nBase* own() { return &kernel; }\n");
    EXPECT_THAT(check_sealed(object), IsEmpty());
    EXPECT_THAT(listed("sealed.o"), HasSubstr("T mkb_register_v1"));
    EXPECT_THAT(listed("sealed.o"), Not(HasSubstr(" T _Z")));
    EXPECT_THAT(listed("sealed.o"), Not(HasSubstr(" W _Z")));
    EXPECT_THAT(listed("sealed.o"), Not(HasSubstr(" V _Z")));
}

TEST_F(Seal, AnObjectThatWasNotClosedIsRefused) {
    compile(std::string(kEntry) + "int width(int x) { return x; }\n", "open.o");
    EXPECT_THAT(check_sealed(read_file(folder.path() / "open.o").value()),
                testing::Contains(HasSubstr("refused symbol 'width(int)'")));
}

TEST_F(Seal, WhatALoaderWouldRunIsRefused) {
    for (const char* section : {".init", ".fini", ".ctors", ".preinit_array", ".init_array_too", ".got", ".interp"}) {
        const std::string object =
            seal(std::string(kEntry) + "asm(\".section " + section + ",\\\"aw\\\"\\n.quad 0\\n.text\");\n");
        EXPECT_THAT(check_sealed(object), ElementsAre(HasSubstr(section))) << section;
    }
    EXPECT_THAT(check_sealed(seal(std::string(kEntry) + "static int one() { return 1; }\n"
                                                        "extern \"C\" __attribute__((used)) int (*choose())() "
                                                        "{ return one; }\n"
                                                        "static __attribute__((ifunc(\"choose\"))) int chosen();\n"
                                                        "int kernel() { return chosen(); }\n")),
                testing::Contains(HasSubstr("indirect function")));
}

TEST_F(Seal, MemoryThatIsWritableAndCodeIsRefused) {
    EXPECT_THAT(check_sealed(seal(std::string(kEntry) + "asm(\".section .data.x,\\\"awx\\\"\\n.quad 0\\n.text\");\n")),
                ElementsAre(HasSubstr("'.data.x'")));
    EXPECT_THAT(check_sealed(seal(std::string(kEntry) + "asm(\".section .text.w,\\\"awx\\\"\\n.quad 0\\n.text\");\n")),
                ElementsAre(HasSubstr("'mkb_text'")));
    EXPECT_THAT(check_sealed(seal(std::string(kEntry) + "asm(\".section .rodata.x,\\\"aw\\\"\\n.quad 0\\n.text\");\n")),
                ElementsAre(HasSubstr("'.rodata.x'")));
}

TEST_F(Seal, ANameWithoutAPlaceCouldBecomeTheFrameworksAndIsRefused) {
    EXPECT_THAT(check_sealed(seal(std::string(kEntry) + "asm(\".comm calls,4,4\");\n")),
                testing::Contains(HasSubstr("'calls'")));
}

TEST_F(Seal, MoreMemoryThanAKernelGetsIsRefused) {
    EXPECT_THAT(check_sealed(seal(std::string(kEntry) + "char big[3L << 30]; char* own() { return big; }\n")),
                ElementsAre(HasSubstr("wants 2048 MB")));
    EXPECT_THAT(
        check_sealed(seal(std::string(kEntry) + "thread_local char big[8 << 20]; char* own() { return big; }\n")),
        ElementsAre(HasSubstr("8192 kB in every thread")));
    EXPECT_THAT(check_sealed(seal(std::string(kEntry) + "alignas(1 << 23) char far[1]; char* own() { return far; }\n")),
                ElementsAre(HasSubstr(".bss")));
}

TEST_F(Seal, ConstantsThatPushTheFrameworksCodeFromWhatItCallsAreRefused) {
    EXPECT_THAT(check_sealed(
                    seal(std::string(kEntry) + "asm(\".section far,\\\"a\\\",@nobits\\n.zero 200000000\\n.text\");\n")),
                testing::Contains(HasSubstr("'far'")));
    EXPECT_THAT(check_sealed(seal(std::string(kEntry) + "asm(\".section far,\\\"a\\\"\\n.zero 80000000\\n.text\");\n")),
                ElementsAre(HasSubstr("76 MB of constants")));
}

TEST_F(Seal, WhatIsNoObjectIsAFindingNotACrash) {
    const std::string whole = seal(kEntry);
    for (std::size_t size = 0; size < whole.size(); size += 7) {
        (void)check_sealed(whole.substr(0, size));
    }
    std::string damaged = whole;
    for (std::size_t i = 0; i < damaged.size(); i += 3) {
        damaged[i] = '\x7f';
        (void)check_sealed(damaged);
    }
    EXPECT_THAT(check_sealed(""), Not(IsEmpty()));
    EXPECT_THAT(check_sealed(std::string(10'000, 'x')), Not(IsEmpty()));
}

TEST_F(Seal, TheFrameworkKeepsItsOwnFunctionsWhateverTheCandidateDefines) {
    (void)seal(std::string(kEntry) +
               "#include <cstdlib>\n#include <new>\n"
               "int calls = 7;\nnamespace MNN { int width(int) { return 70; } int height(int) { return 700; } }\n"
               "void* operator new(std::size_t) { std::abort(); }\n"
               "__attribute__((constructor)) void begin() { std::abort(); }\n");
    compile(kFramework, "framework.o");
    link({"framework.o", "sealed.o"}, "libMNN.so");
    ASSERT_TRUE(write_file_atomic(folder.path() / "program.cc",
                                  "extern int calls; int both(int);\n"
                                  "int main() { return *new int(calls) == 1 && both(1) == 2 * 3 ? 0 : 1; }\n"));
    run({kCxx, "-O0", "program.cc", "libMNN.so", "-Wl,-rpath,$ORIGIN", "-fuse-ld=lld-19", "-o", "program"});
    run({path("program")});
}

TEST_F(Seal, TheLibrarySaysWhereCandidateAndNativeCodeAre) {
    compile(kFramework, "framework.o");
    const std::string plain = link({"framework.o"}, "plain.so");
    (void)seal(std::string(kEntry) + "static volatile int made = 0;\n"
                                     "__attribute__((constructor(300))) void first() { made = 1; }\n"
                                     "__attribute__((constructor)) void second() { made *= 2; }\n"
                                     "extern const char text[] = \"moves everything that comes after it by some bytes"
                                     " ................................................................\";\n"
                                     "int kernel() { return made + text[3]; }\n");
    const std::string linked = link({"framework.o", "sealed.o"}, "linked.so", {in_place(plain)});
    const Function native = function("plain.so", "_ZN3MNN5widthEi");
    const auto inside = look_inside(plain, linked, {native});
    ASSERT_TRUE(inside) << inside.error().message;
    const Function moved = function("linked.so", "_ZN3MNN5widthEi");
    EXPECT_EQ(moved.offset, native.offset);
    EXPECT_EQ(inside->constructor_count, 2U);
    const Function kernel = function("linked.so", "_Z6kernelv");
    EXPECT_EQ(inside->code % 4096, 0U) << "as in a plug-in";
    EXPECT_LE(inside->code, kernel.offset);
    EXPECT_LE(kernel.offset + kernel.size, inside->code + inside->code_bytes);
    EXPECT_TRUE(moved.offset < inside->code || moved.offset >= inside->code + inside->code_bytes);
}

TEST_F(Seal, ALibraryThatAsksMoreOfTheLoaderIsTroubleOfOurs) {
    compile(kFramework, "framework.o");
    const std::string plain = link({"framework.o"}, "plain.so");
    compile("__attribute__((constructor)) void more() {}\n", "more.o");
    compile("namespace MNN { int depth(int x) { return x; } }\n", "other.o");
    const auto fits = [&](const std::vector<std::string>& objects, std::vector<std::string> options) {
        options.push_back(in_place(plain));
        return look_inside(plain, link(objects, "linked.so", options), {}).has_value();
    };
    EXPECT_TRUE(look_inside(plain, plain, {}));
    EXPECT_TRUE(fits({"framework.o"}, {}));
    EXPECT_FALSE(fits({"framework.o", "more.o"}, {}));
    EXPECT_FALSE(fits({"framework.o", "other.o"}, {}));
    EXPECT_FALSE(fits({"framework.o"}, {"-Wl,-rpath,/tmp"}));
    EXPECT_FALSE(fits({"framework.o"}, {"-Wl,--no-as-needed", "-lz"}));
    const std::string moved = fmt::format("-Wl,--section-start=.text={:#x}", code_address(plain).value() + 64);
    EXPECT_FALSE(look_inside(plain, link({"framework.o"}, "moved.so", {moved}), {}));
    EXPECT_FALSE(look_inside(plain, plain, {{.name = "_ZN3MNN7missingEv", .offset = 4096, .size = 1}}));
    EXPECT_FALSE(look_inside(plain, "", {}));
    EXPECT_FALSE(look_inside(plain, plain.substr(0, plain.size() / 2), {}));
    EXPECT_FALSE(code_address(""));
}

} // namespace
} // namespace mkb::mnn
