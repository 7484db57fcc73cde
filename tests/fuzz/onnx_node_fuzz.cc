// A task's model may be a stranger's: any bytes give a node that reaches the transform whole, or one line of reason.
#include "base/result.h"
#include "framework/mnn/onnx_node.h"

#include <cstddef>
#include <cstdint>
#include <string>

namespace {

void check_constant(const mkb::job::Constant& constant) {
    std::size_t elements = 1;
    for (const std::int64_t extent : constant.tensor.shape) {
        MKB_CHECK(extent >= 0);
        elements *= static_cast<std::size_t>(extent);
    }
    MKB_CHECK(constant.bytes.size() == 4 * elements);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto node = mkb::mnn::read_onnx_node(std::string(reinterpret_cast<const char*>(data), size));
    if (!node) {
        MKB_CHECK(node.error().kind == mkb::ErrorKind::bad_input && !node.error().message.empty());
        MKB_CHECK(node.error().message.find('\n') == std::string::npos);
        return 0;
    }
    for (const mkb::job::Attribute& attribute : node->attributes) {
        if (attribute.tensor) {
            check_constant(*attribute.tensor);
        }
    }
    for (const mkb::job::Operand& operand : node->operands) {
        if (operand.constant) {
            check_constant(*operand.constant);
        }
    }
    const std::string packed = mkb::job::pack(*node);
    mkb::job::Node again;
    std::string reason;
    MKB_CHECK(mkb::job::unpack(packed, again, reason) && mkb::job::pack(again) == packed);
    return 0;
}
