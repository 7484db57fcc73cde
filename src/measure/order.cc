#include "measure/order.h"

#include "base/result.h"
#include "measure/statistics.h"

#include <cmath>

namespace mkb {

double OrderEffect::gain() const {
    return gains.empty() ? 0 : std::expm1(median(gains));
}

void add_pair(double ratio, bool twin_had_it, OrderEffect& effect) {
    MKB_CHECK(std::isfinite(ratio) && ratio > 0);
    const double gain = twin_had_it ? std::log(ratio) : -std::log(ratio);
    effect.gains.push_back(gain);
    if (gain != 0) {
        ++effect.of;
        effect.won += gain > 0 ? 1 : 0;
    }
}

} // namespace mkb
