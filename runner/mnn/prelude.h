// Force-included (precompiled) before every candidate: the headers that a CPU kernel needs to register itself, and the
// registration macros of CPUBackend.hpp, which hand the creator to the runner instead of the framework's list.
// C++11, because the framework compiles its kernels as gnu++11. One translation unit per plug-in.
#pragma once
#include "MNN_generated.h"
#include "backend/cpu/CPUBackend.hpp"
#include "backend/cpu/compute/CommonOptFunction.h"
#include "core/BufferAllocator.hpp"
#include "core/Concurrency.h"
#include "core/Execution.hpp"
#include "core/Macro.h"
#include "core/TensorUtils.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <functional>
#include <limits>
#include <type_traits>
#include <utility>
#include <vector>

// What MNN_CONCURRENCY_BEGIN asks of the standard library for every candidate anew, asked once.
static_assert(std::is_default_constructible<std::pair<std::function<void(int)>, int>>::value, "a task of the threads");

namespace mkb_plugin {

struct Registration {
    typedef MNN::CPUBackend::Creator* (*Make)();
    Registration(int type, Make make) : type_(type), make_(make), next_(first()) { first() = this; }
    static Registration*& first() {
        static Registration* list = nullptr;
        return list;
    }
    int type_;
    Make make_;
    Registration* next_;
};

} // namespace mkb_plugin

/// The runner calls this once after loading: `add` is called for every operator type that the plug-in registers.
extern "C" __attribute__((visibility("default"), used)) inline void
mkb_register_v1(void* context, void (*add)(void* context, int type, void* creator)) {
    for (auto entry = mkb_plugin::Registration::first(); entry != nullptr; entry = entry->next_) {
        add(context, entry->type_, entry->make_());
    }
}

#undef REGISTER_CPU_OP_CREATOR
#undef REGISTER_CPU_OP_CREATOR_OLD
#undef REGISTER_CPU_OP_CREATOR_RENDER
#undef REGISTER_CPU_OP_CREATOR_TRANSFORMER
#define REGISTER_CPU_OP_CREATOR(name, opType)                                                                          \
    static MNN::CPUBackend::Creator* mkb_make_##name##_##opType() {                                                    \
        static name creator;                                                                                           \
        return &creator;                                                                                               \
    }                                                                                                                  \
    static mkb_plugin::Registration mkb_registration_##name##_##opType(opType, mkb_make_##name##_##opType);
#define REGISTER_CPU_OP_CREATOR_OLD(name, opType) REGISTER_CPU_OP_CREATOR(name, opType)
#define REGISTER_CPU_OP_CREATOR_RENDER(name, opType) REGISTER_CPU_OP_CREATOR(name, opType)
#define REGISTER_CPU_OP_CREATOR_TRANSFORMER(name, opType) REGISTER_CPU_OP_CREATOR(name, opType)
