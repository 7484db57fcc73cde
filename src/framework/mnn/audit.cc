#include "framework/mnn/audit.h"

#include "base/files.h"
#include "framework/mnn/elf.h"

#include <algorithm>
#include <cstdlib>
#include <cxxabi.h>
#include <elf.h>
#include <fstream>
#include <memory>
#include <set>

namespace mkb::mnn {

namespace {

// Memory, text, conversions: what a kernel may want of libc. Everything that touches processes, files, time or other
// threads is not here, and is refused by not being here.
constexpr std::string_view kLibc[] = {
    "memcpy", "memmove", "memset", "memcmp", "memchr", "strlen", "strcmp", "strncmp", "strcpy", "strncpy", "strchr",
    "strstr", "malloc", "calloc", "realloc", "free", "aligned_alloc", "posix_memalign", "memalign", "abort", "qsort",
    "bsearch", "abs", "labs", "printf", "puts", "putchar", "fprintf", "fputs", "fwrite", "snprintf", "vsnprintf",
    "sprintf", "stdout", "stderr", "fflush", "__assert_fail", "__stack_chk_fail", "bcmp", "atexit", "__cxa_atexit",
    "__cxa_finalize", "__cxa_guard_acquire", "__cxa_guard_release", "__cxa_guard_abort", "__cxa_pure_virtual",
    "__cxa_thread_atexit", "__gmon_start__", "_ITM_deregisterTMCloneTable", "_ITM_registerTMCloneTable",
    "__gxx_personality_v0", "_Unwind_Resume", "__tls_get_addr", "__printf_chk", "__snprintf_chk", "__memcpy_chk",
    "__memset_chk", "__memmove_chk", "__strlen_chk", "__vsnprintf_chk", "__assert2", "__cpu_model", "__isoc99_sscanf",
    "strtof", "strtod", "atoi", "atof", "lrand48", "drand48", "rand", "rand_r", "srand", "strcat", "strncat", "strrchr",
    "strtol", "strtoul", "strtoll", "strtoull", "llabs", "fputc", "putc", "vprintf", "vfprintf", "__fprintf_chk",
    "__sprintf_chk",
    "__errno_location", // std::stoi and its like
    "__fpclassify", "__fpclassifyf", "__signbit", "__signbitf",
    // The floating-point environment of the kernel's own process.
    "feclearexcept", "fetestexcept", "fegetround", "fesetround", "fegetenv", "fesetenv", "feholdexcept", "feupdateenv",
    "__libc_single_threaded"};

// What compilers call for aarch64: which atomic instructions there are, and arithmetic of long double.
constexpr std::string_view kAarch64[] = {
    "__getauxval", "__addtf3",    "__subtf3",      "__multf3",     "__divtf3",     "__negtf2",     "__extendsftf2",
    "__eqtf2",     "__netf2",     "__letf2",       "__lttf2",      "__getf2",      "__gttf2",      "__extenddftf2",
    "__unordtf2",  "__fixtfsi",   "__fixtfdi",     "__fixunstfsi", "__fixunstfdi", "__trunctfsf2", "__trunctfdf2",
    "__floatsitf", "__floatditf", "__floatunsitf", "__floatunditf"};

constexpr std::string_view kLibm[] = {
    "acos",   "acosh",     "asin",      "asinh", "atan",      "atan2",  "atanh", "cbrt",   "ceil",      "copysign",
    "cos",    "cosh",      "erf",       "erfc",  "exp",       "exp2",   "exp10", "expm1",  "fabs",      "fdim",
    "floor",  "fma",       "fmax",      "fmin",  "fmod",      "frexp",  "hypot", "ilogb",  "ldexp",     "lgamma",
    "llrint", "llround",   "log",       "log10", "log1p",     "log2",   "logb",  "lrint",  "lround",    "modf",
    "nan",    "nearbyint", "nextafter", "pow",   "remainder", "remquo", "rint",  "round",  "roundeven", "scalbln",
    "scalbn", "sin",       "sincos",    "sinh",  "sqrt",      "tan",    "tanh",  "tgamma", "trunc"};

// Of libstdc++: containers, strings, algorithms, operators new and delete; not threads, files, clocks, locales.
constexpr std::string_view kStandardPrefixes[] = {"_Zn",
                                                  "_Zd",
                                                  "_ZNSt6vector",
                                                  "_ZNKSt6vector",
                                                  "_ZNSs",
                                                  "_ZNKSs",
                                                  "_ZNSt7__cxx1112basic_string",
                                                  "_ZNKSt7__cxx1112basic_string",
                                                  "_ZNSt12basic_string",
                                                  "_ZNKSt12basic_string",
                                                  "_ZSt17__throw_",
                                                  "_ZSt19__throw_",
                                                  "_ZSt20__throw_",
                                                  "_ZSt21__throw_",
                                                  "_ZSt24__throw_",
                                                  "_ZSt25__throw_",
                                                  "_ZSt28__throw_",
                                                  "_ZSt16__throw_",
                                                  "_ZSt18_Rb_tree_",
                                                  "_ZSt29_Rb_tree_",
                                                  "_ZSt28_Rb_tree_",
                                                  "_ZSt18__throw_",
                                                  "_ZSt9terminatev",
                                                  "_ZNSt8__detail",
                                                  "_ZNKSt8__detail",
                                                  "_ZSt11_Hash_bytes",
                                                  "_ZTV",
                                                  "_ZTVN10__cxxabiv1"};

// Members of building blocks' classes that lead to the native kernel or to the harness, whatever the task.
constexpr std::string_view kRefusedFramework[] = {"_ZN3MNN10CPUBackend8onCreate",
                                                  "_ZN3MNN10CPUBackend10addCreator",
                                                  "_ZN3MNN10CPUBackend8gCreator",
                                                  "_ZN3MNN10CPUBackend14initCreatorMap",
                                                  "_ZN3MNN10CPURuntime",
                                                  "_ZN3MNN10ThreadPool4init",
                                                  "_ZN3MNN10ThreadPool7destroy",
                                                  "_ZN3MNN9Execution18insertExtraCreator",
                                                  "_ZN3MNN9Execution18searchExtraCreator",
                                                  "_ZN3MNN25MNNGetExtraRuntimeCreator"};

// Of the expressions, what does more than to make and ask them: it reads and writes files, runs models of its own, or
// changes how everything after it is computed.
constexpr std::string_view kRefusedExpression[] = {
    "_ZN3MNN7Express8Variable4save", "_ZN3MNN7Express8Variable4load", "_ZN3MNN7Express8Variable7loadMap",
    "_ZN3MNN7Express8Variable12setDevicePtr", "_ZN3MNN7Express8Variable15copyToDevicePtr"};

/// "MNN::Express::_Add", its Variable, VARP and Expr, and vectors of them.
bool is_expression(std::string_view name) {
    const auto starts = [&](std::string_view prefix) { return name.starts_with(prefix); };
    if (std::ranges::any_of(kRefusedExpression, starts)) {
        return false;
    }
    constexpr std::string_view kRoom = "_ZN3MNN7Express";
    if (name.starts_with(kRoom)) {
        // A free function's name follows its length: only those that make expressions begin with "_".
        std::string_view rest = name.substr(kRoom.size());
        rest.remove_prefix(std::min(rest.find_first_not_of("0123456789"), rest.size()));
        if (rest.starts_with("_")) {
            return true;
        }
    }
    constexpr std::string_view kClasses[] = {"_ZN3MNN7Express8Variable", "_ZNK3MNN7Express8Variable",
                                             "_ZN3MNN7Express4VARP",     "_ZNK3MNN7Express4VARP",
                                             "_ZN3MNN7Express4Expr",     "_ZNK3MNN7Express4Expr"};
    return std::ranges::any_of(kClasses, starts);
}
// What regions and commands are made with. Not here: ConvertUtils, GeometryConvUtils, ComputePermuteRegion and
// makeRaster, which are native computers or the framework's own next step; GeometryComputer::search.
constexpr std::string_view kGeometryFramework[] = {"_ZN3MNN6Tensor",
                                                   "_ZNK3MNN6Tensor",
                                                   "_ZN3MNN11TensorUtils",
                                                   "_ZN3MNN16GeometryComputer7Context10allocConst",
                                                   "_ZN3MNN16GeometryComputer7Context11allocTensor",
                                                   "_ZN3MNN16GeometryComputer7Context11searchConst",
                                                   "_ZN3MNN21GeometryComputerUtils11makeCommand",
                                                   "_ZN3MNN21GeometryComputerUtils10makeBinary",
                                                   "_ZN3MNN21GeometryComputerUtils10makeReduce",
                                                   "_ZN3MNN21GeometryComputerUtils9makeUnary",
                                                   "_ZN3MNN21GeometryComputerUtils10makeMatMul",
                                                   "_ZN3MNN21GeometryComputerUtils13makeLayerNorm",
                                                   "_ZN3MNN21GeometryComputerUtils8makePool",
                                                   "_ZN3MNN21GeometryComputerUtils17makeRawAddressRef",
                                                   "_ZN3MNN13OpCommonUtils18unravelIndexHelper",
                                                   "_ZN3MNN13OpCommonUtils13computeStride",
                                                   "_ZN3MNN13OpCommonUtils15convertDataType",
                                                   "_ZN3MNN13OpCommonUtils14convertDimType",
                                                   "_ZN3MNN13OpCommonUtils19broastCastComputeDim",
                                                   "_ZN3MNN13OpCommonUtils17computeMatMulSize",
                                                   "_ZN3MNN17ConvolutionCommon14convolutionPad",
                                                   "_ZN3MNN17ConvolutionCommon18convolutionPadFull",
                                                   "_ZN3MNN17ConvolutionCommon23convolutionTransposePad"};

bool is_math(std::string_view name) {
    if (name.starts_with("__") && name.ends_with("_finite")) {
        name = name.substr(2, name.size() - 9);
    }
    if (std::ranges::find(kLibm, name) != std::end(kLibm)) {
        return true;
    }
    return !name.empty() && (name.back() == 'f' || name.back() == 'l') &&
           std::ranges::find(kLibm, name.substr(0, name.size() - 1)) != std::end(kLibm);
}

bool is_framework(std::string_view name, Form form, const BuildingBlocks& blocks) {
    if (form == Form::composite) {
        return is_expression(name);
    }
    if (form == Form::geometric) {
        return std::ranges::any_of(kGeometryFramework,
                                   [&](std::string_view allowed) { return name.starts_with(allowed); });
    }
    return blocks.has(name) &&
           std::ranges::none_of(kRefusedFramework, [&](std::string_view refused) { return name.starts_with(refused); });
}

/// Android's C++ library keeps std in the inline namespace __ndk1: "_ZNSt6__ndk16vector…" is "_ZNSt6vector…".
std::string without_inline_namespace(std::string_view name) {
    constexpr std::string_view kInline = "6__ndk1";
    std::string plain(name);
    if (const std::size_t at = plain.find(kInline); plain.starts_with("_Z") && at != std::string::npos && at <= 6) {
        plain.erase(at, kInline.size());
    }
    return plain;
}

/// Numbers of the symbols that the loader looks up, wherever their definition is: a plug-in's own definition of a name
/// counts for nothing when another library has that name too.
std::set<std::uint64_t> looked_up(const Elf& elf, std::vector<std::string>& findings) {
    std::set<std::uint64_t> numbers;
    for (const Elf64_Shdr* section : elf.sections()) {
        if (section->sh_type != SHT_RELA) {
            continue;
        }
        for (const auto* relocation : elf.entries<Elf64_Rela>(*section)) {
            numbers.insert(ELF64_R_SYM(relocation->r_info));
            if (is_indirect(*relocation, elf.header()->e_machine)) {
                findings.emplace_back("refused: an indirect function (ifunc, target_clones) runs while loading");
            }
        }
    }
    return numbers;
}

/// A plain name that the plug-in offers to whoever looks for it. C++ names are its own affair, operators new and delete
/// included: the loader asks the runner's libraries first.
bool stands_in_for_another(std::string_view name) {
    constexpr std::string_view kEntryPoints[] = {"mkb_register_v1", "mkb_transforms_v1"};
    // What linkers add on their own.
    constexpr std::string_view kLinkers[] = {"_init", "_fini", "_edata", "_end", "__bss_start", "__dso_handle"};
    return !name.starts_with("_Z") && std::ranges::find(kEntryPoints, name) == std::end(kEntryPoints) &&
           std::ranges::find(kLinkers, name) == std::end(kLinkers);
}

std::string_view what_is_allowed(Form form) {
    switch (form) {
    case Form::composite:
        return "a transform makes expressions with what ExprCreator.hpp offers only";
    case Form::geometric:
        return "a geometry computer makes regions and commands, with what docs/rules.md lists, and runs nothing itself";
    case Form::atomic:
        break;
    }
    return "a kernel computes with memory, mathematics and the framework's building blocks only (docs/rules.md lists "
           "them)";
}

void audit_symbols(const Elf& elf, const std::set<std::string>& native, const std::vector<std::string>& entries,
                   Form form, const BuildingBlocks& blocks, std::vector<std::string>& findings) {
    const Elf64_Shdr* table = elf.section(SHT_DYNSYM);
    const Elf64_Shdr* names = table != nullptr ? elf.section_number(table->sh_link) : nullptr;
    if (names == nullptr) {
        findings.emplace_back("the plug-in has no symbol table");
        return;
    }
    const std::set<std::uint64_t> wanted = looked_up(elf, findings);
    std::uint64_t number = 0;
    for (const auto* symbol : elf.entries<Elf64_Sym>(*table)) {
        const std::string name = elf.text(names->sh_offset + symbol->st_name);
        const bool own = symbol->st_shndx != SHN_UNDEF;
        if (ELF64_ST_TYPE(symbol->st_info) == STT_GNU_IFUNC) {
            findings.push_back(fmt::format("refused symbol '{}': an indirect function runs while loading", name));
        } else if (own && stands_in_for_another(name)) {
            findings.push_back(fmt::format("refused symbol '{}': the plug-in offers it to others, who have one", name));
        }
        if (number++ == 0 || (own && !wanted.contains(number - 1))) {
            continue;
        }
        if (native.contains(name) || names_entry(demangle(name), entries)) {
            findings.push_back(fmt::format("refused symbol '{}': it is the native kernel itself", demangle(name)));
        } else if (!allowed_symbol(name, form, blocks) && !own) {
            findings.push_back(fmt::format("refused symbol '{}': {}", demangle(name), what_is_allowed(form)));
        } else if (!allowed_symbol(name, form, blocks)) {
            findings.push_back(
                fmt::format("refused symbol '{}': the loader would look for it elsewhere first", demangle(name)));
        }
    }
}

void audit_dynamic(const Elf& elf, std::vector<std::string>& findings) {
    const Elf64_Shdr* dynamic = elf.section(SHT_DYNAMIC);
    const Elf64_Shdr* names = dynamic != nullptr ? elf.section_number(dynamic->sh_link) : nullptr;
    if (names == nullptr) {
        findings.emplace_back("the plug-in has no dynamic section");
        return;
    }
    constexpr std::string_view kNeeded[] = {"libMNN.so", "libm.so.6", "libc.so.6", "libstdc++.so.6", "libgcc_s.so.1",
                                            "ld-linux-x86-64.so.2", "ld-linux-aarch64.so.1",
                                            // Android's names of the same
                                            "libm.so", "libc.so", "libdl.so", "libc++_shared.so"};
    for (const auto* entry : elf.entries<Elf64_Dyn>(*dynamic)) {
        if (entry->d_tag == DT_NULL) {
            break;
        }
        const std::string name = elf.text(names->sh_offset + entry->d_un.d_val);
        if (entry->d_tag == DT_NEEDED && std::ranges::find(kNeeded, name) == std::end(kNeeded)) {
            findings.push_back(fmt::format("needs the library '{}'", name));
        } else if (entry->d_tag == DT_RUNPATH || entry->d_tag == DT_RPATH || entry->d_tag == DT_TEXTREL ||
                   entry->d_tag == DT_AUDIT) {
            findings.push_back(
                fmt::format("asks the loader for something a kernel has no need of (dynamic tag {:#x})", entry->d_tag));
        }
    }
}

std::string machine_name(std::uint16_t machine) {
    switch (machine) {
    case EM_X86_64:
        return "x86-64";
    case EM_AARCH64:
        return "aarch64";
    default:
        return fmt::format("ELF machine {}", machine);
    }
}

Result<std::uint16_t> machine_of(const std::filesystem::path& file) {
    Elf64_Ehdr header{};
    std::ifstream from(file, std::ios::binary);
    if (!from.read(reinterpret_cast<char*>(&header), sizeof header) ||
        std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0) {
        return fail(ErrorKind::environment, "{}: no ELF file", file.string());
    }
    return header.e_machine;
}

} // namespace

bool allowed_symbol(std::string_view name, Form form, const BuildingBlocks& blocks) {
    const std::string mangled = without_inline_namespace(name);
    if (std::ranges::find(kLibc, mangled) != std::end(kLibc) || is_math(mangled) ||
        std::ranges::find(kAarch64, mangled) != std::end(kAarch64)) {
        return true;
    }
    if (mangled.starts_with("_ZNSt") || mangled.starts_with("_ZSt") || mangled.starts_with("_ZNKSt")) {
        return std::ranges::any_of(kStandardPrefixes,
                                   [&](std::string_view prefix) { return mangled.starts_with(prefix); });
    }
    if (mangled.starts_with("_Zn") || mangled.starts_with("_Zd")) {
        return true;
    }
    return is_framework(mangled, form, blocks);
}

std::string demangle(const std::string& mangled) {
    int status = 0;
    const std::unique_ptr<char, decltype(&std::free)> text(
        abi::__cxa_demangle(mangled.c_str(), nullptr, nullptr, &status), &std::free);
    return status == 0 && text != nullptr ? text.get() : mangled;
}

Result<void> check_processor(const std::filesystem::path& plugin, const std::filesystem::path& library) {
    MKB_TRY(ours, machine_of(library));
    MKB_TRY(made, machine_of(plugin));
    if (made != ours) {
        return fail(ErrorKind::environment, "the compiler made a plug-in for {}, but {} is for {}", machine_name(made),
                    library.string(), machine_name(ours));
    }
    return {};
}

bool names_entry(const std::string& demangled, const std::vector<std::string>& entries) {
    return std::ranges::any_of(entries, [&](const std::string& entry) {
        return demangled.substr(0, demangled.find('(')).find(entry) != std::string::npos;
    });
}

Result<std::vector<std::string>> audit_plugin(const std::filesystem::path& plugin, const std::vector<Function>& native,
                                              const std::vector<std::string>& entries, Form form,
                                              const BuildingBlocks& blocks) {
    MKB_TRY(bytes, read_file(plugin));
    return audit_bytes(std::move(bytes), native, entries, form, blocks);
}

std::vector<std::string> audit_bytes(std::string bytes, const std::vector<Function>& native,
                                     const std::vector<std::string>& entries, Form form, const BuildingBlocks& blocks) {
    bytes.push_back('\0'); // texts end somewhere
    const Elf elf(bytes);
    std::vector<std::string> findings;
    if (elf.header() == nullptr) {
        findings.emplace_back("the plug-in is no 64-bit ELF file");
        return findings;
    }
    std::set<std::string> names;
    for (const Function& function : native) {
        names.insert(function.name);
    }
    audit_symbols(elf, names, entries, form, blocks, findings);
    audit_dynamic(elf, findings);
    return findings;
}

} // namespace mkb::mnn
