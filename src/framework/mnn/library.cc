#include "framework/mnn/library.h"

#include "base/cache.h"
#include "base/files.h"
#include "base/hash.h"
#include "base/process.h"
#include "base/progress.h"
#include "framework/mnn/link_map.h"

#include <nlohmann/json.hpp>
#include <sstream>

namespace mkb::mnn {

namespace fs = std::filesystem;

namespace {

constexpr std::chrono::minutes kBuildLimit{60};
constexpr const char* kFlagsOf = "source/backend/cpu/CPUBackend.cpp"; ///< every CPU kernel is compiled like this file
constexpr std::string_view kHeaderEndings[] = {".h", ".hpp", ".inl", ".hh"};
constexpr const char* kHeaderFolders[] = {"include", "source",         "express",  "tools",
                                          "codegen", "schema/current", "3rd_party"};

Result<void> must(const std::string& what, const ProcessSpec& spec) {
    MKB_TRY(done, run_process(spec));
    if (!done.ok()) {
        const std::string text = done.err.empty() ? done.out : done.err;
        return fail(ErrorKind::environment, "{} failed: {}", what,
                    text.substr(text.size() > 600 ? text.size() - 600 : 0));
    }
    return {};
}

/// Ninja writes "[12/317] …" lines.
void follow_ninja(Progress& progress, std::string_view line) {
    unsigned done = 0;
    unsigned total = 0;
    if (std::sscanf(std::string(line.substr(0, 40)).c_str(), "[%u/%u]", &done, &total) == 2) {
        progress.set_total(total);
        progress.advance_to(done);
    }
}

Result<void> compile(const SourceTree& tree, const Toolchain& toolchain, const fs::path& build) {
    ProcessSpec configure;
    configure.argv = {"cmake", "-S", tree.root.string(), "-B", build.string(), "-G", "Ninja"};
    std::ranges::copy(configure_options(toolchain), std::back_inserter(configure.argv));
    MKB_DO(must("cmake of MNN", configure));
    Progress progress(
        fmt::format("building MNN {} for {} (once; kept in the cache)", tree.version, name_of(toolchain.target)));
    ProcessSpec ninja;
    ninja.argv = {"ninja", "-C", build.string(), "MNN"};
    ninja.limits.wall_time = kBuildLimit;
    ninja.on_stdout_line = [&](std::string_view line) { follow_ninja(progress, line); };
    return must("the build of MNN", ninja);
}

Result<void> copy_headers(const fs::path& from, const fs::path& to) {
    std::error_code error;
    for (const char* folder : kHeaderFolders) {
        if (!fs::exists(from / folder)) {
            continue;
        }
        for (const auto& item : fs::recursive_directory_iterator(from / folder, error)) {
            const std::string ending = item.path().extension().string();
            if (!item.is_regular_file() || std::ranges::find(kHeaderEndings, ending) == std::end(kHeaderEndings)) {
                continue;
            }
            const fs::path target = to / fs::relative(item.path(), from);
            fs::create_directories(target.parent_path(), error);
            fs::copy_file(item.path(), target, fs::copy_options::overwrite_existing, error);
            if (error) {
                return fail(ErrorKind::environment, "{}: {}; is the disk full?", target.string(), error.message());
            }
        }
    }
    return {};
}

/// Flags of the reference file without input, output and dependency options; include folders relative to the tree.
Result<std::vector<std::string>> read_flags(const fs::path& build, const fs::path& root) {
    MKB_TRY(text, read_file(build / "compile_commands.json"));
    const auto commands = nlohmann::json::parse(text, nullptr, false);
    for (const auto& entry : commands) {
        if (entry.value("file", "") != (root / kFlagsOf).string()) {
            continue;
        }
        std::istringstream words(entry.value("command", ""));
        std::vector<std::string> flags;
        std::string word;
        words >> word; // the compiler
        while (words >> word) {
            if (word == "-o" || word == "-c") {
                words >> word;
            } else if (word.starts_with("-I" + root.string())) {
                flags.push_back("-I" + fs::relative(word.substr(2), root).string());
            } else if (word.starts_with("-")) {
                flags.push_back(word);
            }
        }
        return flags;
    }
    return fail(ErrorKind::environment, "MNN's build does not compile {}; is MNN_SOURCE a 3.x tree?", kFlagsOf);
}

Result<void> write_functions(const fs::path& build, const fs::path& folder) {
    MKB_TRY(functions, read_link_map(build));
    nlohmann::json content;
    for (const auto& [file, list] : functions) {
        nlohmann::json& entries = content[file] = nlohmann::json::array();
        for (const Function& function : list) {
            entries.push_back({function.name, function.offset, function.size});
        }
    }
    return write_file_atomic(folder / "functions.json", content.dump());
}

/// The build's own link command and the objects that it names, which an in-tree build links again.
Result<void> keep_link(const fs::path& build, const fs::path& folder) {
    ProcessSpec ninja;
    ninja.argv = {"ninja", "-C", build.string(), "-t", "commands", "-s", "libMNN.so"};
    ninja.limits.output_bytes = 4U << 20;
    MKB_TRY(done, run_process(ninja));
    std::istringstream words(done.out);
    std::vector<std::string> command;
    for (std::string word; words >> word;) {
        if (word == "&&" || word == ":") { // ": && clang++ … && :"
            continue;
        }
        command.push_back(word);
        std::error_code error;
        if (word.ends_with(".o")) {
            fs::create_directories((folder / "objects" / word).parent_path(), error);
            fs::rename(build / word, folder / "objects" / word, error);
        }
        if (error) {
            return fail(ErrorKind::environment, "{}: {}", (build / word).string(), error.message());
        }
    }
    if (!done.ok() || command.empty()) {
        return fail(ErrorKind::environment, "MNN's build does not say how it links libMNN.so: {}", done.err);
    }
    return write_file_atomic(folder / "link.json", nlohmann::json(command).dump());
}

Result<void> make_library(const SourceTree& tree, const Toolchain& toolchain, const fs::path& folder) {
    const fs::path build = folder / "build";
    MKB_DO(compile(tree, toolchain, build));
    MKB_TRY(flags, read_flags(build, tree.root));
    MKB_DO(write_file_atomic(folder / "flags.json", nlohmann::json(flags).dump()));
    MKB_DO(write_functions(build, folder));
    MKB_DO(copy_headers(tree.root, folder / "headers"));
    std::error_code error;
    fs::copy_file(build / "libMNN.so", folder / "libMNN.so", error);
    if (error) {
        return fail(ErrorKind::environment, "{}: {}", (build / "libMNN.so").string(), error.message());
    }
    MKB_DO(keep_link(build, folder));
    fs::remove_all(build, error);
    return {};
}

Result<std::vector<std::string>> read_words(const fs::path& file) {
    MKB_TRY(text, read_file(file));
    const auto words = nlohmann::json::parse(text, nullptr, false);
    if (!words.is_array()) {
        return fail(ErrorKind::environment, "{} is damaged; remove its folder", file.string());
    }
    return words.get<std::vector<std::string>>();
}

} // namespace

std::vector<std::string> configure_options(const Toolchain& toolchain) {
    std::vector<std::string> options = {"-DCMAKE_BUILD_TYPE=Release", "-DCMAKE_C_COMPILER=" + toolchain.cc,
                                        "-DCMAKE_CXX_COMPILER=" + toolchain.cxx, "-DCMAKE_ASM_COMPILER=" + toolchain.cc,
                                        // Comes after MNN's own -fvisibility=hidden on the command line, and wins.
                                        "-DCMAKE_CXX_FLAGS_RELEASE=-O3 -DNDEBUG -fvisibility=default",
                                        // What MNN writes in assembler says .hidden by itself: a candidate that calls
                                        // it would link in-tree and not as a plug-in.
                                        "-DCMAKE_ASM_FLAGS=-Dhidden=protected",
                                        "-DCMAKE_SHARED_LINKER_FLAGS=-fuse-ld=" + toolchain.linker +
                                            " -Wl,-Bsymbolic-functions -Wl,-z,relro,-z,now -Wl,-Map=libMNN.map",
                                        "-DCMAKE_EXPORT_COMPILE_COMMANDS=ON", "-DMNN_BUILD_SHARED_LIBS=ON",
                                        "-DMNN_SEP_BUILD=OFF", "-DMNN_BUILD_CONVERTER=OFF", "-DMNN_BUILD_TOOLS=OFF",
                                        "-DMNN_USE_LOGCAT=OFF"};
    std::ranges::copy(toolchain.cmake, std::back_inserter(options));
    return options;
}

Result<Library> build_library(const SourceTree& tree, const Toolchain& toolchain) {
    Library library;
    library.toolchain = toolchain;
    const std::string target(name_of(toolchain.target));
    std::string identity = tree.hash + toolchain.version + target;
    for (const std::string& option : configure_options(toolchain)) {
        identity += option;
    }
    library.key = fmt::format("{}-{}-{}", tree.version, target, sha256_hex(identity).substr(0, 16));
    MKB_TRY(folder, cache_entry("mnn", library.key,
                                [&](const fs::path& empty) { return make_library(tree, toolchain, empty); }));
    library.file = folder / "libMNN.so";
    library.headers = folder / "headers";
    library.objects = folder / "objects";
    MKB_TRY(flags, read_words(folder / "flags.json"));
    library.flags = std::move(flags);
    MKB_TRY(link, read_words(folder / "link.json"));
    library.link = std::move(link);
    return library;
}

Result<std::vector<Function>> Library::functions_of(const std::string& source_file) const {
    MKB_TRY(text, read_file(file.parent_path() / "functions.json"));
    const auto content = nlohmann::json::parse(text, nullptr, false);
    const auto found = content.find(source_file);
    if (found == content.end()) {
        return fail(ErrorKind::bad_input, "this MNN has no {}; the task's native_file does not fit it", source_file);
    }
    std::vector<Function> functions;
    for (const auto& entry : *found) {
        functions.push_back({.name = entry.at(0), .offset = entry.at(1), .size = entry.at(2)});
    }
    return functions;
}

} // namespace mkb::mnn
