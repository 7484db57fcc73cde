#pragma once
// Where the wrong elements of one output lie; made only once an output is known to be wrong.
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace mkb {

struct Mismatches {
    std::size_t count = 0;
    std::size_t worst = 0;          ///< flat index of the first element of the highest badness
    std::vector<std::size_t> all;   ///< flat indices, in order
    std::vector<std::size_t> first; ///< of `all` the first three
    bool got_constant = false;      ///< the output has one and the same value at all of them
};

/// Elements whose badness is above `limit` (0: right).
Mismatches find_mismatches(const std::vector<std::int64_t>& shape, const std::function<double(std::size_t)>& badness,
                           double limit);

/// Row-major index of a flat one.
std::vector<std::int64_t> index_of(const std::vector<std::int64_t>& shape, std::size_t flat);

/// Lines such as "\nall of them lie in [0, 3…63, 0…55]" and "\nall of them have index[1] % 4 == 3"; empty when there is
/// no pattern.
std::string where_hint(const std::vector<std::int64_t>& shape, const Mismatches& mismatches);

} // namespace mkb
