#pragma once
#include <cstddef>
#include <functional>

namespace mkb {

/// Calls `work` with every number below `count`, in any order, on as many threads as there are processors; returns when
/// all are done.
void in_parallel(std::size_t count, const std::function<void(std::size_t)>& work);

} // namespace mkb
