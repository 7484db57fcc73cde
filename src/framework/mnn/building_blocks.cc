#include "framework/mnn/building_blocks.h"

#include "base/files.h"

#include <algorithm>
#include <charconv>
#include <regex>
#include <vector>

namespace mkb::mnn {

namespace {

constexpr std::string_view kHeaders[] = {"include/MNN/ErrorCode.hpp",
                                         "include/MNN/HalideRuntime.h",
                                         "include/MNN/MNNDefine.h",
                                         "include/MNN/MNNForwardType.h",
                                         "include/MNN/Tensor.hpp",
                                         "source/core/AutoStorage.h",
                                         "source/core/Backend.hpp",
                                         "source/core/BufferAllocator.hpp",
                                         "source/core/CommonCompute.hpp",
                                         "source/core/Concurrency.h",
                                         "source/core/ConvolutionCommon.hpp",
                                         "source/core/Execution.hpp",
                                         "source/core/IDSTEncoder.hpp",
                                         "source/core/MNNMemoryUtils.h",
                                         "source/core/Macro.h",
                                         "source/core/NonCopyable.hpp",
                                         "source/core/OpCommonUtils.hpp",
                                         "source/core/SimdHeader.h",
                                         "source/core/TensorUtils.hpp",
                                         "source/backend/cpu/CPUBackend.hpp",
                                         "source/backend/cpu/CPUTensorConvert.hpp",
                                         "source/backend/cpu/ThreadPool.hpp",
                                         "source/backend/cpu/compute/CommonOptFunction.h",
                                         "source/backend/cpu/compute/ConvOpt.h",
                                         "source/backend/cpu/compute/Int8FunctionsOpt.h",
                                         "source/backend/cpu/compute/WinogradOptFunction.hpp"};

/// Its parts, without namespaces MNN and std: "_ZN3MNN6Tensor5shapeEv" → {Tensor, shape}. Empty when it is not a name
/// of the framework as C++ writes it.
std::vector<std::string> parts_of(std::string_view mangled) {
    for (const std::string_view kind : {"_ZTVN", "_ZTIN", "_ZTSN", "_ZNK", "_ZN", "_Z"}) {
        if (mangled.starts_with(kind)) {
            mangled.remove_prefix(kind.size());
            break;
        }
    }
    std::vector<std::string> parts;
    while (!mangled.empty() && mangled.front() >= '0' && mangled.front() <= '9') {
        std::size_t length = 0;
        const auto read = std::from_chars(mangled.data(), mangled.data() + mangled.size(), length);
        mangled.remove_prefix(static_cast<std::size_t>(read.ptr - mangled.data()));
        length = std::min(length, mangled.size());
        parts.emplace_back(mangled.substr(0, length));
        mangled.remove_prefix(length);
        if (parts.size() == 1 && parts.front() == "MNN") {
            parts.clear();
        }
    }
    const bool special = mangled.starts_with('C') || mangled.starts_with('D'); // constructor or destructor
    if (special && parts.size() == 1) {
        parts.emplace_back();
    }
    return parts;
}

} // namespace

bool BuildingBlocks::has(std::string_view mangled) const {
    if (!mangled.starts_with("_Z")) {
        return functions.contains(std::string(mangled));
    }
    const std::vector<std::string> parts = parts_of(mangled);
    const bool of_class = parts.size() > 1 || mangled.starts_with("_ZT");
    return !parts.empty() && (of_class ? classes : functions).contains(parts.front());
}

void add_declarations(const std::string& header, BuildingBlocks& blocks) {
    static const std::regex class_definition(R"(\b(?:class|struct)\s+(?:MNN_PUBLIC\s+)?(\w+)[^;{}()]*\{)");
    static const std::regex function(R"((\w+)\s*\()");
    for (std::sregex_iterator found(header.begin(), header.end(), class_definition), end; found != end; ++found) {
        blocks.classes.insert((*found)[1]);
    }
    for (std::sregex_iterator found(header.begin(), header.end(), function), end; found != end; ++found) {
        blocks.functions.insert((*found)[1]);
    }
}

Result<BuildingBlocks> read_building_blocks(const std::filesystem::path& headers) {
    BuildingBlocks blocks;
    for (const std::string_view name : kHeaders) {
        // Not every version of the framework has all of them.
        if (const std::filesystem::path file = headers / name; std::filesystem::exists(file)) {
            MKB_TRY(text, read_file(file));
            add_declarations(text, blocks);
        }
    }
    if (blocks.classes.empty()) {
        return fail(ErrorKind::environment, "{}: holds none of the framework's headers; run 'mkb doctor --prepare'",
                    headers.string());
    }
    return blocks;
}

} // namespace mkb::mnn
