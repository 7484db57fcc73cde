#include "device/jail_here.h"

#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace mkb {

JailHere jail_here() {
    const auto trap = static_cast<unsigned>(SECCOMP_RET_TRAP);
    const bool seccomp = syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &trap) == 0;
    const bool landlock = syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION) > 0;
    const bool privileges = prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) >= 0;
    JailHere here;
    const auto note = [&](const char* layer, bool there) { (there ? here.layers : here.missing).emplace_back(layer); };
    note("no_new_privs", privileges);
    note("landlock", landlock);
    note("rlimits", true); // as old as Linux
    note("seccomp", seccomp);
    if (geteuid() == 0) {
        here.layers.emplace_back("uid");
    }
    here.row = !seccomp         ? "Linux without seccomp"
               : !landlock      ? "Linux without Landlock"
               : geteuid() == 0 ? "Linux, as root"
                                : "Linux, as an ordinary user";
    return here;
}

} // namespace mkb
