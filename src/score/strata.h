#pragma once
// Few out of many, so that each kind is there: a fixed choice without chance.

#include <string>
#include <vector>

namespace mkb {

struct Member {
    std::string name, category;
    double size = 0; ///< finite
};

/// Of every category `count` (or all, where it has fewer): its members by size are cut into that many equal strata, and
/// the middle one of each is taken. In the order of categories, then sizes; equal sizes by name.
std::vector<std::string> stratified(std::vector<Member> members, std::size_t count);

} // namespace mkb
