#include "emulator.h"

#include "device/emulator_call.h"

#include <unistd.h>

namespace mkb::runner {

namespace {

bool ask(emulator::Ask what, const void* argument, emulator::Answer& answer) {
    // The answer comes through memory: to the program itself it always looks like an unknown call.
    syscall(emulator::kCall, static_cast<std::uint64_t>(what), argument, &answer);
    asm volatile("" : : "r"(&answer) : "memory");
    return answer.done == 1;
}

} // namespace

bool emulator_opens_only(const char* readable_file) {
    emulator::Answer answer;
    return ask(emulator::Ask::only_read, readable_file, answer);
}

bool emulator_filters(const sock_fprog& program) {
    emulator::Answer answer;
    return ask(emulator::Ask::filter, &program, answer);
}

bool count_instructions(std::uint64_t& count) {
    emulator::Answer answer;
    const bool counted = ask(emulator::Ask::instructions, nullptr, answer);
    count = answer.value;
    return counted;
}

} // namespace mkb::runner
