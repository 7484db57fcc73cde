#pragma once
// The Executor seam: on which of several devices a candidate is judged, and when. Whoever judges many asks it from as
// many threads as `askers` says; the judging itself is evaluate(), whatever the executor.
#include "pipeline/evaluate.h"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace mkb {

class Executor {
public:
    virtual ~Executor() = default;
    /// Under which of these keys (pipeline/evaluate.h) the judgement may be stored already: one for each device. The
    /// first stands for all of them.
    virtual Result<std::vector<std::string>> keys(const Task& task, const LoadedCandidate& loaded,
                                                  const EvaluateOptions& options) = 0;
    /// Waits until a device is free and judges there. From any thread. Errors are our world's only. `wanted` is asked
    /// when a device is free; when it says no, nothing is judged: transient.
    virtual Result<Judgement> judge(const Task& task, const LoadedCandidate& loaded, const EvaluateOptions& options,
                                    const std::function<bool()>& wanted = {}) = 0;
    /// The judgement that has one of these keys is stored, so nothing needs to be kept of it. Said again it does no
    /// harm.
    virtual void stored(const std::vector<std::string>& /*keys*/) {}
    /// How many judgements can go on side by side.
    virtual std::size_t width() const = 0;
    /// How many threads should ask, so that no device waits for one that is busy with the judgement before.
    virtual std::size_t askers() const { return width(); }
};

/// One device as an executor sees it. It is asked for one thing at a time.
struct Place {
    std::string name; ///< the device's
    std::function<Result<std::string>(const Task&, const LoadedCandidate&, const EvaluateOptions&)> key;
    std::function<Result<Judgement>(const Task&, const LoadedCandidate&, const EvaluateOptions&)> judge;
    std::function<Result<void>()> check; ///< whether the device still answers
};
/// The judge outlives the place.
Place place_of(Judge& judge);

/// A place leaves when it does not answer a `check` after trouble, or has had this much trouble in a row.
constexpr int kMostTroubleInARow = 3;
/// A candidate that had trouble on this many places is given back with the last error: it may be the cause.
constexpr int kMostPlacesForOne = 2;

/// The places of this process. With several, one that leaves is told to `on_left` (name, why) and its candidate is
/// judged on another; the last one never leaves.
std::unique_ptr<Executor>
make_threads_executor(std::vector<Place> places,
                      std::function<void(const std::string& name, const std::string& why)> on_left);

} // namespace mkb
