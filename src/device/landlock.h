#pragma once
// Landlock, as the runner applies it to itself and an emulator's plug-in on the runner's behalf.
#include <cerrno>
#include <cstdint>
#include <fcntl.h>
#include <linux/landlock.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace mkb {

/// This thread, and those it starts, may open `readable_file` for reading (null: nothing at all) and do nothing else
/// with files. Wants no_new_privs. Returns 0 or an errno; see `without_landlock`.
inline int open_only(const char* readable_file) {
    constexpr std::uint64_t kAllRights = (LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1; // every right of the first version
    landlock_ruleset_attr attributes{};
    attributes.handled_access_fs = kAllRights;
    const auto ruleset = static_cast<int>(syscall(SYS_landlock_create_ruleset, &attributes, sizeof attributes, 0));
    if (ruleset < 0) {
        return errno;
    }
    bool done = true;
    if (readable_file != nullptr) {
        landlock_path_beneath_attr rule{};
        rule.allowed_access = LANDLOCK_ACCESS_FS_READ_FILE;
        rule.parent_fd = open(readable_file, O_PATH | O_CLOEXEC);
        done =
            rule.parent_fd >= 0 && syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) == 0;
        close(rule.parent_fd);
    }
    done = done && syscall(SYS_landlock_restrict_self, ruleset, 0) == 0;
    const int reason = done ? 0 : errno;
    close(ruleset);
    return reason;
}

/// The kernel has no Landlock, or an emulator does not pass it on.
inline bool without_landlock(int reason) {
    return reason == ENOSYS || reason == EOPNOTSUPP || reason == EINVAL;
}

} // namespace mkb
