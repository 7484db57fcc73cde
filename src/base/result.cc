#include "base/result.h"

#include <cstdio>
#include <cstdlib>

namespace mkb {

void check_failed(const char* condition, const char* file, int line) {
    std::fprintf(stderr, "mkb: broken invariant at %s:%d: %s; this is a bug in mkb, please report it\n", file, line,
                 condition);
    std::fflush(stderr);
    std::abort();
}

} // namespace mkb
