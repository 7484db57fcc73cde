// Force-included (precompiled) before every candidate of the composite form: the schema, the expression headers and the
// interface of a transform. C++11. One translation unit per plug-in.
#pragma once
#include "MNN_generated.h"
#include "OnnxExtraManager.hpp"
#include <MNN/expr/Expr.hpp>
#include <MNN/expr/ExprCreator.hpp>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <vector>

/// The runner calls this once after loading: `add` is called for every transform that the plug-in registers.
extern "C" __attribute__((visibility("default"), used)) inline void
mkb_transforms_v1(void* context, void (*add)(void* context, const char* name,
                                             const MNN::Express::OnnxExtraManager::Transform* transform)) {
    for (const auto& entry : MNN::Express::OnnxExtraManager::get()->transforms()) {
        add(context, entry.first.c_str(), entry.second.get());
    }
}
