#pragma once
// The Performance Parser: what a record says about a kernel's speed, as indicators: back end, threads, time by
// operator, share of the limit. Pure.
#include "record/record.h"
#include "task/task.h"

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

namespace mkb {

/// All operators of one type in a run of the candidate's session.
struct OperatorCost {
    std::string type;
    int times = 0;
    double us = 0;       ///< of all of them together
    double share = 0;    ///< of all operators' time, 0…1
    bool target = false; ///< atomic form: the type that the candidate's kernel serves
};

/// One side of the timed pairs: the whole session.
struct SessionCost {
    double us = 0;
    double share_of_limit = 0; ///< 0…1 and a little above
    double gb_s = 0;           ///< bytes that must be moved over the time
    double gflop_s = 0;        ///< operations of the direct algorithm over the time
    double create_us = 0;      ///< creation of the session, onResize included
};

struct Timing {
    SessionCost candidate, native;
    double speedup = 0, low = 0, high = 0; ///< and the interval, 95 %
    double least_pair = 0, most_pair = 0;  ///< ratios of single pairs; 0 where they were not stored
    double limit_us = 0;                   ///< what bandwidth and peak allow
};

struct PerformanceReport {
    std::string back_end; ///< "CPU (host), mnn 3.6.1, processor …"
    int threads = 1;
    std::string outcome;                  ///< on one line
    double operations_a_byte = 0;         ///< of the task: little is bound by memory, much by arithmetic
    std::optional<Timing> timing;         ///< of a correct kernel that was timed
    std::vector<OperatorCost> operators;  ///< the dearest first; empty in records that hold none
    std::vector<std::string> native_runs; ///< operators of one native run, in order
    std::optional<InstructionCounts> instructions;
    std::vector<std::string> notes; ///< the record's flags
};

PerformanceReport parse_performance(const Record& record, const Task& task);

nlohmann::json to_json(const PerformanceReport& report);
std::string to_text(const PerformanceReport& report);

} // namespace mkb
