#include "escapes.h"

#include <algorithm>
#include <arpa/inet.h>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/capability.h>
#include <linux/netlink.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <unistd.h>

extern char** environ;

namespace mkb::escapes {

namespace {

long reach(int family, int type, const sockaddr* address, socklen_t size) {
    const auto descriptor = static_cast<int>(syscall(SYS_socket, family, type, 0));
    return descriptor < 0 ? -1 : syscall(SYS_connect, descriptor, address, size);
}

long reach_port(const Outside& outside, int type) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(outside.port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const auto* where = reinterpret_cast<const sockaddr*>(&address);
    if (type == SOCK_STREAM) {
        return reach(AF_INET, type, where, sizeof address);
    }
    const auto descriptor = static_cast<int>(syscall(SYS_socket, AF_INET, type, 0));
    if (descriptor < 0 || syscall(SYS_connect, descriptor, where, sizeof address) != 0) {
        return -1;
    }
    // Whether it arrives is what counts: the second send hears that nobody listens.
    for (int i = 0; i < 2; ++i) {
        if (syscall(SYS_sendto, descriptor, "leak", 4, 0, nullptr, 0) < 0) {
            return -1;
        }
    }
    return 0;
}

long reach_unix(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path.data(), std::min(path.size(), sizeof address.sun_path - 1));
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size());
    return reach(AF_UNIX, SOCK_STREAM, reinterpret_cast<const sockaddr*>(&address), size);
}

long open_file(const std::string& path, int flags) {
    return syscall(SYS_openat, AT_FDCWD, path.c_str(), flags, 0600);
}

long read_file(const std::string& path) {
    const long descriptor = open_file(path, O_RDONLY);
    char byte = 0;
    return descriptor < 0 ? -1 : syscall(SYS_read, descriptor, &byte, 1);
}

std::string secret(const Outside& outside) {
    return outside.folder + "/secret.txt";
}

std::string proc(const Outside& outside, const char* file) {
    return "/proc/" + std::to_string(outside.victim) + "/" + file;
}

/// Runs `body` in a child of our own; what it returns, or -1 where there could be no child.
template <class Body>
long in_child(Body body) {
    const long child = syscall(SYS_clone, SIGCHLD, nullptr, nullptr, nullptr, nullptr);
    if (child == 0) {
        syscall(SYS_exit_group, body());
    }
    return child;
}

int grow_stack(int depth) {
    volatile char room[4096];
    room[0] = static_cast<char>(depth);
    return depth > 1 << 20 ? room[0] : grow_stack(depth + 1) + room[0];
}

} // namespace

std::vector<Escape> network_escapes() {
    return {
        {"network", "tcp", [](const Outside& o) { return reach_port(o, SOCK_STREAM); }},
        {"network", "udp", [](const Outside& o) { return reach_port(o, SOCK_DGRAM); }},
        {"network", "unix socket", [](const Outside& o) { return reach_unix(o.folder + "/socket"); }},
        {"network", "abstract unix socket",
         [](const Outside& o) { return reach_unix(std::string("\0mkb-", 5) + std::to_string(o.victim)); }},
        {"network", "raw socket", [](const Outside&) { return syscall(SYS_socket, AF_PACKET, SOCK_RAW, 0); }},
        {"network", "netlink", [](const Outside&) { return syscall(SYS_socket, AF_NETLINK, SOCK_RAW, NETLINK_ROUTE); },
         true},
        {"network", "socketpair",
         [](const Outside&) {
             int pair[2];
             return syscall(SYS_socketpair, AF_UNIX, SOCK_STREAM, 0, pair);
         },
         true},
    };
}

std::vector<Escape> file_escapes() {
    return {
        {"files", "read /etc/passwd", [](const Outside&) { return read_file("/etc/passwd"); }},
        {"files", "read a file outside", [](const Outside& o) { return read_file(secret(o)); }},
        {"files", "read the home folder", [](const Outside&) { return open_file("/root", O_RDONLY | O_DIRECTORY); }},
        {"files", "write a file outside", [](const Outside& o) { return open_file(secret(o), O_WRONLY); }},
        {"files", "create a file", [](const Outside& o) { return open_file(o.folder + "/made", O_CREAT | O_WRONLY); }},
        {"files", "create a file at the top", [](const Outside&) { return open_file("/made", O_CREAT | O_WRONLY); }},
        {"files", "rename",
         [](const Outside& o) {
             return syscall(SYS_renameat2, AT_FDCWD, secret(o).c_str(), AT_FDCWD, (o.folder + "/moved").c_str(), 0);
         }},
        {"files", "remove", [](const Outside& o) { return syscall(SYS_unlinkat, AT_FDCWD, secret(o).c_str(), 0); }},
        {"files", "symbolic link",
         [](const Outside& o) {
             return syscall(SYS_symlinkat, "/etc/passwd", AT_FDCWD, (o.folder + "/link").c_str());
         }},
        {"files", "hard link",
         [](const Outside& o) {
             return syscall(SYS_linkat, AT_FDCWD, secret(o).c_str(), AT_FDCWD, (o.folder + "/hard").c_str(), 0);
         }},
        {"files", "change rights",
         [](const Outside& o) { return syscall(SYS_fchmodat, AT_FDCWD, secret(o).c_str(), 0777); }},
        {"files", "truncate", [](const Outside& o) { return syscall(SYS_truncate, secret(o).c_str(), 0); }},
        {"files", "make a device",
         [](const Outside& o) { return syscall(SYS_mknodat, AT_FDCWD, (o.folder + "/null").c_str(), S_IFCHR, 259); }},
        {"files", "leave the root", [](const Outside&) { return syscall(SYS_chroot, "/"); }},
        {"descriptors", "inherited",
         [](const Outside&) {
             // Whatever was left open in the parents would be here.
             for (int descriptor = 3; descriptor < 256; ++descriptor) {
                 if (syscall(SYS_fcntl, descriptor, F_GETFD) >= 0) {
                     return long{descriptor};
                 }
             }
             return long{-1};
         }},
        {"environment", "a key",
         [](const Outside&) {
             for (char** variable = environ; variable != nullptr && *variable != nullptr; ++variable) {
                 if (std::strncmp(*variable, "MKB_TEST_KEY", 12) == 0) {
                     return long{0};
                 }
             }
             errno = ENOENT;
             return long{-1};
         }},
    };
}

std::vector<Escape> process_escapes() {
    return {
        {"processes", "kill", [](const Outside& o) { return syscall(SYS_kill, o.victim, SIGUSR1); }},
        {"processes", "kill a thread",
         [](const Outside& o) { return syscall(SYS_tgkill, o.victim, o.victim, SIGUSR1); }},
        {"processes", "ptrace", [](const Outside& o) { return syscall(SYS_ptrace, PTRACE_SEIZE, o.victim, 0, 0); }},
        {"processes", "process_vm_readv",
         [](const Outside& o) {
             long word = 0;
             iovec here{.iov_base = &word, .iov_len = sizeof word};
             iovec there{.iov_base = &word, .iov_len = sizeof word};
             return syscall(SYS_process_vm_readv, o.victim, &here, 1L, &there, 1L, 0L);
         }},
        {"processes", "process_vm_writev",
         [](const Outside& o) {
             long word = 0;
             iovec here{.iov_base = &word, .iov_len = sizeof word};
             iovec there{.iov_base = &word, .iov_len = sizeof word};
             return syscall(SYS_process_vm_writev, o.victim, &here, 1L, &there, 1L, 0L);
         }},
        {"processes", "pidfd", [](const Outside& o) { return syscall(SYS_pidfd_open, o.victim, 0); }},
        {"processes", "priority", [](const Outside& o) { return syscall(SYS_setpriority, PRIO_PROCESS, o.victim, 5); }},
        {"processes", "limits of another",
         [](const Outside& o) {
             const rlimit none{.rlim_cur = 0, .rlim_max = 0};
             return syscall(SYS_prlimit64, o.victim, RLIMIT_NOFILE, &none, nullptr);
         }},
        {"processes", "pin to a core",
         [](const Outside&) {
             unsigned long cores = 1;
             return syscall(SYS_sched_setaffinity, 0, sizeof cores, &cores);
         },
         true},
        {"processes", "a process", [](const Outside&) { return in_child([] { return 0; }); }, true},
        {"processes", "a thread",
         [](const Outside&) {
             return syscall(SYS_clone, CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD, nullptr,
                            nullptr, nullptr, nullptr);
         },
         true},
        {"processes", "another program",
         [](const Outside&) { return syscall(SYS_execve, "/usr/bin/true", nullptr, nullptr); }, true},
        {"/proc", "memory of another", [](const Outside& o) { return open_file(proc(o, "mem"), O_RDWR); }},
        {"/proc", "environment of another", [](const Outside& o) { return read_file(proc(o, "environ")); }},
        {"/proc", "files of another", [](const Outside& o) { return open_file(proc(o, "root/etc/passwd"), O_RDONLY); }},
        {"/proc", "own memory", [](const Outside&) { return open_file("/proc/self/mem", O_RDWR); }},
        {"/proc", "settings of the system",
         [](const Outside&) { return open_file("/proc/sys/kernel/core_pattern", O_WRONLY); }},
    };
}

std::vector<Escape> privilege_escapes() {
    return {
        {"privileges", "become root", [](const Outside&) { return syscall(SYS_setresuid, 0, 0, 0); }, true},
        {"privileges", "take capabilities",
         [](const Outside&) {
             __user_cap_header_struct header{.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
             __user_cap_data_struct all[2] = {{~0U, ~0U, ~0U}, {~0U, ~0U, ~0U}};
             return syscall(SYS_capset, &header, all);
         }},
        {"privileges", "mount", [](const Outside&) { return syscall(SYS_mount, "tmpfs", "/", "tmpfs", 0, nullptr); }},
        {"privileges", "the namespaces of another",
         [](const Outside& o) {
             const long there = open_file(proc(o, "ns/net"), O_RDONLY);
             return there < 0 ? -1 : syscall(SYS_setns, there, 0);
         }},
        {"privileges", "a kernel module", [](const Outside&) { return syscall(SYS_init_module, nullptr, 0, nullptr); }},
        {"privileges", "a program in the kernel",
         [](const Outside&) {
             const bpf_insn program[] = {{.code = BPF_ALU64 | BPF_MOV | BPF_K}, {.code = BPF_JMP | BPF_EXIT}};
             bpf_attr load{};
             load.prog_type = BPF_PROG_TYPE_SOCKET_FILTER;
             load.insns = reinterpret_cast<std::uint64_t>(program);
             load.insn_cnt = 2;
             load.license = reinterpret_cast<std::uint64_t>("GPL");
             return syscall(SYS_bpf, BPF_PROG_LOAD, &load, sizeof load);
         }},
        {"privileges", "the clock",
         [](const Outside&) {
             const timespec now{.tv_sec = 1, .tv_nsec = 0};
             return syscall(SYS_clock_settime, CLOCK_REALTIME, &now);
         }},
        {"privileges", "new namespaces", [](const Outside&) { return syscall(SYS_unshare, CLONE_NEWUSER); }, true},
        {"privileges", "executable memory",
         [](const Outside&) {
             return syscall(SYS_mmap, nullptr, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS,
                            -1, 0) == -1
                        ? long{-1}
                        : long{0};
         },
         true},
        {"privileges", "no more filters for refused calls",
         [](const Outside&) {
             struct sigaction none{};
             none.sa_handler = SIG_IGN;
             return syscall(SYS_rt_sigaction, SIGSYS, &none, nullptr, 8);
         },
         true},
    };
}

std::vector<Escape> resource_escapes() {
    return {
        {"resources", "memory",
         [](const Outside&) {
             void* volatile memory = malloc(std::size_t{8} << 30);
             errno = ENOMEM;
             return memory == nullptr ? long{-1} : long{0};
         }},
        {"resources", "memory, bit by bit",
         [](const Outside&) {
             for (int i = 0; i < 4096; ++i) {
                 if (void* volatile part = malloc(std::size_t{1} << 21); part == nullptr) {
                     errno = ENOMEM;
                     return long{-1};
                 }
             }
             return long{0};
         }},
        {"resources", "stack", [](const Outside&) { return long{grow_stack(0)}; }},
        {"resources", "processor time",
         [](const Outside&) {
             for (volatile int i = 0;; i = i + 1) {
             }
             return long{0};
         }},
        {"resources", "file size",
         [](const Outside&) {
             const long file = syscall(SYS_memfd_create, "big", 0);
             return file < 0 ? -1 : syscall(SYS_ftruncate, file, std::int64_t{1} << 40);
         }},
        {"resources", "locked memory",
         [](const Outside&) { return syscall(SYS_mlockall, MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT); }, true},
        {"resources", "higher limits",
         [](const Outside&) {
             const rlimit none{.rlim_cur = RLIM_INFINITY, .rlim_max = RLIM_INFINITY};
             return syscall(SYS_prlimit64, 0, RLIMIT_AS, &none, nullptr);
         }},
    };
}

} // namespace mkb::escapes
