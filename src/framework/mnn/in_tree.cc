#include "framework/mnn/in_tree.h"

#include "base/files.h"
#include "base/hash.h"
#include "framework/mnn/plugin.h"
#include "framework/mnn/seal.h"

#include <algorithm>

namespace mkb::mnn {

namespace fs = std::filesystem;

namespace {

/// One command of a build in the compiler's jail; false when it failed, and then the build's result says why.
Result<bool> run_step(const CompileFolders& folders, const std::vector<std::string>& command, const std::string& output,
                      Build& build) {
    std::error_code io;
    fs::create_directories(folders.out, io);
    MKB_TRY(done, run_in_limits(folders, command));
    build.log += done.err + (done.err_cut ? "\n(cut)" : "");
    build.isolation = compiler_isolation();
    auto stage = std::ranges::find(build.stages, "build", &StageTime::name);
    if (stage == build.stages.end()) {
        stage = build.stages.insert(stage, {.name = "build"});
    }
    stage->wall_ms += done.wall_ms;
    stage->cpu_ms += done.cpu_ms;
    if (done.ok() && fs::exists(folders.out / output)) {
        return true;
    }
    MKB_TRY(fault, fault_of(done, layout_for(folders), folders.out));
    build.result = std::move(fault);
    return false;
}

std::vector<std::string> compile_command(const Kit& kit, const Library& library, const CompileLayout& layout,
                                         const Task& task) {
    std::vector<std::string> command = compiler_command(kit, library, layout, task);
    // Past the driver, which would take the precompiled header beside the prelude.
    command.insert(command.end(), {"-Xclang", "-include", "-Xclang", layout.kit + "/" + prelude_of(task.form), "-c",
                                   "-o", layout.out + "/" + kObjectFile, compiled_file(layout, task)});
    return command;
}

/// The framework's own command, with one more object and another place for the output. Last, so that the framework's
/// own code keeps its order and its places relative to each other.
std::vector<std::string> library_command(const Library& library, const CompileLayout& layout, std::uint64_t code) {
    std::vector<std::string> command;
    std::size_t after_objects = 0;
    for (const std::string& word : library.link) {
        if (word.starts_with("-Wl,-Map=")) {
            continue;
        }
        if (word.ends_with(".o")) {
            command.push_back(layout.objects + "/" + word);
            after_objects = command.size();
        } else {
            command.push_back(word == kLibraryFile ? layout.out + "/" + kLibraryFile : word);
        }
    }
    command.insert(command.begin() + static_cast<std::ptrdiff_t>(after_objects), layout.sources + "/" + kObjectFile);
    command.insert(command.end(), {"-Wl,--no-dependent-libraries", "-Wl,--build-id=none",
                                   fmt::format("-Wl,--section-start=.text={:#x}", code)});
    return command;
}

/// The object with its own names for everything, checked. False when the candidate is at fault.
Result<bool> seal_object(const CompileFolders& compiled, const fs::path& folder, Build& build) {
    const CompileFolders merging{.sources = compiled.out, .out = folder / "merged"};
    MKB_DO(write_scratch_file(merging.sources / "seal.ld", kSealScript));
    const CompileLayout from = layout_for(merging);
    MKB_TRY(merged, run_step(merging,
                             {"/usr/bin/ld.lld-19", "-r", "--force-group-allocation", "-T", from.sources + "/seal.ld",
                              from.sources + "/" + kObjectFile, "-o", from.out + "/" + kObjectFile},
                             kObjectFile, build));
    if (!merged) {
        return false;
    }
    const CompileFolders sealing{.sources = merging.out, .out = folder / "sealed"};
    const CompileLayout to = layout_for(sealing);
    std::vector<std::string> command = {"/usr/bin/llvm-objcopy-19"};
    std::ranges::copy(seal_options(), std::back_inserter(command));
    command.insert(command.end(), {to.sources + "/" + kObjectFile, to.out + "/" + kObjectFile});
    MKB_TRY(sealed, run_step(sealing, command, kObjectFile, build));
    if (!sealed) {
        return false;
    }
    MKB_TRY(object, read_file(sealing.out / kObjectFile));
    const auto findings = check_sealed(object);
    refuse(findings, build);
    return findings.empty();
}

} // namespace

Result<Build> compile_in_tree(const Kit& kit, const Library& library, const Task& task, const Candidate& candidate,
                              const fs::path& folder) {
    const CompileFolders folders = candidate_folders(kit, library, folder);
    MKB_DO(write_sources(task, candidate, folders.sources));
    const CompileLayout layout = layout_for(folders);
    Build build;
    MKB_TRY(compiled, run_step(folders, compile_command(kit, library, layout, task), kObjectFile, build));
    if (!compiled) {
        return build;
    }
    MKB_TRY(linked, run_step(folders, link_command(kit, layout), kPluginFile, build));
    if (linked) {
        build.result = Built{.as = Built::As::plugin, .file = folders.out / kPluginFile, .sha256 = {}};
    }
    return build;
}

Result<void> link_in_tree(const Kit& kit, const Library& library, const std::vector<Function>& native,
                          const fs::path& folder, Build& build) {
    MKB_TRY(sealed, seal_object({.out = folder / "out"}, folder, build));
    if (!sealed) {
        return {};
    }
    const CompileFolders folders{.kit = kit.folder,
                                 .sources = folder / "sealed",
                                 .objects = library.objects,
                                 .out = folder / "library",
                                 .toolchain = library.toolchain.folder};
    MKB_TRY(plain, read_file(library.file));
    MKB_TRY(code, code_address(plain));
    MKB_TRY(linked, run_step(folders, library_command(library, layout_for(folders), code), kLibraryFile, build));
    if (!linked) {
        return {};
    }
    const fs::path file = folders.out / kLibraryFile;
    MKB_TRY(bytes, read_file(file));
    MKB_TRY(place, look_inside(plain, bytes, native));
    build.result = Built{.as = Built::As::library, .file = file, .sha256 = sha256_hex(bytes), .in_tree = place};
    return {};
}

} // namespace mkb::mnn
