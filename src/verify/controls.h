#pragma once
// The parts of negative controls that need no oracle: pure changes of tensors.
#include "verify/oracle.h"

#include <functional>

namespace mkb {

/// To binary16 and back, round to nearest even.
float round_to_half(float x);

/// `source` in flat order, repeated or cropped to the shape and type of `like`, values converted as C++ does
/// (out-of-range and NaN to the nearest end or 0).
TensorValue poured_into(const TensorValue& like, const TensorValue& source);

/// Element i of the result is element `from(i)` of `source`.
TensorValue gathered(const TensorValue& source, const std::function<std::size_t(std::size_t)>& from);

/// A change of one output; false when it does not fit (and nothing is changed).
using Change = std::function<bool(TensorValue&)>;
Change fill_with(double value);
Change fill_with_nan();
Change scale_by(double factor);
Change last_from_before();
/// Rolled: element i comes from i - by along `axis` (from the end when negative).
Change rolled(std::int64_t axis, std::int64_t by);
Change reversed(std::int64_t axis);
/// The last slice along `axis` is the one before.
Change last_slice_from_before(std::int64_t axis);
/// Groups along `axis` mixed: at place m * groups + g stands what belongs to member m of group g. False when `groups`
/// does not divide the size, or leaves nothing to mix.
Change shuffled(std::int64_t axis, std::int64_t groups);
/// Written with its dimensions in `order`, then read in its own shape. False when `order` is no permutation of them.
Change laid_out(const std::vector<std::int64_t>& order);
/// Its magnitude.
Change absolute();
/// Zeros in the last `count` slices along `axis`.
Change tail_zeroed(std::int64_t axis, std::int64_t count);
Change transposed_hw();
Change rounded_to_half();

} // namespace mkb
