// Force-included (precompiled) before every geometric candidate: the headers that a geometry computer is written with,
// and registration as in the framework's tree, which hands the computer to the runner instead of the framework's table.
// C++11, because the framework compiles its own as gnu++11. One translation unit per plug-in.
#pragma once
#include "MNN_generated.h"
#include "core/Command.hpp"
#include "core/Macro.h"
#include "core/OpCommonUtils.hpp"
#include "core/TensorUtils.hpp"
#include "geometry/GeometryComputer.hpp"
#include "geometry/GeometryComputerUtils.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <limits>
#include <map>
#include <memory>
#include <numeric>
#include <vector>

namespace mkb_plugin {

/// A function that REGISTER_GEOMETRY names.
struct Registration {
    typedef void (*Register)();
    explicit Registration(Register function) : register_(function), next_(first()) { first() = this; }
    static Registration*& first() {
        static Registration* list = nullptr;
        return list;
    }
    Register register_;
    Registration* next_;
};

struct Computer {
    int type;
    std::shared_ptr<MNN::GeometryComputer> computer;
};

inline std::vector<Computer>& computers() {
    static std::vector<Computer> list; // keeps them alive as long as the plug-in is loaded
    return list;
}

} // namespace mkb_plugin

namespace MNN {

/// Stands before the framework's function of this name. Which of the framework's tables was meant does not matter: the
/// runner gives the operator to the candidate in both.
inline void GeometryComputer::registerGeometryComputer(std::shared_ptr<GeometryComputer> computer,
                                                       std::vector<int> types, Runtime::CompilerType) {
    for (int type : types) {
        mkb_plugin::Computer one = {type, computer};
        mkb_plugin::computers().push_back(one);
    }
}

} // namespace MNN

/// The runner calls this once after loading: `add` is called for every operator type that the plug-in registers.
extern "C" __attribute__((visibility("default"), used)) inline void
mkb_register_v1(void* context, void (*add)(void* context, int type, void* computer)) {
    for (auto entry = mkb_plugin::Registration::first(); entry != nullptr; entry = entry->next_) {
        entry->register_();
    }
    for (auto& one : mkb_plugin::computers()) {
        add(context, one.type, one.computer.get());
    }
}

#undef REGISTER_GEOMETRY
#define REGISTER_GEOMETRY(name, function)                                                                              \
    static mkb_plugin::Registration mkb_registration_##name##_##function(function);
