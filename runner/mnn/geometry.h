#pragma once
// The geometric form: a proxy stands for the task's operator in the framework's tables of geometry computers. It counts
// onCompute, and in the candidate's process it hands the operator over and checks everything that was emitted, before
// the framework fuses or runs any of it.
#include "device/job.h"
#include "emission.h"

#include <string>
#include <vector>

namespace MNN {
class Execution;
struct Op;
} // namespace MNN

namespace mkb::runner {

/// Before the first session: the native computer answers, counted, and it is noted whether it leaves anything to be
/// filled with zeros. False and a reason when the framework has no computer for the operator.
bool install_geometry(const job::Job& job, std::string& reason);

/// Called with what the plug-in registered; from then on the candidate answers. False when none of it serves the job's
/// operator.
void add_candidate_computer(void* context, int op_type, void* computer);
bool computer_registered(std::string& reason);

/// What onCompute emitted since the last call of this, one entry a call: what must be seen when the session runs.
std::vector<ExpectedRun> take_expected_runs();

/// A While whose loops are driven by an index gets a proxy that checks the index while `Watch::checking`; any other
/// execution is returned as it is. The same in both children.
MNN::Execution* guard_loop(const MNN::Op* op, MNN::Execution* execution);

} // namespace mkb::runner
