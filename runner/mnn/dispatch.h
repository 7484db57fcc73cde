#pragma once
// What stands between MNN and the kernel under test: a dispatching creator, a proxy around its Execution, and the guard
// that keeps candidate code from the native kernel (docs/rules.md, native_creator).
#include "channel.h"
#include "device/job.h"

#include <cstddef>
#include <cstdint>
#include <string>

namespace MNN {
struct Op;
} // namespace MNN

namespace mkb::runner {

/// State of this process's kernel under test; trusted code writes it, one session at a time.
struct Watch {
    Channel* channel = nullptr;
    bool candidate_process = false;
    bool trusted = false;
    bool checking = false;          ///< poison outputs before, check inputs after each onExecute of the kernel
    std::uint32_t in_candidate = 0; ///< depth: candidate code is on the stack
    std::uint32_t calls = 0;
    std::uint32_t null_creators = 0; ///< creator returned nullptr
    std::uint32_t created = 0;
    int resize_error = 0;       ///< the last one that the kernel's onResize returned
    std::uint32_t computed = 0; ///< geometric form: calls of the target operator's onCompute
};
Watch& watch();

/// Candidate code is on the stack while one of these lives.
class CandidateOnStack {
public:
    CandidateOnStack() { watch().in_candidate += watch().candidate_process ? 1 : 0; }
    ~CandidateOnStack() { watch().in_candidate -= watch().candidate_process ? 1 : 0; }
    CandidateOnStack(const CandidateOnStack&) = delete;
    CandidateOnStack& operator=(const CandidateOnStack&) = delete;
};

/// Whether an operator of the model is the one that the candidate replaces: its type, and its sub-operation where the
/// task has one.
bool is_target(const MNN::Op* op);
/// The framework's number of an operator type, or -1.
int op_type_named(const std::string& name);

/// Fills memory with a word that is a NaN as a float and far out of range as a whole number.
void poison(void* memory, std::size_t bytes);

/// Before anything else of this file or of geometry.h: what is_target compares with.
void set_target(const job::Job& job);

/// Fills the creator map's entries with dispatching creators: the target operator goes to the candidate (or, without
/// one, to the native creator, proxied in the same way), everything else to the native creator under guard. In the
/// geometric form no creator is the candidate's. False and a
/// reason when the framework does not know the operator.
bool install_dispatch(const job::Job& job, std::string& reason);

/// Called with what the plug-in registered. False when none of it serves the job's operator.
void add_candidate_creator(void* context, int op_type, void* creator);
bool candidate_registered(std::string& reason);

/// DefaultGeometryComputer for the operator: the candidate sees the original operator.
bool bypass_geometry(const std::string& op_type);

/// Ends this process with a verdict-to-be in the channel: what was caught, and the evidence.
[[noreturn]] void end_with(Status status, const char* rule, const char* text);

} // namespace mkb::runner
