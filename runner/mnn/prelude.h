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

/// A lambda by its address: to std::function every one of them is this one type. Making it of a type of its own is a
/// good part of what compiling a short kernel takes. A copy of the task must not outlive MNN_CONCURRENCY_END.
struct Body {
    const void* lambda_;
    void (*call_)(const void* lambda, int index);
    void operator()(int index) const { call_(lambda_, index); }
};
inline void set_body(std::function<void(int)>& task, Body body) {
    task = body;
}

/// Keeps the lambda of a task for as long as the task is.
template <class Lambda>
struct Kept {
    Kept(std::function<void(int)>& task, const Lambda& lambda) : lambda_(lambda) {
        set_body(task, {&lambda_, [](const void* given, int index) { (*static_cast<const Lambda*>(given))(index); }});
    }
    Kept(const Kept&) = delete;
    Lambda lambda_;
};
struct Task {
    std::function<void(int)>& task_;
    template <class Lambda>
    Kept<Lambda> operator<<(const Lambda& lambda) const {
        return {task_, lambda};
    }
};

} // namespace mkb_plugin

#if defined(MNN_USE_THREAD_POOL) && !defined(MNN_FORBIT_MULTI_THREADS)
// As in core/Concurrency.h, whose MNN_CONCURRENCY_END follows, but for what Body says.
#undef MNN_CONCURRENCY_BEGIN
#define MNN_CONCURRENCY_BEGIN(__iter__, __num__)                                                                       \
    {                                                                                                                  \
        std::pair<std::function<void(int)>, int> task;                                                                 \
        task.second = __num__;                                                                                         \
        __attribute__((unused)) auto&& mkb_kept = mkb_plugin::Task{task.first} << [&](int __iter__) {
#endif

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
