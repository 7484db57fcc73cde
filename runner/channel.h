#pragma once
// The shared memory between the supervisor and one child, and the turn that passes between them.
// Whatever the child writes here is a claim: the supervisor bounds-checks it and its own clock is the witness.
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>

namespace mkb::runner {

constexpr int kMaxTensors = 16;
constexpr int kMaxRank = 8;
constexpr std::uint64_t kAnswerBytes = 64U << 20;      ///< of a child that expands or inspects a graph
constexpr std::int64_t kForeverNs = 3'600'000'000'000; ///< a child waits this long for its turn
constexpr int kMaxOperators = 512;                     ///< of one run, that are timed one by one
constexpr int kSlots = 2; ///< places for the live input and its output: contents come and go at fresh addresses

enum class Command : std::uint32_t { run = 1, sequence };
enum class Stage : std::uint32_t { start, jailed, load, create, resize, ready, execute, idle, expand };

/// How the child's work went, written by trusted code in the child.
enum class Status : std::uint32_t { fine, world, load_failed, never_called, cheated, run_failed };

/// Of an output in the slot of the last run: what its session says that it is.
struct OutputClaim {
    std::uint32_t rank = 0;
    std::uint32_t is_int = 0;
    std::int64_t shape[kMaxRank] = {};
    std::uint64_t bytes = 0;
};

struct Channel {
    std::atomic<std::uint32_t> turn{0}; ///< 0: the supervisor's, 1: the child's
    Command command = Command::run;
    std::uint32_t slot = 0;
    std::uint32_t model = 0;
    std::uint32_t timed = 0; ///< 0: poison outputs before and check inputs after the candidate's onExecute

    std::atomic<Stage> stage{Stage::start};
    Status status = Status::fine;
    std::uint64_t claimed_ns = 0;
    std::uint64_t claimed_instructions = 0; ///< in mode "count"; 0: nobody counts here
    std::uint64_t create_ns = 0;
    std::uint32_t calls = 0; ///< of the target operator's onExecute since the last command
    std::uint32_t outputs_count = 0;
    OutputClaim outputs[kMaxTensors];
    char rule[64] = {};
    char text[4096] = {}; ///< detail, or operator names separated by newlines
    char jail[256] = {};  ///< layers in force, separated by blanks

    // Written by the signal handler only.
    std::atomic<std::uint32_t> crash_signal{0};
    std::uint32_t crash_in_candidate = 0;
    std::int32_t crash_syscall = -1;
    std::uint64_t crash_address = 0;
    std::uint64_t crash_pc = 0;
    std::uint64_t plugin_base = 0;
    std::uint64_t library_base = 0;

    std::uint64_t operator_ns[kMaxOperators] = {}; ///< Command::sequence: of each name in `text`
};

/// Sizes and places of the three mappings, the same arithmetic on both sides.
struct Layout {
    std::uint64_t input_offset[kMaxTensors] = {}; ///< within a slot
    std::uint64_t input_bytes[kMaxTensors] = {};
    std::uint64_t slot_bytes = 0;
    std::uint64_t inputs_bytes = 0;                ///< all slots
    std::uint64_t output_offset[kMaxTensors] = {}; ///< within an output slot
    std::uint64_t output_bytes[kMaxTensors] = {};
    std::uint64_t output_slot_bytes = 0;
    std::uint64_t outputs_bytes = 0; ///< all slots
};

constexpr std::uint64_t round_up(std::uint64_t value, std::uint64_t unit) {
    return (value + unit - 1) / unit * unit;
}

/// Waits until `turn` is `wanted` or the time is over (nanoseconds); false on time-out. Wakes early when woken for
/// nothing.
bool wait_for_turn(std::atomic<std::uint32_t>& turn, std::uint32_t wanted, std::int64_t limit_ns);
/// Hands the turn over and wakes the other side.
void pass_turn(std::atomic<std::uint32_t>& turn, std::uint32_t to);
std::uint64_t now_ns();
/// Text that the other side may write while we read: copied first, then cut at the first zero.
std::string text_of(const char* from, std::size_t size);

} // namespace mkb::runner
