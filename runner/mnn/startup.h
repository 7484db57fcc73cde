#pragma once
// What every child begins with: the shared memory, the job, crash handlers; and how it loads a plug-in.
#include "channel.h"
#include "device/job.h"

#include <cstddef>
#include <string>

namespace mkb::runner {

struct Startup {
    Channel* channel = nullptr;
    const std::byte* inputs = nullptr;
    std::byte* outputs = nullptr;
    job::Job job;
    Layout layout;
    bool candidate = false; ///< which of the two children
};

/// Ends the process when something of it is missing.
Startup start_child();

/// Ends the process with trouble that is not the kernel's fault.
[[noreturn]] void world_trouble(const std::string& text);

std::string read_whole(const std::string& path);

/// The absolute path of a file beside the runner, or "" for none: loading it must not search.
std::string path_beside(const std::string& name);

/// To be called just before anything of the candidate's is loaded: tells the supervisor, and goes on when it has noted
/// that. What comes before is our world's, whatever the candidate writes later.
void let_candidate_in(Channel& channel);

/// Runs the plug-in's constructors; the address of its function `entry`, or the process ends with load_failed.
void* open_plugin(Channel& channel, const std::string& path, const char* entry);

/// The same for a candidate that came with the framework's library, where no loader knows of its constructors.
void* open_in_tree(Channel& channel, const job::InTree& in_tree, const char* entry);

/// Leaves one more answer of any length in the memory of outputs: the last whole one counts. False when there is no
/// room for it.
bool leave_answer(const Startup& child, const std::string& bytes);

/// Hands the turn over, done; the supervisor ends it.
[[noreturn]] void wait_for_the_end(const Startup& child);

} // namespace mkb::runner
