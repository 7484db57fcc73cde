#include "mnn/child.h"

#include "channel.h"
#include "device/job.h"
#include "emulator.h"
#include "jail.h"
#include "layout.h"
#include "mnn/dispatch.h"
#include "mnn/expand.h"
#include "mnn/geometry.h"
#include "mnn/native_traps.h"
#include "mnn/startup.h"

#include "core/TensorUtils.hpp"
#include <MNN/Interpreter.hpp>
#include <MNN/Tensor.hpp>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <memory>
#include <unistd.h>

namespace mkb::runner {

namespace {

/// One loaded model with its session: built under the dispatching creators, run by turns.
struct Session {
    std::shared_ptr<MNN::Interpreter> net;
    MNN::Session* session = nullptr;
    std::uint32_t computed = 0;        ///< geometric form: calls of onCompute while it was created
    std::vector<ExpectedRun> expected; ///< geometric form: what the candidate emitted
    std::vector<MNN::Tensor*> inputs;
    std::vector<MNN::Tensor*> outputs;
};

class Child {
public:
    int live(Startup started);

private:
    void start(Startup started);
    void warm();
    void arm();
    void load_candidate();
    void create_sessions();
    [[noreturn]] void session_trouble(bool dispatched, const std::string& text);
    Session open_session(const std::string& model, bool dispatched);
    void serve();
    void poison_outputs(const Session& session);
    void run();
    void claim_outputs(const Session& session);
    void sequence();

    Channel* channel_ = nullptr;
    const std::byte* inputs_ = nullptr;
    std::byte* outputs_ = nullptr;
    job::Job job_;
    Layout layout_;
    bool candidate_ = false;
    bool geometric_ = false;
    std::vector<std::string> models_;
    std::vector<std::string> graphs_; ///< the candidate's models in place of the task's: composite form
    MNN::ScheduleConfig config_;
    MNN::BackendConfig backend_;
    MNN::RuntimeInfo runtime_;
    std::vector<Session> sessions_;
    std::string layers_;
    std::string plugin_;
    bool counts_ = false; ///< instructions
};

void Child::start(Startup started) {
    channel_ = started.channel;
    inputs_ = started.inputs;
    outputs_ = started.outputs;
    job_ = std::move(started.job);
    layout_ = started.layout;
    candidate_ = started.candidate;
    geometric_ = job_.form == "geometric";
    set_target(job_);
    for (const std::string& model : job_.models) {
        models_.push_back(read_whole(model));
    }
    if (candidate_) {
        for (const std::string& model : job_.candidate_models) {
            graphs_.push_back(read_whole(model));
        }
    }
    // Asked before the jail: where nobody counts, the call itself would be refused in there.
    std::uint64_t count = 0;
    counts_ = job_.mode == "count" && count_instructions(count);
}

// Contents that every operator stands: fresh memory holds zeros, and a whole number modulo 0 ends the process.
void fill_with_ones(MNN::Tensor& tensor) {
    if (tensor.getType().code == halide_type_float) {
        std::fill_n(tensor.host<float>(), tensor.elementSize(), 1.0F);
    } else {
        std::fill_n(tensor.host<std::int32_t>(), tensor.elementSize(), 1);
    }
}

/// A native session before the jail: creates the framework's threads and everything it opens or allocates once.
void Child::warm() {
    backend_.precision = MNN::BackendConfig::Precision_High;
    backend_.power = MNN::BackendConfig::Power_Normal;
    config_.type = MNN_FORWARD_CPU;
    config_.numThread = job_.threads;
    config_.backendConfig = &backend_;
    runtime_ = MNN::Interpreter::createRuntime({config_});
    std::string reason;
    plugin_ = candidate_ ? path_beside(job_.plugin) : "";
    if (!enter_jail(plugin_, job_.memory_limit_mb, cpu_limit_s(job_), layers_, reason)) {
        world_trouble("jail: " + reason);
    }
    std::snprintf(channel_->jail, sizeof channel_->jail, "%s", layers_.c_str());
    channel_->stage.store(Stage::jailed);
    // Already now: what the native computer emits for this session says what a candidate's may leave out.
    if (geometric_ && !install_geometry(job_, reason)) {
        world_trouble(reason);
    }
    Session session = open_session(models_.front(), false);
    std::ranges::for_each(session.inputs, [](MNN::Tensor* tensor) { fill_with_ones(*tensor); });
    session.net->runSession(session.session);
}

/// Dispatch for both children; the roads to the native kernel are closed in the candidate's only.
void Child::arm() {
    Watch& state = watch();
    state.candidate_process = candidate_ && (job_.has_code() || job_.stub);
    state.trusted = job_.trusted;
    std::string reason;
    bool done = install_dispatch(job_, reason);
    if (done && state.candidate_process && !job_.trusted) {
        done = trap_native_entries(job_.native_entries, reason) &&
               poison_native_code(job_.native_code, channel_->library_base, reason);
    }
    if (!done) {
        world_trouble(reason);
    }
    if (state.candidate_process && job_.bypass_geometry && !bypass_geometry(job_.op_type)) {
        world_trouble("no such operator type to bypass: " + job_.op_type);
    }
}

void Child::load_candidate() {
    std::string reason;
    if (!restrict_to_loading(layers_, reason)) {
        world_trouble("jail: " + reason);
    }
    std::snprintf(channel_->jail, sizeof channel_->jail, "%s", layers_.c_str());
    if (candidate_ && job_.has_candidate()) {
        let_candidate_in(*channel_);
    }
    if (watch().candidate_process && !job_.stub) {
        check_function_tables();
        using Register = void (*)(void*, void (*)(void*, int, void*));
        constexpr const char* kEntry = "mkb_register_v1";
        auto* register_all = reinterpret_cast<Register>(plugin_.empty() ? open_in_tree(*channel_, job_.in_tree, kEntry)
                                                                        : open_plugin(*channel_, plugin_, kEntry));
        ++watch().in_candidate;
        register_all(nullptr, geometric_ ? add_candidate_computer : add_candidate_creator);
        --watch().in_candidate;
        if (geometric_ ? !computer_registered(reason) : !candidate_registered(reason)) {
            end_with(Status::load_failed, "", reason.c_str());
        }
    }
    if (!restrict_to_running(reason)) {
        world_trouble("jail: " + reason);
    }
}

/// Native's own model is our world's; a graph that a candidate made is its own.
void Child::session_trouble(bool dispatched, const std::string& text) {
    if (dispatched && !graphs_.empty()) {
        end_with(Status::load_failed, "", ("the expanded graph: " + text).c_str());
    }
    world_trouble(text);
}

Session Child::open_session(const std::string& model, bool dispatched) {
    Session opened;
    opened.net.reset(MNN::Interpreter::createFromBuffer(model.data(), model.size()), MNN::Interpreter::destroy);
    if (opened.net == nullptr) {
        session_trouble(dispatched, "the model is not one that the framework reads");
    }
    const std::uint32_t computed_before = watch().computed;
    opened.session = opened.net->createSession(config_, runtime_);
    opened.computed = watch().computed - computed_before;
    opened.expected = take_expected_runs();
    int resize = 0;
    const bool created = opened.session != nullptr;
    if (created) {
        opened.net->getSessionInfo(opened.session, MNN::Interpreter::RESIZE_STATUS, &resize);
    }
    if (!created || resize != 0) {
        if (dispatched && watch().null_creators > 0) {
            end_with(Status::never_called, "", "the candidate's creator returned nullptr for the task's operator");
        }
        if (dispatched && watch().resize_error != MNN::NO_ERROR) {
            end_with(Status::run_failed, "",
                     ("onResize returned error code " + std::to_string(watch().resize_error)).c_str());
        }
        if (geometric_ && !opened.expected.empty()) {
            end_with(Status::run_failed, "", "the framework could not make a session of what onCompute emitted");
        }
        session_trouble(dispatched, "the framework could not create a session");
    }
    for (const job::Tensor& tensor : job_.inputs) {
        opened.inputs.push_back(opened.net->getSessionInput(opened.session, tensor.name.c_str()));
    }
    for (const job::Tensor& tensor : job_.outputs) {
        opened.outputs.push_back(opened.net->getSessionOutput(opened.session, tensor.name.c_str()));
    }
    for (std::size_t i = 0; i < opened.inputs.size(); ++i) {
        if (opened.inputs[i] == nullptr || opened.inputs[i]->size() != static_cast<int>(layout_.input_bytes[i])) {
            session_trouble(dispatched, "input '" + job_.inputs[i].name + "' of the model is not what the task says");
        }
    }
    for (std::size_t i = 0; i < opened.outputs.size(); ++i) {
        if (opened.outputs[i] == nullptr) {
            session_trouble(dispatched, "the model has no output '" + job_.outputs[i].name + "'");
        }
        // It is read where the run leaves it, by a process that knows no other layout.
        if (MNN::TensorUtils::getDescribe(opened.outputs[i])->dimensionFormat != MNN::MNN_DATA_FORMAT_NCHW) {
            session_trouble(dispatched,
                            "output '" + job_.outputs[i].name + "' of the model is not in the plain layout");
        }
    }
    return opened;
}

void Child::create_sessions() {
    channel_->stage.store(Stage::create);
    const std::uint64_t start = now_ns();
    for (const std::string& model : graphs_.empty() ? models_ : graphs_) {
        sessions_.push_back(open_session(model, true));
    }
    channel_->create_ns = now_ns() - start;
    // Natively a geometry computer may have turned the operator into others.
    if (watch().candidate_process && (geometric_ ? watch().computed : watch().created) == 0) {
        end_with(Status::never_called, "", "the session holds no kernel of the task's operator");
    }
    // An atomic kernel's code runs with the session anyhow; a geometric one's has no business there.
    if (watch().candidate_process && geometric_) {
        check_function_tables();
    }
}

/// What a run does not write shows, whatever follows the candidate's kernel or, in the other forms, takes its place.
void Child::poison_outputs(const Session& session) {
    for (std::size_t i = 0; i < session.outputs.size(); ++i) {
        std::memset(session.outputs[i]->host<void>(), 0xff, layout_.output_bytes[i]); // NaN as float32, -1 as int32
    }
}

/// The self-test's slower twin: busy for a share more of what this very run has taken since `start_ns`, so that the
/// true ratio is known whatever the machine does.
void stay_busy(std::uint64_t start_ns, double share) {
    const std::uint64_t now = now_ns();
    const std::uint64_t end = now + static_cast<std::uint64_t>(share * static_cast<double>(now - start_ns));
    while (now_ns() < end) {
    }
}

void Child::run() {
    Session& session = sessions_[std::min<std::size_t>(channel_->model, sessions_.size() - 1)];
    const std::byte* slot = inputs_ + (channel_->slot % kSlots) * layout_.slot_bytes;
    for (std::size_t i = 0; i < session.inputs.size(); ++i) {
        session.inputs[i]->buffer().host =
            const_cast<std::uint8_t*>(reinterpret_cast<const std::uint8_t*>(slot + layout_.input_offset[i]));
    }
    std::byte* output_slot = outputs_ + (channel_->slot % kSlots) * layout_.output_slot_bytes;
    for (std::size_t i = 0; i < session.outputs.size(); ++i) {
        session.outputs[i]->buffer().host = reinterpret_cast<std::uint8_t*>(output_slot + layout_.output_offset[i]);
    }
    Watch& state = watch();
    state.calls = 0;
    state.checking = channel_->timed == 0;
    if (state.checking) {
        poison_outputs(session);
    }
    std::uint64_t before = 0;
    std::uint64_t after = 0;
    const bool counting = counts_ && count_instructions(before);
    const std::uint64_t start = now_ns();
    const MNN::ErrorCode code = session.net->runSession(session.session);
    if (candidate_ && channel_->timed != 0 && job_.measure.extra_work > 0) {
        stay_busy(start, job_.measure.extra_work);
    }
    channel_->claimed_ns = now_ns() - start;
    channel_->claimed_instructions = counting && count_instructions(after) ? after - before : 0;
    claim_outputs(session);
    channel_->calls = geometric_ ? session.computed : state.calls;
    channel_->status = code == MNN::NO_ERROR ? Status::fine : Status::run_failed;
    if (code != MNN::NO_ERROR) {
        std::snprintf(channel_->text, sizeof channel_->text, "onExecute returned error code %d",
                      static_cast<int>(code));
    }
}

/// What the outputs are; their bytes stand where the supervisor reads them.
void Child::claim_outputs(const Session& session) {
    channel_->outputs_count = static_cast<std::uint32_t>(session.outputs.size());
    for (std::size_t i = 0; i < session.outputs.size(); ++i) {
        const MNN::Tensor* tensor = session.outputs[i];
        OutputClaim& claim = channel_->outputs[i];
        claim.rank = static_cast<std::uint32_t>(std::clamp(tensor->dimensions(), 0, kMaxRank));
        for (std::uint32_t axis = 0; axis < claim.rank; ++axis) {
            claim.shape[axis] = tensor->length(static_cast<int>(axis));
        }
        claim.is_int = tensor->getType().code == halide_type_int ? 1 : 0;
        claim.bytes = static_cast<std::uint64_t>(std::max(tensor->size(), 0));
    }
}

/// One run, operator by operator; of each the time is lowered to what it takes now.
std::vector<std::string> profile_run(const Session& session, std::vector<std::uint64_t>& least_ns) {
    std::vector<std::string> executed;
    std::uint64_t start = 0;
    const auto before = [&](const std::vector<MNN::Tensor*>&, const MNN::OperatorInfo* info) {
        executed.push_back(info->type());
        start = now_ns();
        return true;
    };
    const auto after = [&](const std::vector<MNN::Tensor*>&, const MNN::OperatorInfo*) {
        const std::uint64_t taken = now_ns() - start;
        least_ns.resize(std::max(least_ns.size(), executed.size()), taken);
        least_ns[executed.size() - 1] = std::min(least_ns[executed.size() - 1], taken);
        return true;
    };
    session.net->runSessionWithCallBackInfo(session.session, before, after, true);
    return executed;
}

/// Names of the operators that one run executes, one a line, and what each of them takes at least.
void Child::sequence() {
    constexpr int kProfileRuns = 5;
    constexpr std::uint64_t kProfileNs = 50'000'000; // a slow kernel is not run for its times alone
    const Session& session = sessions_.front();
    std::vector<std::uint64_t> least_ns;
    const std::uint64_t start = now_ns();
    watch().checking = true;
    const std::vector<std::string> executed = profile_run(session, least_ns);
    // Without the checks around the candidate's kernel, which have their own cost.
    watch().checking = false;
    for (int i = 0; i < kProfileRuns && now_ns() - start < kProfileNs; ++i) {
        profile_run(session, least_ns);
    }
    std::string names;
    for (const std::string& name : executed) {
        names += name + "\n";
    }
    std::copy_n(least_ns.begin(), std::min<std::size_t>(least_ns.size(), kMaxOperators), channel_->operator_ns);
    if (const std::string missing = missing_from(executed, session.expected); !missing.empty()) {
        end_with(Status::never_called, "",
                 ("a " + missing + " that onCompute emitted is not among what the session runs").c_str());
    }
    std::snprintf(channel_->text, sizeof channel_->text, "%s", names.c_str());
}

void Child::serve() {
    while (wait_for_turn(channel_->turn, 1, kForeverNs)) {
        switch (channel_->command) {
        case Command::run:
            channel_->stage.store(Stage::execute);
            run();
            break;
        case Command::sequence:
            channel_->stage.store(Stage::execute);
            sequence();
            break;
        }
        channel_->stage.store(Stage::idle);
        pass_turn(channel_->turn, 0);
    }
}

int Child::live(Startup started) {
    start(std::move(started));
    warm();
    arm();
    load_candidate();
    create_sessions();
    channel_->stage.store(Stage::ready);
    pass_turn(channel_->turn, 0);
    serve();
    return 0;
}

} // namespace

int child_main() {
    Startup started = start_child();
    if (started.job.mode == "expand") {
        expand(started);
    }
    if (started.job.mode == "inspect") {
        inspect(started);
    }
    return Child().live(std::move(started));
}

} // namespace mkb::runner
