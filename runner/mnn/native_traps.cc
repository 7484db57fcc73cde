#include "mnn/native_traps.h"

#include "backend/cpu/compute/CommonOptFunction.h"
#ifdef MNN_USE_SSE
#include "backend/cpu/x86_x64/AVX2Functions.hpp"
#endif
#include "channel.h"
#include "mnn/dispatch.h"

#include <cstdio>
#include <cstring>
#include <sys/mman.h>
#include <unistd.h>

namespace mkb::runner {

namespace {

constexpr std::size_t kMaxEntries = 8;
char g_entry_names[kMaxEntries][64];

template <std::size_t Entry>
[[noreturn]] void native_entry_called() {
    char what[160];
    const bool candidate = watch().in_candidate > 0;
    std::snprintf(what, sizeof what, "%s called the function-table entry %s, which is the native kernel",
                  candidate ? "candidate code" : "the framework", g_entry_names[Entry]);
    end_with(candidate ? Status::cheated : Status::world, "native_entry", what);
}

using Trap = void (*)();
constexpr Trap kTraps[kMaxEntries] = {native_entry_called<0>, native_entry_called<1>, native_entry_called<2>,
                                      native_entry_called<3>, native_entry_called<4>, native_entry_called<5>,
                                      native_entry_called<6>, native_entry_called<7>};

template <class Entry>
void set_trap(Entry& entry, Trap trap) {
    static_assert(sizeof(Entry) == sizeof(Trap));
    std::memcpy(static_cast<void*>(&entry), &trap, sizeof trap);
}

// Members differ between versions of the framework: a member that is not there is not a road to the native kernel
// either.
template <class Functions>
bool set_trap_named(Functions& functions, const std::string& name, Trap trap) {
#define MKB_ENTRY(member)                                                                                              \
    if (name == #member) {                                                                                             \
        if constexpr (requires { functions.member; }) {                                                                \
            set_trap(functions.member, trap);                                                                          \
        }                                                                                                              \
        return true;                                                                                                   \
    }
    MKB_ENTRY(MNNSelectUnaryFunctionForFloat)
    MKB_ENTRY(MNNSelectBinaryFunctionForFloat)
    MKB_ENTRY(MNNSoftmax)
    MKB_ENTRY(MNNNormPacked)
    MKB_ENTRY(MNNNorm) // a free function in today's framework: the audit refuses its symbol
    MKB_ENTRY(MNNExp)  // the same
    MKB_ENTRY(MNNPoolingMax)
    MKB_ENTRY(MNNPoolingAvg)
    MKB_ENTRY(MNNPoolingMaxWithRedice)
    MKB_ENTRY(MNNReluWithSlopeChannel)
    MKB_ENTRY(MNNPackedMatMul)
    MKB_ENTRY(MNNPackedMatMulRemain)
    MKB_ENTRY(MNNComputeMatMulForE_1)
    MKB_ENTRY(MNNComputeMatMulForH_1)
    MKB_ENTRY(MNNScaleAndAddBias)
    MKB_ENTRY(MNNConvRunForLineDepthwise)
    MKB_ENTRY(MNNDepthwiseConvFastKernel)
    MKB_ENTRY(MNNDeconvRunForLineDepthwise)
    MKB_ENTRY(MNNDeconvRunForUnitDepthWise)
    MKB_ENTRY(MNNRoiAlignAvg)
    MKB_ENTRY(MNNRoiAlignMax)
    MKB_ENTRY(MNNGridSampleInterp)
#undef MKB_ENTRY
    return false;
}

/// The framework's tables of functions, byte for byte.
std::string tables() {
    const auto bytes = [](const MNN::CoreFunctions* functions) {
        return functions != nullptr ? std::string(reinterpret_cast<const char*>(functions), sizeof *functions)
                                    : std::string();
    };
    std::string all = bytes(MNN::MNNGetCoreFunctions());
#ifdef MNN_USE_SSE
    all += bytes(MNN::AVX2Functions::get());
#endif
    return all;
}

} // namespace

bool trap_native_entries(const std::vector<std::string>& names, std::string& reason) {
    if (names.size() > kMaxEntries) {
        reason = "more native entries than can be trapped";
        return false;
    }
    for (std::size_t i = 0; i < names.size(); ++i) {
        std::snprintf(g_entry_names[i], sizeof g_entry_names[i], "%s", names[i].c_str());
        if (!set_trap_named(*MNN::MNNGetCoreFunctions(), names[i], kTraps[i])) {
            reason = "the function-table entry '" + names[i] + "' is not known to the runner";
            return false;
        }
#ifdef MNN_USE_SSE
        if (auto functions = MNN::AVX2Functions::get(); functions != nullptr) {
            set_trap_named(*functions, names[i], kTraps[i]);
        }
#endif
    }
    return true;
}

bool poison_native_code(const std::vector<job::CodeRange>& ranges, std::uint64_t library_base, std::string& reason) {
    const auto page = static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
    for (const job::CodeRange& range : ranges) {
        const std::uint64_t first = library_base + range.offset;
        const std::uint64_t start = first / page * page;
        auto* memory = reinterpret_cast<void*>(start);
        const std::uint64_t bytes = round_up(first + range.size, page) - start;
        if (mprotect(memory, bytes, PROT_READ | PROT_WRITE) != 0) {
            reason = "the native kernel's code could not be made writable";
            return false;
        }
#if defined(__x86_64__)
        std::memset(reinterpret_cast<void*>(first), 0xCC, range.size); // int3
#else
        for (std::uint64_t at = 0; at + 4 <= range.size; at += 4) {
            const std::uint32_t trap = 0xd4200000; // brk #0
            std::memcpy(reinterpret_cast<void*>(first + at), &trap, sizeof trap);
        }
        __builtin___clear_cache(reinterpret_cast<char*>(first), reinterpret_cast<char*>(first + range.size));
#endif
        if (mprotect(memory, bytes, PROT_READ | PROT_EXEC) != 0) {
            reason = "the native kernel's code could not be made executable again";
            return false;
        }
    }
    return true;
}

void check_function_tables() {
    static const std::string before = tables();
    if (tables() != before) {
        end_with(Status::cheated, "function_table", "the candidate changed the framework's table of functions");
    }
}

} // namespace mkb::runner
