#pragma once
// The keeper at its place on a device: found there, or brought.
#include "device/remote/connection.h"

#include <string>
#include <vector>

namespace mkb {

constexpr const char* kHostMachine =
#if defined(__x86_64__)
    "x86_64";
#else
    "aarch64";
#endif

struct Keeper {
    std::string machine; ///< as uname says
    std::string bytes, sha256;
};

/// One for each processor that this build made one for. environment when a file is missing.
Result<std::vector<Keeper>> load_keepers();

struct Installation {
    std::string machine;
    std::string base;    ///< folder
    std::string product; ///< " " where the system does not say
    bool android = false;
    std::string keeper; ///< path
};

/// Asks what is behind the connection and sends the keeper for its processor, unless it is there. environment for a
/// system or processor that no keeper is for, or a folder that cannot be written; the connection's trouble else.
Result<Installation> find_or_bring_keeper(Connection& connection, const std::vector<Keeper>& keepers);

/// For a remote user's shell, whatever it is.
std::string in_sh(const std::string& script);
std::string first_line(const std::string& text);

} // namespace mkb
