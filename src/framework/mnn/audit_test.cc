#include "framework/mnn/audit.h"

#include "base/files.h"
#include "base/process.h"
#include "framework/mnn/toolchain.h"

#include <elf.h>
#include <gtest/gtest.h>

namespace mkb::mnn {
namespace {

TEST(Audit, MathematicsMemoryAndContainersAreAllowed) {
    for (const char* name :
         {"memcpy", "malloc", "free", "expf", "exp", "sqrtl", "tanhf", "__expf_finite", "printf", "_Znwm", "_ZdlPvm",
          "_ZNSt6vectorIfSaIfEE7reserveEm", "_ZSt20__throw_length_errorPKc", "__stack_chk_fail", "__cxa_atexit"}) {
        EXPECT_TRUE(allowed_symbol(name)) << name;
    }
}

TEST(Audit, ProcessesFilesTimeAndThreadsAreRefused) {
    for (const char* name : {"fork",
                             "vfork",
                             "execve",
                             "system",
                             "popen",
                             "open",
                             "open64",
                             "fopen",
                             "read",
                             "write",
                             "unlink",
                             "socket",
                             "mmap",
                             "mmap64",
                             "mprotect",
                             "munmap",
                             "dlopen",
                             "dlsym",
                             "dl_iterate_phdr",
                             "syscall",
                             "ptrace",
                             "prctl",
                             "getenv",
                             "setenv",
                             "clock_gettime",
                             "gettimeofday",
                             "time",
                             "clock",
                             "pthread_create",
                             "pthread_self",
                             "signal",
                             "sigaction",
                             "longjmp",
                             "exit",
                             "_exit",
                             "kill",
                             "nanosleep",
                             "personality",
                             "__libc_start_main",
                             "_ZNSt6thread15_M_start_threadESt10unique_ptrINS_6_StateESt14default_deleteIS1_EEPFvvE",
                             "_ZNSt6chrono3_V212steady_clock3nowEv",
                             "_ZNSt14basic_ifstreamIcSt11char_traitsIcEEC1EPKcSt13_Ios_Openmode",
                             ""}) {
        EXPECT_FALSE(allowed_symbol(name)) << name;
    }
}

/// As the framework's headers write them.
constexpr const char* kHeader = R"(
namespace MNN {
class Interpreter; // only named
class MNN_PUBLIC Tensor {
public:
    int elementSize() const;
    static Tensor* createDevice(const std::vector<int>& shape);
};
struct Op;
class Execution : public NonCopyable {
public:
    Execution(Backend* backend) : mBackEnd(backend) {}
};
class CPUBackend : public Backend {
public:
    virtual Execution* onCreate(const std::vector<Tensor*>& inputs, const MNN::Op* op) override;
};
extern "C" {
void MNNPackC4(float* dst, const float* src, size_t area, size_t depth, int* areaOffset);
}
int32_t MNNGetC4DivNum(int32_t hP);
}
)";

TEST(Audit, TheFrameworksBuildingBlocksAreThoseOfItsHeaders) {
    BuildingBlocks blocks;
    add_declarations(kHeader, blocks);
    const auto allowed = [&](const char* name) { return allowed_symbol(name, Form::atomic, blocks); };
    for (const char* name :
         {"_ZNK3MNN6Tensor11elementSizeEv", "_ZN3MNN6Tensor12createDeviceERKSt6vectorIiSaIiEE",
          "_ZN3MNN9ExecutionC2EPNS_7BackendE", "_ZTVN3MNN9ExecutionE", "MNNPackC4", "_Z14MNNGetC4DivNumi"}) {
        EXPECT_TRUE(allowed(name)) << name;
        EXPECT_FALSE(allowed_symbol(name)) << name << " is in no header that was read";
    }
    for (const char* name : {"_ZN3MNN10CPUBackend8onCreateERKSt6vectorIPNS_6TensorESaIS3_EES7_PKNS_2OpE",
                             "_ZN3MNN10CPUBackend10addCreatorENS_6OpTypeEPNS0_7CreatorE",
                             "_ZN3MNN11Interpreter14createFromFileEPKc", "_ZN3MNN5TimerC1Ev", "MNNUnpackC4",
                             "_ZN3MNN23ConvolutionFloatFactory6createEPKNS_2OpE", "_ZTVN3MNN8CPUUnaryE", "_ZN3MNNE"}) {
        EXPECT_FALSE(allowed(name)) << name;
    }
}

TEST(Audit, ATransformMakesAndAsksExpressionsAndHasNothingElseOfTheFramework) {
    const auto allowed = [](const char* name) { return allowed_symbol(name, Form::composite); };
    for (const char* name :
         {"_ZN3MNN7Express4_AddENS0_4VARPES1_", "_ZN3MNN7Express6_Relu6ENS0_4VARPEff", "_ZNK3MNN7Express4VARPplES1_",
          "_ZN3MNN7Express8Variable7getInfoEv", "_ZN3MNN7Express8Variable12readInternalEb",
          "_ZN3MNN7Express4Expr6createEPKNS_3OpTESt6vectorINS0_4VARPESaIS6_EEi", "memcpy", "sqrtf"}) {
        EXPECT_TRUE(allowed(name)) << name;
        EXPECT_EQ(allowed_symbol(name), name[0] != '_') << name << " is nothing for an atomic kernel";
    }
    for (const char* name :
         {"_ZN3MNN7Express8Variable4saveERKSt6vectorINS0_4VARPESaIS3_EEPKc", "_ZN3MNN7Express8Variable4loadEPKc",
          "_ZN3MNN7Express8Variable7loadMapB5cxx11EPKc", "_ZN3MNN7Express8Executor17getGlobalExecutorEv",
          "_ZN3MNN7Express13ExecutorScope7CurrentEv", "_ZN3MNN7Express6Module4loadEv", "_ZN3MNN10CPUBackendC2Ev",
          "_ZN3MNN11Interpreter14createFromFileEPKc", "MNNReluFloat", "_ZNK3MNN6Tensor11elementSizeEv", "fopen"}) {
        EXPECT_FALSE(allowed(name)) << name;
    }
}

TEST(Audit, AGeometricCandidateGetsWhatRegionsAndCommandsAreMadeWith) {
    for (const char* name :
         {"memcpy", "_Znwm", "_ZNK3MNN6Tensor5shapeEv", "_ZN3MNN6TensorD1Ev",
          "_ZN3MNN11TensorUtils13makeFullSliceEPNS_6TensorE", "_ZN3MNN11TensorUtils11getDescribeEPKNS_6TensorE",
          "_ZN3MNN21GeometryComputerUtils10makeBinaryEiPNS_6TensorES2_S2_",
          "_ZN3MNN16GeometryComputer7Context11allocTensorEPNS_6TensorE"}) {
        EXPECT_TRUE(allowed_symbol(name, Form::geometric)) << name;
    }
    for (const char* name :
         {"_ZN3MNN16GeometryComputer20ComputePermuteRegionEPNS_6TensorES2_Pii",
          "_ZN3MNN16GeometryComputer6searchEiNS_7Runtime12CompilerTypeE",
          "_ZN3MNN16GeometryComputer24registerGeometryComputerESt10shared_ptrIS0_ESt6vectorIiSaIiEENS_"
          "7Runtime12CompilerTypeE",
          "_ZN3MNN12ConvertUtils11broadcasttoEPNS_6TensorES2_b", "_ZTVN3MNN23DefaultGeometryComputerE",
          "_ZN3MNN21GeometryComputerUtils10makeRasterERKNS_13CommandBufferERS1_RNS_16GeometryComputer7ContextE",
          "_ZN3MNN21GeometryComputerUtils32shapeComputeAndGeometryTransformEv",
          "_ZN3MNN13OpCommonUtils27createExecutionWithExternalEv", "_ZN3MNN23GeometryComputerManager9gInstanceE",
          "MNNGetCoreFunctions", "MNNGetC4DivNum", "_ZN3MNN9ExecutionC2EPNS_7BackendE", "fork"}) {
        EXPECT_FALSE(allowed_symbol(name, Form::geometric)) << name;
    }
}

TEST(Audit, NamesAreShownAsPeopleWriteThem) {
    EXPECT_EQ(demangle("_ZN3MNN10CPUSoftmax8onResizeEv"), "MNN::CPUSoftmax::onResize()");
    EXPECT_EQ(demangle("fork"), "fork");
    EXPECT_EQ(demangle(""), "");
}

/// Small shared objects, compiled here.
class AuditFile : public testing::Test {
protected:
    std::vector<std::string> findings(const std::string& source, const std::vector<Function>& native = {},
                                      const std::vector<std::string>& options = {}) {
        const auto text = folder.path() / "plugin.cc";
        const auto plugin = folder.path() / "plugin.so";
        EXPECT_TRUE(write_file_atomic(text, source));
        std::vector<std::string> command = {kCxx,          "-O1", "-shared",      "-fPIC", "-fuse-ld=lld-19",
                                            text.string(), "-o",  plugin.string()};
        command.insert(command.end(), options.begin(), options.end());
        const auto done = run_process({.argv = command});
        EXPECT_TRUE(done && done->ok()) << (done ? done->err : done.error().message);
        return audit_plugin(plugin, native).value();
    }

    TempDir folder = TempDir::make("mkb-audit-test").value();
};

TEST_F(AuditFile, AKernelThatOnlyComputesPasses) {
    EXPECT_EQ(findings("#include <cmath>\n#include <vector>\n"
                       "float kernel(const std::vector<float>& x) { float y = 0; for (float v : x) y += std::exp(v);"
                       " return y; }"),
              std::vector<std::string>());
}

#if defined(__x86_64__)
TEST_F(AuditFile, WhatACompilerCallsForAarch64Passes) {
    EXPECT_EQ(findings("#include <atomic>\n"
                       "static std::atomic<int> calls;\n"
                       "float kernel(float x, unsigned long n) { long double sum = 0; calls.fetch_add(1);"
                       " for (unsigned long i = 0; i < n; ++i) { sum += (long double)i * x; sum /= 3; }"
                       " return sum > 7 ? (float)sum : (float)(double)-sum; }",
                       {}, {"--target=aarch64-linux-gnu"}),
              std::vector<std::string>());
}
#endif

TEST_F(AuditFile, EveryRefusedSymbolIsNamed) {
    const auto found = findings("extern \"C\" { int fork(); int open(const char*, int, ...); }\n"
                                "int kernel() { return fork() + open(\"/etc/passwd\", 0); }");
    ASSERT_EQ(found.size(), 2U);
    EXPECT_TRUE(found[0].starts_with("refused symbol 'fork'") || found[1].starts_with("refused symbol 'fork'"));
    EXPECT_TRUE(found[0].starts_with("refused symbol 'open'") || found[1].starts_with("refused symbol 'open'"));
}

TEST_F(AuditFile, AWeakReferenceCountsToo) {
    const auto found = findings("extern \"C\" __attribute__((weak)) int fork();\n"
                                "int kernel() { return fork ? fork() : 0; }");
    ASSERT_EQ(found.size(), 1U);
    EXPECT_NE(found.front().find("'fork'"), std::string::npos);
}

TEST_F(AuditFile, TheNativeKernelItselfIsRefusedByName) {
    const std::string source = "namespace MNN { struct CPUBinary { void onExecute(); }; }\n"
                               "void kernel() { MNN::CPUBinary().onExecute(); }";
    ASSERT_EQ(findings(source).size(), 1U);
    EXPECT_NE(findings(source).front().find("building blocks"), std::string::npos);
    const auto found = findings(source, {{.name = "_ZN3MNN9CPUBinary9onExecuteEv", .offset = 1, .size = 1}});
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found.front(), "refused symbol 'MNN::CPUBinary::onExecute()': it is the native kernel itself");
}

TEST_F(AuditFile, AnIndirectFunctionIsRefused) {
    const auto found =
        findings("static int one() { return 1; }\n"
                 "extern \"C\" { __attribute__((visibility(\"hidden\"))) int (*choose())() { return one; }\n"
                 "__attribute__((visibility(\"default\"), ifunc(\"choose\"))) int chosen(); }");
    ASSERT_EQ(found.size(), 1U);
    EXPECT_NE(found.front().find("indirect function"), std::string::npos);
}

TEST_F(AuditFile, AnIndirectFunctionThatOnlyThePluginSeesIsRefused) {
    const std::string source =
        "static int one() { return 1; }\n"
        "extern \"C\" __attribute__((used, visibility(\"hidden\"))) int (*choose())() { return one; }\n"
        "static __attribute__((ifunc(\"choose\"))) int chosen();\n"
        "int kernel() { return chosen(); }";
    const auto found = findings(source);
    ASSERT_GE(found.size(), 1U);
    EXPECT_NE(found.front().find("indirect function"), std::string::npos);
}

TEST_F(AuditFile, ADefinitionOfItsOwnDoesNotHideWhatTheLoaderWouldTake) {
    const std::string source = "namespace MNN { struct CPUBinary { void onExecute(); }; }\n"
                               "__attribute__((weak)) void MNN::CPUBinary::onExecute() { asm(\"\"); }\n"
                               "__attribute__((weak)) void kept() { asm(\"\"); }\n"
                               "void kernel() { MNN::CPUBinary().onExecute(); kept(); }";
    const std::vector<Function> native = {{.name = "_ZN3MNN9CPUBinary9onExecuteEv", .offset = 1, .size = 1}};
    EXPECT_EQ(findings(source, native).size(), 2U);
    EXPECT_EQ(findings(source, native, {"-Wl,-Bsymbolic"}), std::vector<std::string>());
}

TEST_F(AuditFile, ANameThatOthersMightTakeIsRefusedTheRunnersOwnIsNot) {
    const std::string source = "extern \"C\" __attribute__((visibility(\"default\"))) int NAME() { return 0; }\n";
    for (const char* name : {"clock_gettime", "malloc", "main"}) {
        const auto found =
            findings(source, {}, {"-fvisibility=hidden", "-Wl,-Bsymbolic", std::string("-DNAME=") + name});
        ASSERT_EQ(found.size(), 1U) << name;
        EXPECT_NE(found.front().find(name), std::string::npos);
    }
    EXPECT_TRUE(findings(source, {}, {"-fvisibility=hidden", "-DNAME=mkb_register_v1"}).empty());
}

TEST_F(AuditFile, AnotherLibraryAndASearchPathAreRefused) {
    const auto needed = findings("int kernel() { return 1; }", {}, {"-Wl,--no-as-needed", "-lz"});
    const auto path = findings("int kernel() { return 1; }", {}, {"-Wl,-rpath,/tmp"});
    ASSERT_EQ(path.size(), 1U);
    EXPECT_NE(path.front().find("dynamic tag"), std::string::npos);
    ASSERT_EQ(needed.size(), 1U);
    EXPECT_NE(needed.front().find("libz"), std::string::npos);
}

TEST_F(AuditFile, APluginForAnotherProcessorIsOneClearLine) {
    const auto plugin = folder.path() / "plugin.so";
    (void)findings("int kernel() { return 1; }");
    EXPECT_TRUE(check_processor(plugin, plugin));
    std::string other = read_file(plugin).value();
    for (const auto& [machine, name] : {std::pair(EM_AARCH64, "aarch64"), std::pair(EM_X86_64, "x86-64")}) {
        other[offsetof(Elf64_Ehdr, e_machine)] = static_cast<char>(machine);
        ASSERT_TRUE(write_file_atomic(folder.path() / name, other));
    }
    const auto wrong = check_processor(folder.path() / "x86-64", folder.path() / "aarch64");
    ASSERT_FALSE(wrong);
    EXPECT_EQ(wrong.error().kind, ErrorKind::environment);
    EXPECT_EQ(wrong.error().message, fmt::format("the compiler made a plug-in for x86-64, but {} is for aarch64",
                                                 (folder.path() / "aarch64").string()));
    ASSERT_TRUE(write_file_atomic(folder.path() / "text", "no library"));
    EXPECT_FALSE(check_processor(folder.path() / "text", plugin));
}

TEST_F(AuditFile, WhatIsNoPluginIsAFindingNotACrash) {
    (void)findings("#include <cmath>\nfloat kernel(float x) { return std::exp(x); }");
    const std::string whole = read_file(folder.path() / "plugin.so").value();
    const auto path = folder.path() / "cut.so";
    for (const std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{63}, std::size_t{64}, std::size_t{200},
                                   whole.size() / 2, whole.size() - 64, whole.size() - 1}) {
        ASSERT_TRUE(write_file_atomic(path, whole.substr(0, size)));
        EXPECT_TRUE(audit_plugin(path, {})) << size;
    }
    ASSERT_TRUE(write_file_atomic(path, std::string(10'000, 'x')));
    EXPECT_EQ(audit_plugin(path, {}).value(), std::vector<std::string>{"the plug-in is no 64-bit ELF file"});
    std::string damaged = whole;
    for (std::size_t i = 16; i < 64; ++i) {
        damaged[i] = '\x7f';
        ASSERT_TRUE(write_file_atomic(path, damaged));
        EXPECT_TRUE(audit_plugin(path, {}));
    }
    EXPECT_FALSE(audit_plugin(folder.path() / "missing.so", {}));
}

} // namespace
} // namespace mkb::mnn
