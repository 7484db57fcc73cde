#pragma once
// What the wrong elements of an output have in common; found only once an output is known to be wrong.
#include "task/task.h"
#include "verify/mismatch.h"
#include "verify/oracle.h"

#include <string_view>

namespace mkb {

/// The first of these that fits, else "":
///   "range"      the output is NaN or infinite at every wrong element;
///   "lanes"      along one axis they all have the same remainder modulo 4: a lane of a packed layout;
///   "border"     they all lie at most three places from an edge of one axis that has room for an inside, or are the
///   last
///                few elements of the output;
///   "permuted"   the output has the reference's values, in another order;
///   "broadcast"  where an input has one element along an axis and the output has more, none lies at the first place.
/// `limit`: two values that differ by no more are the same.
std::string_view mismatch_pattern(const Task& task, const TensorValue& got, const TensorValue& reference,
                                  const Mismatches& mismatches, double limit);

} // namespace mkb
