#pragma once
// What one job judges, and what it brings back, as bytes (CBOR). Both lie in the spool of a run (spool.h).
#include "pipeline/evaluate.h"

#include <filesystem>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace mkb::slurm {

/// Where jobs judge, as far as the one who asks decides it.
struct Where {
    std::string device = "local";      ///< of every job, where there is no map
    std::filesystem::path map;         ///< which device a node's first, second, … is (device_map.h); may be empty
    std::vector<std::string> targets;  ///< besides the device's own
    std::string cores;                 ///< Device::choose_cores; empty: all
    double cool_down_s = 120;          ///< CoolDown::most
    std::filesystem::path task_folder; ///< of this request's task
};

/// One device of the cluster. Those called `local` are one: Slurm decides which node that is.
KeyPlace on_device(KeyPlace place, const std::string& device);

struct Request {
    std::string key; ///< of it and its reply in the spool, whatever device it will be
    KeyPlace place;  ///< without a device: the record is stored under the key of the one that judged it
    std::string task_hash;
    Where where;
    LoadedCandidate loaded;
    EvaluateOptions options;
};

/// A device, or the node around it, kept a candidate from being judged.
struct Trouble {
    Error error;
    std::string place;  ///< "adb:R58M123 of n1"
    std::string job;    ///< "12_3"
    bool holds = false; ///< the device does not answer, and the job keeps it from others until it does
};

struct Reply {
    std::string key;
    std::variant<Judgement, Trouble> what;
};

std::string to_bytes(const Request& request);
std::string to_bytes(const Reply& reply);
/// environment for bytes that are neither: a file system that lost some, or another version of mkb.
Result<Request> request_from(std::string_view bytes);
Result<Reply> reply_from(std::string_view bytes);

} // namespace mkb::slurm
