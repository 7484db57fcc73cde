#include "pipeline/verification.h"

#include "base/parallel.h"
#include "pipeline/device_run.h"
#include "verify/verify.h"

#include <algorithm>
#include <charconv>
#include <chrono>

namespace mkb {

namespace {

double ms_since(std::chrono::steady_clock::time_point start) {
    return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
}

/// Order from the secret seed, so that nothing about a run follows from the runs before it.
void shuffle_steps(std::vector<job::Step>& steps, const Seed& seed) {
    for (std::size_t i = steps.size(); i > 1; --i) {
        const std::uint64_t draw = stream_key(seed, Phase::schedule, 1, i, 1);
        std::swap(steps[i - 1], steps[draw % i]);
    }
}

/// "at candidate+0x1a2b, …" becomes "in CPUSoftmax::onExecute (candidate+0x1a2b), …".
Result<std::string> with_function(Framework& framework, const std::optional<Built>& built, const std::string& detail) {
    constexpr std::string_view kMark = "candidate+0x";
    const std::size_t at = detail.find(kMark);
    if (at == std::string::npos || !built) {
        return detail;
    }
    std::uint64_t offset = 0;
    const char* digits = detail.data() + at + kMark.size();
    const auto parsed = std::from_chars(digits, detail.data() + detail.size(), offset, 16);
    MKB_TRY(function, framework.function_at(*built, offset));
    if (function.empty()) {
        return detail;
    }
    const std::string place(detail.data() + at, parsed.ptr);
    const std::string before = detail.substr(0, at >= 3 && detail.compare(at - 3, 3, "at ") == 0 ? at - 3 : at);
    return fmt::format("{}in {} ({}){}", before, function, place,
                       detail.substr(static_cast<std::size_t>(parsed.ptr - detail.data())));
}

void keep_worst(std::vector<RegimeError>& all, const std::vector<RegimeError>& some) {
    for (const RegimeError& error : some) {
        const auto same = std::ranges::find_if(all, [&](const RegimeError& known) {
            return known.regime == error.regime && known.output == error.output;
        });
        if (same == all.end()) {
            all.push_back(error);
        } else {
            same->error = std::max(same->error, error.error);
        }
    }
}

/// The outputs of one step beside what they should be.
struct Compared {
    std::optional<Wrong> wrong;
    std::vector<RegimeError> errors;
};

job::Job verification_job(job::Job job, const VerificationPlan& plan, const std::optional<Built>& built, bool trusted) {
    job.mode = "verify";
    job.steps = plan.steps;
    job.trusted = trusted;
    if (!plan.secret.mnn.empty()) {
        job.models.emplace_back("secret.mnn");
    }
    name_candidate(built, job);
    return job;
}

std::optional<Outcome> check_calls(const Task& task, const std::vector<int>& calls) {
    const bool geometric = task.form == Form::geometric;
    const char* function = geometric ? "onCompute" : "onExecute";
    const char* when = geometric ? "while one session was created" : "in one run";
    for (const int count : calls) {
        if (count == 0) {
            return NeverCalled{.why = fmt::format("the candidate's {} was not called {}", function, when)};
        }
        if (count != task.calls_per_run) {
            return NeverCalled{.why = fmt::format("{} was called {} times {}, expected {}", function, count, when,
                                                  task.calls_per_run)};
        }
    }
    return std::nullopt;
}

/// Runs without the candidate what it says has failed for a reason of ours: a kernel that does nothing in its place,
/// where the form has kernels, or else native itself.
Result<Outcome> blamed_on_us(Judge& judge, const Task& task, const std::optional<Built>& built, const Seed& seed,
                             const job::ChildEnd& end) {
    MKB_TRY(job, job_for(judge.framework(), judge.device(), task, seed));
    job.mode = "verify";
    job.steps = {{.model = 0, .regime = 0, .iteration = 0}};
    job.stub = task.form == Form::atomic && built.has_value();
    MKB_TRY(files, files_for(task, std::nullopt));
    MKB_TRY(reply, run_job(judge.framework(), judge.device(), job, files));
    if (!reply.result.candidate.kind.empty() || reply.result.returned.empty()) {
        return fail(ErrorKind::transient, "device {}: the runner could not judge: {}; nor without the candidate: {}",
                    judge.device().name(), end.detail, reply.result.candidate.detail);
    }
    if (!end.rule.empty()) {
        return Outcome(Cheated{.rule = end.rule, .evidence = end.detail + "; without the candidate it does not"});
    }
    return Outcome(
        Crashed{.signal = end.signal,
                .stage = end.stage,
                .where = fmt::format("blames the machine ('{}'), but without the candidate all is well", end.detail)});
}

/// A graph of native operators has no calls to count. That it is what ran is seen in what one run executed.
std::optional<Outcome> check_executed(const job::JobResult& result) {
    if (result.sequence.empty()) {
        return NeverCalled{.why = "a run executes no operator: the graph's outputs do not depend on the inputs"};
    }
    return std::nullopt;
}

/// What the oracle says to one step, from the cache where `keep` allows it.
Result<std::vector<TensorValue>> reference_of(Oracle& oracle, const Task& task, const job::Step& step, const Seed& seed,
                                              bool keep) {
    const std::string model = task.hash + oracle_version() + (step.model == 1 ? "-secret" : "");
    const std::string key = reference_key(model, step.regime, seed, Phase::verification, step.iteration);
    ReferenceCache cache;
    if (keep) {
        if (auto known = cache.find(key)) {
            return std::move(*known);
        }
    }
    MKB_TRY(reference, oracle.run(make_inputs(task, step.regime, seed, Phase::verification, step.iteration)));
    if (keep) {
        cache.put(key, reference);
    }
    return reference;
}

} // namespace

Result<VerificationPlan> plan_verification(Judge& judge, const Task& task, const Seed& seed, bool keep) {
    const auto start = std::chrono::steady_clock::now();
    VerificationPlan plan;
    MKB_TRY(known, judge.oracle(task));
    std::optional<Oracle> secret;
    if (!task.parameters.empty()) {
        MKB_TRY(models, load_models(task, seed));
        MKB_TRY(oracle, Oracle::load(task, models.onnx));
        plan.secret = std::move(models);
        secret = std::move(oracle);
    }
    for (std::uint32_t regime = 0; regime < task.regimes.size(); ++regime) {
        plan.steps.push_back({.model = 0, .regime = regime, .iteration = 0});
        plan.steps.push_back({.model = secret ? 1U : 0U, .regime = regime, .iteration = 1});
    }
    shuffle_steps(plan.steps, seed);
    for (const job::Step& step : plan.steps) {
        MKB_TRY(reference, reference_of(step.model == 1 ? *secret : *known, task, step, seed, keep));
        plan.references.push_back(std::move(reference));
    }
    plan.oracle_ms = ms_since(start);
    return plan;
}

Result<Outcome> outcome_of(Judge& judge, const Task& task, const std::optional<Built>& built, const Seed& seed,
                           const job::ChildEnd& end, double run_limit_s) {
    Framework& framework = judge.framework();
    if (end.kind == "world") {
        return fail(ErrorKind::transient, "device {}: the runner could not judge: {}", judge.device().name(),
                    end.detail);
    }
    if (end.kind == "blames_world") {
        return blamed_on_us(judge, task, built, seed, end);
    }
    MKB_TRY(detail, with_function(framework, built, end.detail));
    if (end.kind == "crashed") {
        return Crashed{.signal = end.signal, .stage = end.stage, .where = detail};
    }
    if (end.kind == "timed_out") {
        return TimedOut{.stage = end.stage, .limit_s = run_limit_s};
    }
    if (end.kind == "load_failed") {
        return LoadFailed{.why = detail};
    }
    if (end.kind == "never_called") {
        return NeverCalled{.why = detail};
    }
    if (end.kind == "cheated") {
        return Cheated{.rule = end.rule, .evidence = detail};
    }
    if (end.kind == "run_failed") {
        return Wrong{.error = std::numeric_limits<double>::infinity(), .report = detail};
    }
    return fail(ErrorKind::environment,
                "the runner reported an end '{}' that this mkb does not know; rebuild with script/build", end.kind);
}

Result<VerificationResult> verify_candidate(Judge& judge, const Task& task, const std::optional<Built>& built,
                                            const Seed& seed, const VerificationPlan& plan, bool trusted) {
    MKB_TRY(base, job_for(judge.framework(), judge.device(), task, seed));
    const job::Job job = verification_job(std::move(base), plan, built, trusted);
    MKB_TRY(files, files_for(task, built));
    if (!plan.secret.mnn.empty()) {
        files.contents.emplace_back("secret.mnn", plan.secret.mnn);
    }
    MKB_TRY(reply, run_job(judge.framework(), judge.device(), job, files));
    VerificationResult result;
    result.wall_ms = reply.wall_ms;
    const auto start = std::chrono::steady_clock::now();
    if (!reply.result.candidate.kind.empty()) {
        MKB_TRY(outcome, outcome_of(judge, task, built, seed, reply.result.candidate, job.run_limit_s));
        result.fault = std::move(outcome);
    } else if (reply.result.returned.size() != plan.steps.size()) {
        return fail(ErrorKind::transient, "device {}: {} of {} verification runs came back", judge.device().name(),
                    reply.result.returned.size(), plan.steps.size());
    } else if (built && built->as == Built::As::transform) {
        result.fault = check_executed(reply.result);
    } else if (built) {
        result.fault = check_calls(task, reply.result.calls_per_run);
    }
    // All regimes, also after the first that differs: which ones do says more than that one does.
    if (!result.fault) {
        std::vector<Compared> compared(plan.steps.size());
        in_parallel(compared.size(), [&](std::size_t i) {
            const std::string& regime = task.regimes[plan.steps[i].regime].name;
            compared[i].wrong = compare_outputs(task, regime, outputs_of(reply.result.returned[i], reply.outputs),
                                                plan.references[i], &compared[i].errors);
        });
        for (Compared& one : compared) {
            if (one.wrong && !result.fault) {
                result.fault = std::move(*one.wrong);
            }
            keep_worst(result.errors, one.errors);
        }
    }
    result.job = std::move(reply.result);
    result.compare_ms = ms_since(start);
    return result;
}

} // namespace mkb
