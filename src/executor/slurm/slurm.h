#pragma once
// The executor `slurm`: judgements are elements of job arrays, Slurm decides where and when each runs, replies come
// back through the run's spool.
#include "executor/executor.h"
#include "executor/slurm/request.h"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace mkb::slurm {

struct Setup {
    std::filesystem::path spool;      ///< `<run>/slurm`, on a file system that the nodes see under the same name
    std::vector<std::string> program; ///< what a job runs, before the spool's folder and the array's name
    std::vector<std::string> options; ///< of sbatch (queue.h)
    Where where;                      ///< without a task's folder
    KeyPlace key;                     ///< without a device
    std::vector<std::string> devices; ///< one of which a job will get, each once; at least one
    std::size_t width = 256;          ///< most judgements with Slurm at a time
    std::function<void(const std::string&)> say; ///< one line, from any thread: a device that does not answer, a
                                                 ///< controller that does not
};

/// bad_input when Slurm takes no such jobs; transient when it does not answer, or another mkb works on the run.
Result<std::unique_ptr<Executor>> make_executor(Setup setup);

} // namespace mkb::slurm
