#include "framework/mnn/own_libraries.h"

#include "base/cache.h"
#include "base/files.h"
#include "base/hash.h"
#include "framework/mnn/elf.h"
#include "framework/mnn/expand.h"

#include <algorithm>

namespace mkb::mnn {

namespace fs = std::filesystem;

namespace {

constexpr const char* kLibraries[] = {"libc.so.6", "libm.so.6", "libstdc++.so.6", "libgcc_s.so.1"};

/// Where the target's libraries are on this machine, and its loader.
struct System {
    fs::path folder;
    fs::path loader;
};

System system_of(Target target) {
#if defined(__x86_64__)
    if (target == Target::host) {
        return {.folder = "/usr/lib/x86_64-linux-gnu", .loader = "/lib64/ld-linux-x86-64.so.2"};
    }
    return {.folder = "/usr/aarch64-linux-gnu/lib", .loader = "/usr/aarch64-linux-gnu/lib/ld-linux-aarch64.so.1"};
#else
    (void)target;
    return {.folder = "/usr/lib/aarch64-linux-gnu", .loader = "/lib/ld-linux-aarch64.so.1"};
#endif
}

Result<DeviceFile> file_at(const fs::path& path) {
    auto bytes = read_file(path);
    if (!bytes) {
        return fail(ErrorKind::environment, "{}; run script/build", bytes.error().message);
    }
    return DeviceFile{.name = path.filename(), .source = path, .sha256 = sha256_hex(*bytes), .executable = false};
}

} // namespace

Result<std::string> with_loader(std::string program, const std::string& loader) {
    const std::string ended = program + '\0';
    const Elf elf(ended);
    const auto* header = elf.header();
    for (std::uint16_t i = 0; header != nullptr && i < header->e_phnum; ++i) {
        const auto* part = elf.at<Elf64_Phdr>(header->e_phoff + i * sizeof(Elf64_Phdr));
        if (part == nullptr || part->p_type != PT_INTERP) {
            continue;
        }
        if (elf.at<char>(part->p_offset, part->p_filesz) == nullptr || part->p_filesz <= loader.size()) {
            break;
        }
        std::fill_n(program.begin() + static_cast<std::ptrdiff_t>(part->p_offset), part->p_filesz, '\0');
        std::ranges::copy(loader, program.begin() + static_cast<std::ptrdiff_t>(part->p_offset));
        return program;
    }
    return fail(ErrorKind::bad_input, "this program names no loader that '{}' could take the place of", loader);
}

Result<std::vector<DeviceFile>> runner_files_with_libraries(const Kit& kit, const Toolchain& toolchain) {
    std::vector<DeviceFile> files = runner_files(kit);
    const System system = system_of(toolchain.target);
    MKB_TRY(loader, file_at(system.loader));
    loader.executable = true;
    const std::string key = sha256_hex(files.front().sha256 + loader.name).substr(0, 16);
    MKB_TRY(folder, cache_entry("mnn-runner", key, [&](const fs::path& empty) -> Result<void> {
                MKB_TRY(program, read_file(files.front().source));
                MKB_TRY(changed, with_loader(std::move(program), loader.name));
                return write_file_atomic(empty / files.front().name, changed);
            }));
    MKB_TRY(program, file_at(folder / files.front().name));
    program.executable = true;
    files.front() = std::move(program);
    files.push_back(std::move(loader));
    for (const char* name : kLibraries) {
        MKB_TRY(library, file_at(system.folder / name));
        files.push_back(std::move(library));
    }
    return files;
}

} // namespace mkb::mnn
