#pragma once
// The measuring stage of evaluate(): pairs of fresh processes, as many as they ask for, checks on what came back.
#include "pipeline/device_run.h"
#include "pipeline/evaluate.h"

namespace mkb {

struct MeasurementResult {
    std::optional<Outcome> fault;
    MeasurementFacts facts;
    Correct correct;     ///< when there is no fault
    std::string samples; ///< CBOR of the runner's result: the artifact
    std::vector<std::string> flags;
    double spoiled_ms = 0; ///< wall time of pairs that were thrown away because of a neighbour
};

/// `built`: nothing for native against native.
Result<MeasurementResult> measure_candidate(Judge& judge, const Task& task, const std::optional<Built>& built,
                                            const Seed& seed, const EvaluateOptions& options);

/// Outputs of iterations that ran as timed ones do, asked for only afterwards, against the oracle.
Result<std::optional<Outcome>> check_samples(Judge& judge, const Task& task, const Seed& seed, const JobReply& reply);

/// What a record says of a device that other programs kept too busy: shares of all cores, 0…1, before timing and while
/// it lasted, the latter negative where nobody can tell. Nothing where it was quiet.
std::optional<std::string> quiet_flag(double busy_share_before, double others_busy_share);

/// The flag (record.h, kBelowRoofline) of a time that is less than the device needs to move the task's bytes, by more
/// than the floor itself may be off; nothing for a possible one.
std::optional<std::string> roofline_flag(double latency_us, double bytes_floor_us);

} // namespace mkb
