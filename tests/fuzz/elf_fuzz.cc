// Plug-ins and objects are made by a linker out of hostile input: the audits read any bytes and only ever find faults.
#include "base/result.h"
#include "framework/mnn/audit.h"
#include "framework/mnn/seal.h"

#include <cstddef>
#include <cstdint>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string bytes(reinterpret_cast<const char*>(data), size);
    static const std::vector<mkb::mnn::Function> kNative = {{.name = "native", .offset = 16, .size = 16}};
    for (const mkb::Form form : {mkb::Form::atomic, mkb::Form::geometric, mkb::Form::composite}) {
        for (const std::string& finding : mkb::mnn::audit_bytes(bytes, kNative, {"MNNEntry"}, form)) {
            MKB_CHECK(!finding.empty());
        }
    }
    for (const std::string& finding : mkb::mnn::check_sealed(bytes)) {
        MKB_CHECK(!finding.empty());
    }
    if (const auto inside = mkb::mnn::look_inside(bytes, bytes, kNative); !inside) {
        MKB_CHECK(!inside.error().message.empty());
    }
    return 0;
}
