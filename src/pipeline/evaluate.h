#pragma once
// task + candidate → record: the stages in order. Everything else in the project feeds this function or reads what it
// made.
#include "base/result.h"
#include "candidate/candidate.h"
#include "device/device.h"
#include "framework/framework.h"
#include "pipeline/calibration.h"
#include "pipeline/profile.h"
#include "pipeline/readiness.h"
#include "record/record.h"
#include "task/task.h"
#include "verify/oracle.h"

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace mkb {

struct EvaluateOptions {
    Profile profile;
    std::optional<Seed> seed; ///< default: a new secret for each judgement
    BuildWay way = BuildWay::plugin;
    bool trusted = false;            ///< the framework's own file: no audit, guard and traps; the record says so
    double extra_work = 0;           ///< self-test: the second process is native and does this share more work
    bool native_twice = false;       ///< self-test A/A: no candidate at all
    bool count_instructions = false; ///< of native and candidate; bad_input where the device cannot
    int core = -1;
    std::string label, method = "evaluate", model;
    int sample = 0;
};

/// What judging needs besides task and candidate. One per device (a pool has several); not thread safe.
class Judge {
public:
    /// `also`: a candidate must build for these targets too. They outlive the judge.
    Judge(Framework& framework, Device& device, std::vector<Framework*> also = {})
        : framework_(framework), device_(device), also_(std::move(also)) {}
    Framework& framework() { return framework_; }
    Device& device() { return device_; }
    const std::vector<Framework*>& also() const { return also_; }
    Result<const Calibration*> calibration();
    /// How long the device is waited for before it is timed.
    CoolDown& cooling() { return cooling_; }
    /// The oracle of the task's own parameters, loaded once.
    Result<Oracle*> oracle(const Task& task);

private:
    Framework& framework_;
    Device& device_;
    std::vector<Framework*> also_;
    std::optional<Calibration> calibration_;
    CoolDown cooling_;
    std::map<std::string, Oracle> oracles_; ///< by task hash
};

struct Judgement {
    Record record;
    std::vector<std::pair<std::string, std::string>> artifacts; ///< (kind, content), named by hash in the record
};

/// Judges one candidate. Errors are our world's only (retried here where that can help); the kernel's faults are
/// outcomes.
Result<Judgement> evaluate(Judge& judge, const Task& task, const LoadedCandidate& loaded,
                           const EvaluateOptions& options);

/// Where an evaluation happens, as far as that tells two of them apart.
struct KeyPlace {
    std::string framework;         ///< build key of the device's own target
    std::vector<std::string> also; ///< of the other targets
    std::string device, cores;
};
/// What makes two evaluations the same within a run: task, candidate, settings, framework, targets, device, method and
/// sample.
std::string evaluation_key(const KeyPlace& place, const Task& task, const LoadedCandidate& loaded,
                           const EvaluateOptions& options);
/// On the judge's device.
Result<std::string> evaluation_key(Judge& judge, const Task& task, const LoadedCandidate& loaded,
                                   const EvaluateOptions& options);

} // namespace mkb
