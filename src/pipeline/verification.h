#pragma once
// One candidate against the oracle: the verification stage of evaluate().
#include "pipeline/evaluate.h"

namespace mkb {

/// The steps of one verification and what the oracle says to each. Made while the candidate is being built.
struct VerificationPlan {
    ModelPair secret; ///< parameters drawn anew; empty where the task has none
    std::vector<job::Step> steps;
    std::vector<std::vector<TensorValue>> references; ///< by step
    double oracle_ms = 0;
};

/// Every regime twice, with contents of its own each time: under the task's parameters, and under secret ones (or,
/// where there are none, once more under the same). In an order drawn from the seed.
/// `keep`: references go through the cache on disk; only for a seed that somebody gave, since a secret one never comes
/// again.
Result<VerificationPlan> plan_verification(Judge& judge, const Task& task, const Seed& seed, bool keep);

struct VerificationResult {
    std::optional<Outcome> fault;    ///< nothing: verified
    std::vector<RegimeError> errors; ///< worst per regime and output
    job::JobResult job;
    double wall_ms = 0;
    double compare_ms = 0;
};

/// `built`: nothing for native itself, whose fault comes back in the same way.
Result<VerificationResult> verify_candidate(Judge& judge, const Task& task, const std::optional<Built>& built,
                                            const Seed& seed, const VerificationPlan& plan, bool trusted);

/// A child's end as an outcome; `transient` error for trouble of our world. Where a child that had candidate code in it
/// reports such trouble, the same is run once more without the candidate: only what comes then too is our world's.
Result<Outcome> outcome_of(Judge& judge, const Task& task, const std::optional<Built>& built, const Seed& seed,
                           const job::ChildEnd& end, double run_limit_s);

} // namespace mkb
