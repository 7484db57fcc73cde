#include "verify/onnxruntime.h"

#include <algorithm>

namespace mkb {
namespace {

OrtRuntime start() {
    OrtRuntime runtime;
    runtime.api = OrtGetApiBase()->GetApi(ORT_API_VERSION);
    if (runtime.api == nullptr) {
        runtime.fault = fmt::format("it is {}, older than its header; run script/build, which fetches both",
                                    OrtGetApiBase()->GetVersionString());
        return runtime;
    }
    const OrtApi& api = *runtime.api;
    // Only what is fatal is logged: every other fault comes back as a status and is told once, by us.
    OrtStatus* status = api.CreateEnv(ORT_LOGGING_LEVEL_FATAL, "mkb", &runtime.environment);
    status = status != nullptr ? status : api.CreateCpuMemoryInfo(OrtDeviceAllocator, OrtMemTypeCPU, &runtime.memory);
    status = status != nullptr ? status : api.GetAllocatorWithDefaultOptions(&runtime.allocator);
    if (status != nullptr) {
        runtime.fault = api.GetErrorMessage(status);
        api.ReleaseStatus(status);
    }
    return runtime;
}

} // namespace

const OrtRuntime& OrtRuntime::get() {
    static const OrtRuntime runtime = start();
    return runtime;
}

std::string take_fault(OrtStatus* status) {
    if (status == nullptr) {
        return {};
    }
    const OrtApi& api = *OrtRuntime::get().api;
    std::string text = api.GetErrorMessage(status);
    api.ReleaseStatus(status);
    std::replace_if(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < ' '; }, ' ');
    return text.empty() ? "it does not say why" : text;
}

} // namespace mkb
