#pragma once
#include "framework/mnn/library.h"

#include <map>

namespace mkb::mnn {

/// Per source file of a CPU or geometry kernel the functions that only its object defines, with their places in
/// libMNN.so: lld's link map joined with the objects' symbol tables (inline functions shared between objects do not
/// count). `build`: a finished build folder.
Result<std::map<std::string, std::vector<Function>>> read_link_map(const std::filesystem::path& build);

} // namespace mkb::mnn
