#pragma once
// Ownership and errors of ONNX Runtime's C interface.
#include "base/result.h"

#include <memory>
#include <onnxruntime_c_api.h>
#include <string>

namespace mkb {

/// The one environment of this process, made at first use and never released: ONNX Runtime's threads and allocators
/// refer to it until the end.
struct OrtRuntime {
    const OrtApi* api = nullptr;
    OrtEnv* environment = nullptr;
    OrtMemoryInfo* memory = nullptr;
    OrtAllocator* allocator = nullptr;
    std::string fault; ///< why it could not be started; empty otherwise
    static const OrtRuntime& get();
};

/// Nothing for a null status; else its text on one line. Releases it.
std::string take_fault(OrtStatus* status);

template <class T, void (*OrtApi::*Release)(T*)>
struct OrtReleaser {
    void operator()(T* object) const { (OrtRuntime::get().api->*Release)(object); }
};
using OrtSessionPtr = std::unique_ptr<OrtSession, OrtReleaser<OrtSession, &OrtApi::ReleaseSession>>;
using OrtOptionsPtr =
    std::unique_ptr<OrtSessionOptions, OrtReleaser<OrtSessionOptions, &OrtApi::ReleaseSessionOptions>>;
using OrtValuePtr = std::unique_ptr<OrtValue, OrtReleaser<OrtValue, &OrtApi::ReleaseValue>>;
using OrtTypeInfoPtr = std::unique_ptr<OrtTypeInfo, OrtReleaser<OrtTypeInfo, &OrtApi::ReleaseTypeInfo>>;
using OrtShapeInfoPtr = std::unique_ptr<OrtTensorTypeAndShapeInfo,
                                        OrtReleaser<OrtTensorTypeAndShapeInfo, &OrtApi::ReleaseTensorTypeAndShapeInfo>>;

} // namespace mkb
