#include "framework/mnn/plugin.h"

#include "base/files.h"
#include "base/hash.h"
#include "base/process.h"

#include <algorithm>
#include <csignal>
#include <cstring>

namespace mkb::mnn {

namespace fs = std::filesystem;

namespace {

/// Where the task's own file lies below the framework's include folder, so that both ways to include a header
/// ("CPUPool.hpp", "backend/cpu/CPUPool.hpp") find the candidate's.
std::string folder_of(const Task& task) {
    constexpr std::string_view kIncluded = "source/";
    const std::string folder = fs::path(task.native_file).parent_path().string();
    return folder.starts_with(kIncluded) ? folder.substr(kIncluded.size()) : folder;
}

constexpr int kDriverSawCrash = 254; ///< clang's driver, when the compiler that it started ended by a signal

/// With less than this the compiler fails for want of room, which says nothing about the candidate.
constexpr std::uintmax_t kLeastSpace = std::uintmax_t{4} << 20;

/// What the program, or a program that it started, was ended by; 0: it ended by itself. bubblewrap and a shell report a
/// child's signal as 128 + number.
int signal_of(const ProcessExit& done) {
    if (done.how == ProcessExit::How::signalled) {
        return done.code;
    }
    return done.how == ProcessExit::How::exited && done.code > 128 && done.code < 192 ? done.code - 128 : 0;
}

/// Which limit ended the compiler, or "".
std::string broken_limit(const ProcessExit& done) {
    if (done.how == ProcessExit::How::timed_out) {
        return "time";
    }
    const int signal = signal_of(done);
    if (signal == SIGXCPU || (signal == SIGKILL && done.cpu_ms > 0.9e3 * static_cast<double>(kCompileCpu.count()))) {
        return "time";
    }
    if (signal == SIGXFSZ || done.err.find("File too large") != std::string::npos) {
        return "file size";
    }
    if (done.err.find("out of memory") != std::string::npos || done.err.find("bad_alloc") != std::string::npos) {
        return "memory";
    }
    if (done.code == kDriverSawCrash) {
        return done.err.find("SIGXCPU") != std::string::npos ? "time" : "memory";
    }
    return "";
}

/// The line in which a compiler that crashed says so, or "". That it works at all has been seen: it compiled the
/// prelude.
std::string crash_of(const ProcessExit& done) {
    constexpr std::string_view kSigns[] = {"PLEASE submit a bug report", "fatal error: error in backend"};
    for (const std::string_view sign : kSigns) {
        if (const std::size_t at = done.err.find(sign); at != std::string::npos) {
            return std::string("the compiler crashed: ") + done.err.substr(at, done.err.find('\n', at) - at);
        }
    }
    return "";
}

constexpr int kForeignSignals[] = {SIGKILL, SIGTERM, SIGINT, SIGHUP, SIGQUIT}; ///< that no limit of ours sends

/// Whether somebody else ended it, such as the system when memory runs out.
bool killed_from_outside(const ProcessExit& done) {
    return std::ranges::find(kForeignSignals, signal_of(done)) != std::end(kForeignSignals);
}

/// Whether the driver says so of the compiler proper, which it starts. The candidate's text never begins a line with
/// the driver's name.
bool driver_saw_it_killed(const std::string& text) {
    return std::ranges::any_of(kForeignSignals, [&](int signal) {
        const std::string line =
            std::string(kCxx) + ": error: unable to execute command: " + sigdescr_np(signal) + "\n";
        return text.starts_with(line) || text.find("\n" + line) != std::string::npos;
    });
}

} // namespace

CompileFolders candidate_folders(const Kit& kit, const Library& library, const fs::path& folder) {
    return {.headers = library.headers,
            .kit = kit.folder,
            .sources = folder / "src",
            .objects = {},
            .out = folder / "out",
            .toolchain = library.toolchain.folder};
}

void refuse(const std::vector<std::string>& findings, Build& build) {
    if (findings.empty()) {
        return;
    }
    build.result = Outcome(LoadFailed{.why = findings.front()});
    for (const std::string& finding : findings) {
        build.log += finding + "\n";
    }
}

Result<void> write_sources(const Task& task, const Candidate& candidate, const fs::path& folder) {
    for (const SourceFile& source : candidate.sources) {
        MKB_DO(write_scratch_file(folder / folder_of(task) / source.name, source.text));
    }
    return {};
}

std::vector<std::string> compiler_command(const Kit& kit, const Library& library, const CompileLayout& layout,
                                          const Task& task) {
    std::vector<std::string> command = {library.toolchain.cxx_in_jail(), "-I" + layout.sources};
    if (task.form == Form::composite) {
        command.push_back("-I" + layout.kit); // OnnxExtraManager.hpp
    }
    command.insert(command.end(), kit.flags.begin(), kit.flags.end());
    // Options in the place of the PCH's: kit.flags are those it was built with.
    command.insert(command.end(), {"-I" + layout.sources + "/" + folder_of(task),
                                   // Its neighbours, which a file in the framework's folder finds without being told.
                                   "-I" + layout.headers + "/" + fs::path(task.native_file).parent_path().string(),
                                   fmt::format("-ferror-limit={}", kMaxErrors),
                                   // A compiler that crashes would run again to write a reproducer.
                                   "-fno-crash-diagnostics"});
    return command;
}

std::string compiled_file(const CompileLayout& layout, const Task& task) {
    return layout.sources + "/" + folder_of(task) + "/" + task.files.back();
}

std::vector<std::string> link_command(const Kit& kit, const CompileLayout& layout) {
    std::vector<std::string> command = kit.link;
    std::ranges::replace(command, std::string(kLibraryFile), layout.kit + "/" + kLibraryFile);
    return command;
}

Result<ProcessExit> run_in_limits(const CompileFolders& folders, const std::vector<std::string>& command,
                                  const std::vector<std::string>& then) {
    ProcessSpec spec;
    spec.argv = in_compiler_jail(folders, command, then);
    spec.folder = folders.out;
    spec.limits = {.wall_time = kCompileWall,
                   .output_bytes = kCompileText,
                   .address_space_bytes = kCompileMemory,
                   .file_size_bytes = kCompileFile,
                   .cpu_time = kCompileCpu};
    if (const std::string narrower = narrower_limit(spec.limits); !narrower.empty()) {
        return fail(ErrorKind::environment,
                    "{} is below what a candidate is compiled with, so that its build would say nothing; raise it with "
                    "'ulimit' or run mkb as another user",
                    narrower);
    }
    MKB_TRY(done, run_process(spec));
    done.cpu_ms += jailed_cpu_ms(folders.out);
    return done;
}

Result<Outcome> fault_of(const ProcessExit& done, const CompileLayout& layout, const fs::path& out) {
    std::error_code io;
    if (const auto space = fs::space(out, io); !io && space.available < kLeastSpace) {
        return fail(ErrorKind::environment, "{}: has no room for a compiler's output; free some or set TMPDIR",
                    out.parent_path().string());
    }
    BuildFailed failed{.errors = parse_errors(done.err, layout), .limit = broken_limit(done)};
    // An error of the candidate's own is no lie; beside it a line of the driver might be one.
    if (failed.limit != "time" &&
        (killed_from_outside(done) || (failed.errors.empty() && driver_saw_it_killed(done.err)))) {
        return fail(ErrorKind::transient, "the compiler was killed from outside (out of memory?)");
    }
    if (std::string crash = crash_of(done); failed.errors.empty() && !crash.empty()) {
        failed.errors.push_back({.file = "", .message = std::move(crash)});
    }
    if (failed.errors.empty() && failed.limit.empty()) {
        // Not a word about the candidate: the compiler or its jail itself did not run.
        return fail(ErrorKind::environment, "the compiler ended with code {} and no error in the candidate: {}",
                    done.code, done.err.substr(0, std::min<std::size_t>(done.err.find('\n'), 300)));
    }
    return Outcome(std::move(failed));
}

Result<Build> compile_plugin(const Kit& kit, const Library& library, const Task& task, const Candidate& candidate,
                             const fs::path& folder) {
    const CompileFolders folders = candidate_folders(kit, library, folder);
    MKB_DO(write_sources(task, candidate, folders.sources));
    std::error_code io;
    fs::create_directories(folders.out, io);
    const CompileLayout layout = layout_for(folders);
    std::vector<std::string> command = compiler_command(kit, library, layout, task);
    command.insert(command.end(),
                   {"-include-pch", layout.kit + "/" + prelude_of(task.form) + ".pch", "-Xclang", "-fno-pch-timestamp",
                    "-c", "-o", layout.out + "/" + kObjectFile, compiled_file(layout, task)});
    // Two programs, not one that starts them: a driver with two jobs starts itself anew for the first.
    MKB_TRY(done, run_in_limits(folders, command, link_command(kit, layout)));
    Build build;
    build.log = done.err + (done.err_cut ? "\n(cut)" : "");
    build.isolation = compiler_isolation();
    build.stages.push_back({.name = "build", .wall_ms = done.wall_ms, .cpu_ms = done.cpu_ms});
    const fs::path plugin = folders.out / kPluginFile;
    if (done.ok() && fs::exists(plugin)) {
        MKB_TRY(bytes, read_file(plugin));
        build.result = Built{.as = Built::As::plugin, .file = plugin, .sha256 = sha256_hex(bytes)};
        return build;
    }
    MKB_TRY(fault, fault_of(done, layout, folders.out));
    build.result = std::move(fault);
    return build;
}

} // namespace mkb::mnn
