#include "framework/mnn/native_functions.h"

#include "base/files.h"
#include "framework/mnn/audit.h"
#include "framework/mnn/elf.h"

#include <algorithm>

namespace mkb::mnn {

namespace {

// Convolutions of every kind choose one of these in their own file and hand the work over; no other operator does.
constexpr std::string_view kConvolutions[] = {"source/backend/cpu/CPUConvolution.cpp",
                                              "source/backend/cpu/CPUDeconvolution.cpp",
                                              "source/backend/cpu/compute/Convolution1x1Strassen.cpp",
                                              "source/backend/cpu/compute/ConvolutionFloatFactory.cpp",
                                              "source/backend/cpu/compute/ConvolutionGroup.cpp",
                                              "source/backend/cpu/compute/ConvolutionPackFreeWinograd.cpp",
                                              "source/backend/cpu/compute/ConvolutionPackWinograd.cpp",
                                              "source/backend/cpu/compute/ConvolutionTiledExecutor.cpp",
                                              "source/backend/cpu/compute/ConvolutionWinogradBridge.cpp",
                                              "source/backend/cpu/compute/ConvolutionWinogradImpl.cpp",
                                              "source/backend/cpu/compute/DenseConvolutionTiledExecutor.cpp",
                                              "source/backend/cpu/compute/SparseConvolutionTiledExecutor.cpp",
                                              "source/backend/cpu/compute/StrassenMatmulComputor.cpp"};

/// Files whose functions are the native kernel of a task of this file: itself, and what it leaves its work to.
std::vector<std::string> native_files(const std::string& file) {
    std::vector<std::string> files = {file};
    if (std::ranges::find(kConvolutions, file) != std::end(kConvolutions)) {
        files.assign(std::begin(kConvolutions), std::end(kConvolutions));
    }
    return files;
}

Result<std::vector<Function>> functions_of_entries(const Library& library, const std::vector<std::string>& entries) {
    MKB_TRY(bytes, read_file(library.file));
    bytes.push_back('\0'); // texts end somewhere
    const Elf elf(bytes);
    const Elf64_Shdr* table = elf.header() != nullptr ? elf.section(SHT_DYNSYM) : nullptr;
    const Elf64_Shdr* names = table != nullptr ? elf.section_number(table->sh_link) : nullptr;
    if (names == nullptr) {
        return fail(ErrorKind::environment, "{}: has no table of symbols", library.file.string());
    }
    std::vector<Function> functions;
    for (const auto* symbol : elf.entries<Elf64_Sym>(*table)) {
        const bool function = ELF64_ST_TYPE(symbol->st_info) == STT_FUNC && symbol->st_shndx != SHN_UNDEF;
        if (!function || symbol->st_size == 0) {
            continue;
        }
        const std::string name = elf.text(names->sh_offset + symbol->st_name);
        if (names_entry(demangle(name), entries)) {
            functions.push_back({.name = name, .offset = symbol->st_value, .size = symbol->st_size});
        }
    }
    return functions;
}

} // namespace

Result<std::vector<Function>> native_functions(const Library& library, const Task& task) {
    if (task.form == Form::composite) {
        return std::vector<Function>();
    }
    MKB_TRY(functions, library.functions_of(task.native_file));
    for (const std::string& file : native_files(task.native_file)) {
        auto more = library.functions_of(file);
        if (!more && more.error().kind != ErrorKind::bad_input) { // not every version has all of them
            return std::unexpected(more.error());
        }
        if (more && file != task.native_file) {
            std::ranges::move(*more, std::back_inserter(functions));
        }
    }
    if (task.native_entries.empty()) {
        return functions;
    }
    MKB_TRY(behind, functions_of_entries(library, task.native_entries));
    for (Function& function : behind) {
        if (std::ranges::find(functions, function.name, &Function::name) == functions.end()) {
            functions.push_back(std::move(function));
        }
    }
    return functions;
}

} // namespace mkb::mnn
