#include "framework/mnn/kit.h"

#include "base/cache.h"
#include "base/files.h"
#include "base/hash.h"
#include "base/parallel.h"
#include "base/progress.h"
#include "framework/mnn/compiler_log.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace mkb::mnn {

namespace fs = std::filesystem;

namespace {

/// Our own sources that the runner is made of, besides everything in runner/.
constexpr const char* kSharedSources[] = {
    "src/device/blocks.cc",    "src/device/blocks.h",         "src/device/job.cc",      "src/device/job.h",
    "src/device/job_reader.h", "src/device/expansion.cc",     "src/device/expansion.h", "src/device/emulator_call.h",
    "src/device/landlock.h",   "src/device/seccomp_filter.h", "src/device/readings.cc", "src/device/readings.h",
    "src/base/descriptor.h",   "src/base/large_pages.h",      "src/task/draw.cc",       "src/task/draw_json.cc",
    "src/task/draw.h"};
constexpr const char* kRunnerFlags[] = {"-std=c++20",        "-O2",  "-g1", "-fno-rtti", "-fno-exceptions", "-fPIE",
                                        "-ffp-contract=off", "-Wall"};

/// Force-included before a candidate, each precompiled: one for each form.
constexpr const char* kPreludes[] = {"prelude.h", "prelude_geometry.h", "prelude_composite.h"};
/// What a candidate of the composite form includes by name.
constexpr const char* kTransformHeader = "OnnxExtraManager.hpp";

constexpr const char* kLinkFile = "link.json"; ///< Kit::link

struct RunnerSources {
    std::vector<fs::path> units; ///< to be compiled
    std::string hash;            ///< of everything that goes in
};

Result<RunnerSources> runner_sources(const fs::path& home) {
    RunnerSources sources;
    std::vector<fs::path> all;
    std::error_code error;
    for (const auto& item : fs::recursive_directory_iterator(home / "runner", error)) {
        const bool test = item.path().stem().string().ends_with("_test");
        if (item.is_regular_file() && !test) {
            all.push_back(item.path());
        }
    }
    for (const char* file : kSharedSources) {
        all.push_back(home / file);
    }
    std::ranges::sort(all);
    std::string contents;
    for (const fs::path& file : all) {
        MKB_TRY(text, read_file(file));
        contents += file.filename().string() + sha256_hex(text);
        if (file.extension() == ".cc") {
            sources.units.push_back(file);
        }
    }
    sources.hash = sha256_hex(contents);
    return sources;
}

std::vector<std::string> link_options(const Toolchain& toolchain) {
    return {"-shared", "-fuse-ld=" + toolchain.linker, "-Wl,-z,defs",
            // What it defines itself it uses itself: the loader would prefer the framework's of the same name.
            "-Wl,-Bsymbolic", "-Wl,-z,relro,-z,now", "-Wl,--no-dependent-libraries", "-Wl,--build-id=none",
            // Code from a page's beginning on, as in the framework's library (kSealScript).
            "-Wl,-z,separate-code", "-Wl,--no-undefined-version", fmt::format("-Wl,--error-limit={}", kMaxErrors), "-o",
            kPluginFile, "-lm"};
}

std::vector<std::string> include_flags(const Library& library, const char* option) {
    std::vector<std::string> flags;
    for (const std::string& flag : library.flags) {
        if (flag.starts_with("-I")) {
            flags.insert(flags.end(), {option, (library.headers / flag.substr(2)).string()});
        }
    }
    return flags;
}

Result<void> run_compiler(const std::vector<std::string>& command, const std::string& what) {
    MKB_TRY(done, run_process({.argv = command}));
    if (!done.ok()) {
        return fail(ErrorKind::environment, "compiling {} failed: {}", what, done.err.substr(0, 800));
    }
    return {};
}

Result<void> compile_unit(const Library& library, const fs::path& home, const fs::path& unit, const fs::path& object) {
    std::vector<std::string> command = {library.toolchain.cxx};
    std::ranges::copy(library.toolchain.flags, std::back_inserter(command));
    command.insert(command.end(), std::begin(kRunnerFlags), std::end(kRunnerFlags));
    command.insert(command.end(), {"-I" + (home / "runner").string(), "-I" + (home / "src").string()});
    std::ranges::copy(include_flags(library, "-isystem"), std::back_inserter(command));
    // Definitions that change class layouts must be those of the library.
    std::ranges::copy_if(library.flags, std::back_inserter(command),
                         [](const std::string& flag) { return flag.starts_with("-D"); });
    command.insert(command.end(), {"-c", unit.string(), "-o", object.string()});
    return run_compiler(command, unit.filename().string());
}

Result<void> compile_runner(const Library& library, const fs::path& home, const RunnerSources& sources,
                            const fs::path& folder) {
    const fs::path objects = folder / "objects";
    fs::create_directories(objects);
    Progress progress("building the runner", sources.units.size());
    std::vector<Result<void>> results(sources.units.size());
    in_parallel(results.size(), [&](std::size_t i) {
        results[i] = compile_unit(library, home, sources.units[i], objects / fmt::format("{}.o", i));
    });
    for (const auto& result : results) {
        MKB_DO(result);
    }
    std::vector<std::string> link = {library.toolchain.cxx};
    std::ranges::copy(library.toolchain.flags, std::back_inserter(link));
    link.insert(link.end(), {"-fuse-ld=" + library.toolchain.linker, "-pie", "-Wl,-z,relro,-z,now",
                             "-Wl,-rpath,$ORIGIN", "-o", (folder / "mkb-runner").string()});
    for (std::size_t i = 0; i < sources.units.size(); ++i) {
        link.push_back((objects / fmt::format("{}.o", i)).string());
    }
    link.insert(link.end(), {library.file.string(), "-ldl", "-pthread"});
    MKB_DO(run_compiler(link, "mkb-runner"));
    fs::remove_all(objects);
    return {};
}

Result<void> compile_prelude(const Library& library, const fs::path& folder, const std::string& prelude) {
    Progress progress("precompiling " + prelude);
    const fs::path out = folder / "pch";
    fs::create_directories(out);
    const CompileFolders folders{.headers = library.headers,
                                 .kit = folder,
                                 .sources = folder,
                                 .out = out,
                                 .toolchain = library.toolchain.folder};
    const CompileLayout layout = layout_for(folders);
    std::vector<std::string> command = {library.toolchain.cxx_in_jail()};
    std::ranges::copy(candidate_flags(library, layout.headers), std::back_inserter(command));
    command.insert(command.end(), {"-x", "c++-header", "-fpch-instantiate-templates", "-Xclang", "-fno-pch-timestamp",
                                   layout.kit + "/" + prelude, "-o", layout.out + "/prelude.pch"});
    MKB_DO(run_compiler(in_compiler_jail(folders, command), prelude));
    fs::rename(out / "prelude.pch", folder / (prelude + ".pch"));
    fs::remove_all(out);
    return {};
}

Result<void> make_kit(const Library& library, const fs::path& home, const RunnerSources& sources,
                      const fs::path& folder) {
    // Copies, not links: the jail shows this folder alone.
    std::vector<fs::path> files = {library.file, home / "runner/mnn" / kTransformHeader};
    for (const char* prelude : kPreludes) {
        files.push_back(home / "runner/mnn" / prelude);
    }
    if (!library.toolchain.cxx_shared.empty()) {
        files.push_back(library.toolchain.cxx_shared);
    }
    for (const fs::path& file : files) {
        std::error_code error;
        fs::copy_file(file, folder / file.filename(), error);
        if (error) {
            return fail(ErrorKind::environment, "{}: {}", folder.string(), error.message());
        }
    }
    for (const char* prelude : kPreludes) {
        MKB_DO(compile_prelude(library, folder, prelude));
    }
    MKB_DO(compile_runner(library, home, sources, folder));
    nlohmann::json hashes;
    std::vector<std::string> names = {"mkb-runner", kLibraryFile};
    if (!library.toolchain.cxx_shared.empty()) {
        names.push_back(library.toolchain.cxx_shared.filename().string());
    }
    for (const std::string& name : names) {
        MKB_TRY(bytes, read_file(folder / name));
        hashes[name] = sha256_hex(bytes);
    }
    MKB_TRY(link, plugin_linker(library));
    MKB_DO(write_file_atomic(folder / kLinkFile, nlohmann::json(link).dump()));
    return write_file_atomic(folder / "hashes.json", hashes.dump());
}

} // namespace

std::string prelude_of(Form form) {
    switch (form) {
    case Form::geometric:
        return "prelude_geometry.h";
    case Form::composite:
        return "prelude_composite.h";
    case Form::atomic:
        break;
    }
    return "prelude.h";
}

std::vector<std::string> candidate_flags(const Library& library, const std::string& headers) {
    std::vector<std::string> flags;
    for (const std::string& flag : library.flags) {
        flags.push_back(flag.starts_with("-I") ? "-I" + headers + "/" + flag.substr(2) : flag);
    }
    // CMake adds the target's flag to MNN's own command; a plug-in's may not lack it.
    for (const std::string& flag : library.toolchain.flags) {
        if (std::ranges::find(flags, flag) == flags.end()) {
            flags.push_back(flag);
        }
    }
    flags.insert(flags.end(), {"-fvisibility=hidden", "-fPIC", "-w", "-fno-color-diagnostics"});
    return flags;
}

Result<std::vector<std::string>> plugin_linker(const Library& library) {
    MKB_TRY(command, linker_command(library.toolchain, link_options(library.toolchain), {kObjectFile, kLibraryFile}));
    // Before what the compiler brings, so that a page begins with it.
    std::erase(command, kObjectFile);
    command.insert(command.begin() + 1, kObjectFile);
    return command;
}

Result<Kit> build_kit(const Library& library) {
    MKB_TRY(home, home_dir());
    MKB_TRY(sources, runner_sources(home));
    // The precompiled header names its folders: in the jail these are fixed, without one they are the real ones.
    const std::string identity = library.key + sources.hash +
                                 fmt::format("{}", fmt::join(link_options(library.toolchain), " ")) +
                                 (bubblewrap_works() ? "jail" : library.headers.string());
    const std::string key = fmt::format("{}-{}", library.key, sha256_hex(identity).substr(0, 16));
    MKB_TRY(folder, cache_entry("mnn-kit", key,
                                [&](const fs::path& empty) { return make_kit(library, home, sources, empty); }));
    Kit kit;
    kit.folder = folder;
    MKB_TRY(text, read_file(folder / "hashes.json"));
    const auto hashes = nlohmann::json::parse(text, nullptr, false);
    kit.runner_sha256 = hashes.value("mkb-runner", "");
    kit.library_sha256 = hashes.value(kLibraryFile, "");
    kit.cxx_shared = library.toolchain.cxx_shared.filename().string();
    kit.cxx_shared_sha256 = hashes.value(kit.cxx_shared, "");
    MKB_TRY(link, read_file(folder / kLinkFile));
    kit.link = nlohmann::json::parse(link).get<std::vector<std::string>>();
    kit.flags = candidate_flags(
        library, layout_for({.headers = library.headers, .kit = folder, .sources = {}, .out = {}}).headers);
    return kit;
}

} // namespace mkb::mnn
