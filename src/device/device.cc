#include "device/device.h"

namespace mkb {

Result<std::unique_ptr<Device>> device_named(std::string_view name) {
    if (name == "local") {
        return make_local_device();
    }
    if (name == "qemu") {
        return make_qemu_device();
    }
    return fail(ErrorKind::bad_input, "there is no device '{}'; there are {}", name, fmt::join(kDeviceNames, " and "));
}

} // namespace mkb
