#pragma once
// What a plug-in asks of the process it is loaded into: the symbols it imports, by allow-list, and how it wants to be
// loaded.
#include "base/result.h"
#include "framework/mnn/building_blocks.h"
#include "framework/mnn/library.h"
#include "task/task.h"

#include <filesystem>
#include <string>
#include <vector>

namespace mkb::mnn {

/// Empty when the plug-in may be loaded; else one line per finding: "refused symbol 'fork': …".
/// `native`: the functions of the task's own native file, which a candidate must not import; `entries`: function-table
/// entries that are the native kernel, refused under their plain names too; `form`: what the framework offers differs;
/// `blocks`: what it offers to an atomic one.
Result<std::vector<std::string>> audit_plugin(const std::filesystem::path& plugin, const std::vector<Function>& native,
                                              const std::vector<std::string>& entries = {}, Form form = Form::atomic,
                                              const BuildingBlocks& blocks = {});

/// The same of a file's bytes, which may be anything: a linker made them of hostile input.
std::vector<std::string> audit_bytes(std::string bytes, const std::vector<Function>& native,
                                     const std::vector<std::string>& entries, Form form,
                                     const BuildingBlocks& blocks = {});

/// environment, naming both, when the plug-in is for another processor than the library it is to be loaded beside.
Result<void> check_processor(const std::filesystem::path& plugin, const std::filesystem::path& library);

/// Whether a symbol may be imported from libc, libm, libstdc++ or the framework. Pure. Of the framework an atomic
/// candidate may have what `blocks` holds, but for the few members that lead to native kernels; a composite
/// candidate may have what makes expressions, and what asks them for shapes and constants; a geometric one what regions
/// and commands are made with, by name. A kernel or another computer that it could call would be a way around the task.
bool allowed_symbol(std::string_view mangled, Form form = Form::atomic, const BuildingBlocks& blocks = {});

/// "MNN::CPUSoftmax::onResize(…)", or the name itself when it is not mangled.
std::string demangle(const std::string& mangled);

/// Whether a function is one of the function-table entries under another name: "MNNSoftmax", "_AVX_MNNSoftmax" and
/// "_SSE_MNNSoftmax(float*, …)" are all the entry MNNSoftmax. `demangled`: as `demangle` gives it.
bool names_entry(const std::string& demangled, const std::vector<std::string>& entries);

} // namespace mkb::mnn
