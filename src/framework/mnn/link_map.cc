#include "framework/mnn/link_map.h"

#include "base/files.h"
#include "base/process.h"

#include <set>
#include <sstream>

namespace mkb::mnn {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view kKernelFolders[] = {"source/backend/cpu/", "source/geometry/"};

/// "CMakeFiles/MNNCPU.dir/source/backend/cpu/CPUSoftmax.cpp.o" → "source/backend/cpu/CPUSoftmax.cpp", or "".
std::string source_of(std::string_view object) {
    for (const std::string_view folder : kKernelFolders) {
        const std::size_t at = object.find(folder);
        if (at != std::string_view::npos && object.ends_with(".o")) {
            return std::string(object.substr(at, object.size() - at - 2));
        }
    }
    return "";
}

/// (object, mangled name) of functions that are defined in one object only, by llvm-nm.
Result<std::set<std::pair<std::string, std::string>>> own_functions(const fs::path& build) {
    ProcessSpec spec;
    spec.argv = {"llvm-nm-19", "--defined-only", "-A"};
    std::error_code error;
    for (const auto& item : fs::recursive_directory_iterator(build / "CMakeFiles", error)) {
        if (!source_of(item.path().string()).empty()) {
            spec.argv.push_back(item.path().string());
        }
    }
    spec.limits.output_bytes = 256U << 20;
    MKB_TRY(done, run_process(spec));
    if (!done.ok()) {
        return fail(ErrorKind::environment, "llvm-nm-19 on MNN's objects failed: {}", done.err.substr(0, 200));
    }
    std::set<std::pair<std::string, std::string>> own;
    std::istringstream lines(done.out);
    for (std::string line; std::getline(lines, line);) {
        const std::size_t colon = line.find(": ");
        std::istringstream words(line.substr(colon == std::string::npos ? line.size() : colon + 2));
        std::string address;
        std::string type;
        std::string name;
        if (words >> address >> type >> name && (type == "T" || type == "t")) {
            own.emplace(source_of(line.substr(0, colon)), name);
        }
    }
    return own;
}

} // namespace

Result<std::map<std::string, std::vector<Function>>> read_link_map(const fs::path& build) {
    MKB_TRY(own, own_functions(build));
    MKB_TRY(text, read_file(build / "libMNN.map"));
    std::map<std::string, std::vector<Function>> functions;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        // VMA LMA Size Align Object:(.text.<mangled name>), hexadecimal; other lines have no such section.
        const std::size_t section = line.find(":(.text.");
        if (section == std::string::npos) {
            continue;
        }
        std::istringstream words(line);
        std::uint64_t vma = 0;
        std::uint64_t lma = 0;
        std::uint64_t size = 0;
        std::uint64_t align = 0;
        std::string object;
        words >> std::hex >> vma >> lma >> size >> align >> object;
        const std::string file = source_of(object.substr(0, object.find(":(")));
        const std::string name = line.substr(section + 8, line.size() - section - 9);
        if (words && size > 0 && own.contains({file, name})) {
            functions[file].push_back({.name = name, .offset = vma, .size = size});
        }
    }
    if (functions.empty()) {
        return fail(ErrorKind::environment, "the link map of MNN names no CPU kernel; is lld-19 installed?");
    }
    return functions;
}

} // namespace mkb::mnn
