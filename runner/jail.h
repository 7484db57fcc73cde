#pragma once
// The jail of both children, in the order of docs/jail.md, The kernel's jail. Native and candidate get the identical
// jail, so that a speed-up is never the filter's. A layer that the platform has not is left out and named in the
// record.
#include <string>

namespace mkb::runner {

/// Before the framework's threads exist: no new privileges, an unprivileged user (when we are root), Landlock with one
/// readable file, limits on memory, files, processor time and core dumps. Appends the names of the layers in force to
/// `layers`. False and a reason when a layer that the platform has could not be applied.
bool enter_jail(const std::string& readable_file, double memory_limit_mb, double cpu_limit_s, std::string& layers,
                std::string& reason);

/// After the framework is warm, before the plug-in is loaded: no new processes or threads, no system call but those
/// that loading needs.
bool restrict_to_loading(std::string& layers, std::string& reason);

/// After the plug-in is loaded: no opening, no executable mappings.
bool restrict_to_running(std::string& reason);

/// The system call's name for evidence, or its number.
std::string syscall_name(int number);

} // namespace mkb::runner
