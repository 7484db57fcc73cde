#pragma once
// What hostile code may try once it runs, one thing at a time: for whatever jail it is in.
#include <cstddef>
#include <string>
#include <vector>

namespace mkb::escapes {

/// What there is to be reached from outside of the jail; the test makes it.
struct Outside {
    int victim = 0;     ///< a process of the same user
    int port = 0;       ///< of 127.0.0.1, where somebody listens for TCP and UDP
    std::string folder; ///< holds secret.txt, and socket, where somebody listens
};

/// 0 or more: it happened. -1: refused, and errno says how.
using Try = long (*)(const Outside&);

struct Escape {
    const char* group;
    const char* name;
    Try attempt;
    /// Harmless to a compiler, which needs it or is alone in its own namespace; the kernel's jail refuses it all the
    /// same.
    bool compiler_may = false;
};

std::vector<Escape> network_escapes();
std::vector<Escape> file_escapes();
std::vector<Escape> process_escapes();
std::vector<Escape> privilege_escapes();
std::vector<Escape> resource_escapes();

} // namespace mkb::escapes
