#include "device/this_machine.h"

#include "base/files.h"

#include <fstream>
#include <sys/stat.h>

namespace mkb {

namespace fs = std::filesystem;

namespace {

bool plain_name(const std::string& name) {
    return !name.empty() && name != "." && name != ".." && name.find('/') == std::string::npos;
}

Result<void> place(const std::string& device, const DeviceFile& file, KeptFiles kept, const fs::path& folder) {
    MKB_CHECK(plain_name(file.name));
    std::error_code error;
    if (file.keep && kept == KeptFiles::linked) {
        fs::create_symlink(fs::absolute(file.source), folder / file.name, error);
    } else if (file.keep) {
        if (!fs::exists(file.source, error)) {
            error = std::make_error_code(std::errc::no_such_file_or_directory);
        }
    } else {
        fs::copy_file(file.source, folder / file.name, error);
        chmod((folder / file.name).c_str(), file.executable ? 0755 : 0644);
    }
    if (error) {
        return fail(ErrorKind::environment, "device {}: {} could not be placed: {}", device, file.name,
                    error.message());
    }
    return {};
}

Result<void> pull(const std::string& device, const DeviceCommand& command, const fs::path& folder, DeviceExit& result) {
    std::error_code gone;
    if (!fs::exists(folder, gone)) {
        return fail(ErrorKind::transient, "device {}: its working folder vanished while the command ran", device);
    }
    for (const std::string& name : command.pull) {
        MKB_CHECK(plain_name(name));
        std::error_code error;
        const fs::path source = folder / name;
        if (!fs::is_regular_file(fs::symlink_status(source, error))) {
            continue;
        }
        if (fs::file_size(source, error) > command.pull_bytes) {
            return fail(ErrorKind::transient, "device {}: {} is larger than {} bytes", device, name,
                        command.pull_bytes);
        }
        fs::rename(source, command.pull_folder / name, error);
        if (error) { // another file system
            fs::copy_file(source, command.pull_folder / name, fs::copy_options::overwrite_existing, error);
        }
        if (error) {
            return fail(ErrorKind::environment, "device {}: {} could not be brought back: {}", device, name,
                        error.message());
        }
        result.pulled.push_back(name);
    }
    return {};
}

} // namespace

Result<DeviceExit> run_in_fresh_folder(const std::string& device, const DeviceCommand& command, KeptFiles kept,
                                       const StartCommand& start) {
    MKB_TRY(folder, TempDir::make("mkb-run"));
    // The candidate's process runs as nobody and must reach the one file it may read.
    chmod(folder.path().c_str(), 0711);
    for (const DeviceFile& file : command.files) {
        MKB_DO(place(device, file, kept, folder.path()));
    }
    ProcessSpec spec = start(folder.path());
    spec.limits.wall_time = command.wall_time;
    spec.limits.output_bytes = command.output_bytes;
    MKB_TRY(done, run_process(spec));
    DeviceExit result{
        .how = DeviceExit::How::exited, .code = done.code, .out = std::move(done.out), .err = std::move(done.err)};
    result.out_cut = done.out_cut;
    result.err_cut = done.err_cut;
    result.how = done.how == ProcessExit::How::exited      ? DeviceExit::How::exited
                 : done.how == ProcessExit::How::signalled ? DeviceExit::How::signalled
                                                           : DeviceExit::How::timed_out;
    MKB_DO(pull(device, command, folder.path(), result));
    return result;
}

std::string cpu_of_this_machine() {
    std::ifstream file("/proc/cpuinfo");
    for (std::string line; std::getline(file, line);) {
        if (line.starts_with("model name")) {
            return line.substr(line.find(':') + 2);
        }
    }
    return "unknown processor";
}

} // namespace mkb
