#include "device/device.h"

namespace mkb {

Result<std::unique_ptr<Device>> device_named(std::string_view name) {
    if (name == "local") {
        return make_local_device();
    }
    if (name == "qemu") {
        return make_qemu_device();
    }
    if (constexpr std::string_view kSsh = "ssh:"; name.starts_with(kSsh)) {
        return make_ssh_device(std::string(name.substr(kSsh.size())));
    }
    if (name == "adb") {
        return make_adb_device({});
    }
    if (constexpr std::string_view kAdb = "adb:"; name.starts_with(kAdb) && name.size() > kAdb.size()) {
        return make_adb_device(std::string(name.substr(kAdb.size())));
    }
    if (name.starts_with("pool:")) {
        return fail(ErrorKind::bad_input, "'{}' may be several devices, and one is wanted here; name it", name);
    }
    return fail(ErrorKind::bad_input, "there is no device '{}'; there are {}, ssh:user@host and adb:SERIAL", name,
                fmt::join(kDeviceNames, ", "));
}

} // namespace mkb
