#pragma once
// The part of QEMU's plug-in interface (version 1) that is used here. Debian ships no header of it with qemu-user.
#include <cstddef>
#include <cstdint>

extern "C" {

// NOLINTBEGIN(readability-identifier-naming): the names are QEMU's
using qemu_plugin_id_t = std::uint64_t;
struct qemu_plugin_tb;

struct qemu_info_t {
    const char* target_name; ///< "aarch64"
    struct {
        int min;
        int cur;
    } version;
    bool system_emulation;
};

enum qemu_plugin_op { QEMU_PLUGIN_INLINE_ADD_U64 };
// NOLINTEND(readability-identifier-naming)

using TranslationCallback = void (*)(qemu_plugin_id_t, qemu_plugin_tb*);
using SyscallCallback = void (*)(qemu_plugin_id_t, unsigned vcpu, std::int64_t number, std::uint64_t a1,
                                 std::uint64_t a2, std::uint64_t a3, std::uint64_t a4, std::uint64_t a5,
                                 std::uint64_t a6, std::uint64_t a7, std::uint64_t a8);

void qemu_plugin_register_vcpu_tb_trans_cb(qemu_plugin_id_t id, TranslationCallback callback);
void qemu_plugin_register_vcpu_tb_exec_inline(qemu_plugin_tb* block, qemu_plugin_op operation, void* place,
                                              std::uint64_t operand);
std::size_t qemu_plugin_tb_n_insns(const qemu_plugin_tb* block);
void qemu_plugin_register_vcpu_syscall_cb(qemu_plugin_id_t id, SyscallCallback callback);

/// QEMU looks these two up.
[[gnu::visibility("default")]] extern int qemu_plugin_version;
[[gnu::visibility("default")]] int qemu_plugin_install(qemu_plugin_id_t id, const qemu_info_t* info, int argc,
                                                       char** argv);
}
