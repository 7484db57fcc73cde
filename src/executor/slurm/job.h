#pragma once
// What runs inside Slurm: one element of a job array judges one candidate and leaves a reply in the spool.
#include "executor/executor.h"
#include "executor/slurm/device_map.h"
#include "executor/slurm/request.h"
#include "executor/slurm/spool.h"

#include <functional>
#include <memory>

namespace mkb::slurm {

/// A device that is open: what stands behind `place` lives as long as this.
struct OpenPlace {
    Place place;
    std::shared_ptr<void> behind;
};
struct JobParts {
    /// Opens the device of that name as the request wants it.
    std::function<Result<OpenPlace>(const std::string& device, const Request& request)> open;
    /// One line for the job's log.
    std::function<void(const std::string&)> say;
};

/// How a device that does not answer is kept from other candidates: its job stays, and looks again.
struct Hold {
    std::chrono::seconds between{15};
    std::chrono::seconds longest{600};
};

/// Judges what lies in the slot of this job, if something does and has no reply yet. Errors: the spool cannot be read
/// or written, which Slurm shows as a failed job; all other trouble of our world is a reply.
Result<void> run_job(const std::filesystem::path& spool, const std::string& array, const Site& site,
                     const JobParts& parts, const Hold& hold = {});

} // namespace mkb::slurm
