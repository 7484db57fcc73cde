#include "mnn/child.h"

#include "channel.h"
#include "crash.h"
#include "device/job.h"
#include "emulator.h"
#include "jail.h"
#include "layout.h"
#include "mnn/dispatch.h"
#include "mnn/native_traps.h"

#include "core/TensorUtils.hpp"
#include <MNN/Interpreter.hpp>
#include <MNN/Tensor.hpp>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <dlfcn.h>
#include <fstream>
#include <link.h>
#include <memory>
#include <nlohmann/json.hpp>
#include <sstream>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace mkb::runner {

namespace {

constexpr double kLoadAllowanceS = 5; ///< processor time for start, warm-up session and loading, on top of the runs'

std::string read_descriptor(int descriptor) {
    struct stat facts{};
    fstat(descriptor, &facts);
    std::string text(static_cast<std::size_t>(facts.st_size), '\0');
    std::size_t done = 0;
    while (done < text.size()) {
        const ssize_t got = pread(descriptor, text.data() + done, text.size() - done, static_cast<off_t>(done));
        if (got <= 0) {
            break;
        }
        done += static_cast<std::size_t>(got);
    }
    return text;
}

std::string read_whole(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

void* map_descriptor(int descriptor, std::size_t bytes, int protection) {
    void* memory = mmap(nullptr, bytes, protection, MAP_SHARED, descriptor, 0);
    close(descriptor);
    return memory == MAP_FAILED ? nullptr : memory;
}

[[noreturn]] void world_trouble(const std::string& text) {
    end_with(Status::world, "", text.c_str());
}

/// One loaded model with its session: built under the dispatching creators, run by turns.
struct Session {
    std::shared_ptr<MNN::Interpreter> net;
    MNN::Session* session = nullptr;
    std::vector<MNN::Tensor*> inputs;
    std::vector<MNN::Tensor*> outputs;
};

class Child {
public:
    int live();

private:
    void start();
    void warm();
    void arm();
    void load_plugin();
    void create_sessions();
    Session open_session(const std::string& model, bool dispatched);
    void serve();
    void run();
    void collect();
    void sequence();
    void calibrate_extra_work();
    void do_extra_work();

    Channel* channel_ = nullptr;
    const std::byte* inputs_ = nullptr;
    std::byte* outputs_ = nullptr;
    job::Job job_;
    Layout layout_;
    bool candidate_ = false;
    std::vector<std::string> models_;
    MNN::ScheduleConfig config_;
    MNN::BackendConfig backend_;
    MNN::RuntimeInfo runtime_;
    std::vector<Session> sessions_;
    std::string layers_;
    std::string plugin_;
    bool counts_ = false; ///< instructions
    std::uint64_t extra_rounds_ = 0;
    std::vector<std::uint64_t> warm_up_ns_;
};

int library_base_of(dl_phdr_info* info, std::size_t, void* data) {
    if (info->dlpi_name != nullptr && std::strstr(info->dlpi_name, "libMNN.so") != nullptr) {
        *static_cast<std::uint64_t*>(data) = info->dlpi_addr;
        return 1;
    }
    return 0;
}

void Child::start() {
    channel_ = static_cast<Channel*>(map_descriptor(kChannelFd, sizeof(Channel), PROT_READ | PROT_WRITE));
    if (channel_ == nullptr) {
        _exit(4);
    }
    watch().channel = channel_;
    install_crash_handlers(*channel_);
    const nlohmann::json from = nlohmann::json::parse(read_descriptor(kJobFd), nullptr, false);
    close(kJobFd);
    std::string reason;
    if (!from.is_object() || !job::from_json(from.value("job", nlohmann::json()), job_, reason)) {
        world_trouble("the child's job cannot be read: " + reason);
    }
    candidate_ = from.value("candidate", false);
    layout_ = layout_of(job_);
    inputs_ = static_cast<const std::byte*>(map_descriptor(kInputsFd, layout_.inputs_bytes, PROT_READ));
    outputs_ = static_cast<std::byte*>(map_descriptor(kOutputsFd, layout_.outputs_bytes, PROT_READ | PROT_WRITE));
    if (inputs_ == nullptr || outputs_ == nullptr) {
        world_trouble("shared memory could not be mapped");
    }
    for (const std::string& model : job_.models) {
        models_.push_back(read_whole(model));
    }
    dl_iterate_phdr(library_base_of, &channel_->library_base);
    setvbuf(stdout, nullptr, _IOLBF, 1024);
    // Asked before the jail: where nobody counts, the call itself would be refused in there.
    std::uint64_t count = 0;
    counts_ = job_.mode == "count" && count_instructions(count);
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
    // The plug-in is named by an absolute path: loading it must not search.
    if (candidate_ && !job_.plugin.empty()) {
        std::unique_ptr<char, decltype(&std::free)> folder(getcwd(nullptr, 0), &std::free);
        plugin_ = std::string(folder != nullptr ? folder.get() : ".") + "/" + job_.plugin;
    }
    const double cpu_limit_s = job_.run_limit_s * 60 + kLoadAllowanceS;
    if (!enter_jail(plugin_, job_.memory_limit_mb, cpu_limit_s, layers_, reason)) {
        world_trouble("jail: " + reason);
    }
    std::snprintf(channel_->jail, sizeof channel_->jail, "%s", layers_.c_str());
    channel_->stage.store(Stage::jailed);
    Session session = open_session(models_.front(), false);
    session.net->runSession(session.session);
}

/// Dispatch for both children; the roads to the native kernel are closed in the candidate's only.
void Child::arm() {
    Watch& state = watch();
    state.candidate_process = candidate_ && !job_.plugin.empty();
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

int plugin_base_of(dl_phdr_info* info, std::size_t, void* data) {
    auto* base = static_cast<std::pair<const std::string*, std::uint64_t>*>(data);
    if (info->dlpi_name != nullptr && std::strstr(info->dlpi_name, base->first->c_str()) != nullptr) {
        base->second = info->dlpi_addr;
        return 1;
    }
    return 0;
}

void Child::load_plugin() {
    std::string reason;
    if (!restrict_to_loading(layers_, reason)) {
        world_trouble("jail: " + reason);
    }
    std::snprintf(channel_->jail, sizeof channel_->jail, "%s", layers_.c_str());
    if (watch().candidate_process) {
        channel_->stage.store(Stage::load);
        ++watch().in_candidate;
        void* handle = dlopen(plugin_.c_str(), RTLD_NOW | RTLD_LOCAL);
        if (handle == nullptr) {
            end_with(Status::load_failed, "", dlerror());
        }
        std::pair<const std::string*, std::uint64_t> base{&job_.plugin, 0};
        dl_iterate_phdr(plugin_base_of, &base);
        channel_->plugin_base = base.second;
        using Register = void (*)(void*, void (*)(void*, int, void*));
        auto* register_creators = reinterpret_cast<Register>(dlsym(handle, "mkb_register_v1"));
        if (register_creators == nullptr) {
            end_with(Status::load_failed, "", "nothing was registered: the plug-in has no mkb_register_v1");
        }
        register_creators(nullptr, add_candidate_creator);
        --watch().in_candidate;
        if (!candidate_registered(reason)) {
            end_with(Status::load_failed, "", reason.c_str());
        }
    }
    if (!restrict_to_running(reason)) {
        world_trouble("jail: " + reason);
    }
}

Session Child::open_session(const std::string& model, bool dispatched) {
    Session opened;
    opened.net.reset(MNN::Interpreter::createFromBuffer(model.data(), model.size()), MNN::Interpreter::destroy);
    if (opened.net == nullptr) {
        world_trouble("the model is not one that the framework reads");
    }
    opened.session = opened.net->createSession(config_, runtime_);
    int resize = 0;
    const bool created = opened.session != nullptr;
    if (created) {
        opened.net->getSessionInfo(opened.session, MNN::Interpreter::RESIZE_STATUS, &resize);
    }
    if (!created || resize != 0) {
        if (dispatched && watch().null_creators > 0) {
            end_with(Status::never_called, "", "the candidate's creator returned nullptr for the task's operator");
        }
        world_trouble("the framework could not create a session");
    }
    for (const job::Tensor& tensor : job_.inputs) {
        opened.inputs.push_back(opened.net->getSessionInput(opened.session, tensor.name.c_str()));
    }
    for (const job::Tensor& tensor : job_.outputs) {
        opened.outputs.push_back(opened.net->getSessionOutput(opened.session, tensor.name.c_str()));
    }
    for (std::size_t i = 0; i < opened.inputs.size(); ++i) {
        if (opened.inputs[i] == nullptr || opened.inputs[i]->size() != static_cast<int>(layout_.input_bytes[i])) {
            world_trouble("input '" + job_.inputs[i].name + "' of the model is not what the task says");
        }
    }
    for (std::size_t i = 0; i < opened.outputs.size(); ++i) {
        if (opened.outputs[i] == nullptr) {
            world_trouble("the model has no output '" + job_.outputs[i].name + "'");
        }
    }
    return opened;
}

void Child::create_sessions() {
    channel_->stage.store(Stage::create);
    const std::uint64_t start = now_ns();
    for (const std::string& model : models_) {
        sessions_.push_back(open_session(model, true));
    }
    channel_->create_ns = now_ns() - start;
    // Natively a geometry computer may have turned the operator into others.
    if (watch().candidate_process && watch().created == 0) {
        end_with(Status::never_called, "", "the session holds no kernel of the task's operator");
    }
}

void Child::run() {
    Session& session = sessions_[std::min<std::size_t>(channel_->model, sessions_.size() - 1)];
    const std::byte* slot = inputs_ + (channel_->slot % kSlots) * layout_.slot_bytes;
    for (std::size_t i = 0; i < session.inputs.size(); ++i) {
        session.inputs[i]->buffer().host =
            const_cast<std::uint8_t*>(reinterpret_cast<const std::uint8_t*>(slot + layout_.input_offset[i]));
    }
    Watch& state = watch();
    state.calls = 0;
    state.checking = channel_->timed == 0;
    std::uint64_t before = 0;
    std::uint64_t after = 0;
    const bool counting = counts_ && count_instructions(before);
    const std::uint64_t start = now_ns();
    const MNN::ErrorCode code = session.net->runSession(session.session);
    if (extra_rounds_ > 0) {
        do_extra_work();
    }
    channel_->claimed_ns = now_ns() - start;
    channel_->claimed_instructions = counting && count_instructions(after) ? after - before : 0;
    channel_->calls = state.calls;
    channel_->status = code == MNN::NO_ERROR ? Status::fine : Status::run_failed;
    if (code != MNN::NO_ERROR) {
        std::snprintf(channel_->text, sizeof channel_->text, "onExecute returned error code %d",
                      static_cast<int>(code));
    }
    if (candidate_ && job_.measure.extra_work > 0 && channel_->timed != 0 && extra_rounds_ == 0) {
        warm_up_ns_.push_back(channel_->claimed_ns);
        calibrate_extra_work();
    }
}

/// The self-test's slower twin: real arithmetic inside the timed window, sized once from the session's own time.
volatile double g_sink = 0;

void spin(std::uint64_t rounds) {
    double value = 1;
    for (std::uint64_t i = 0; i < rounds; ++i) {
        value = value * 1.0000001 + 1e-9;
    }
    g_sink = value;
}

void Child::calibrate_extra_work() {
    if (static_cast<int>(warm_up_ns_.size()) < job_.measure.warm_up_runs) {
        return;
    }
    // The fastest: the first runs of a process are slower than those that will be timed.
    const std::uint64_t session_ns = *std::min_element(warm_up_ns_.begin(), warm_up_ns_.end());
    constexpr std::uint64_t kProbe = 200'000;
    std::uint64_t fastest = ~std::uint64_t{0};
    for (int i = 0; i < 5; ++i) {
        const std::uint64_t start = now_ns();
        spin(kProbe);
        fastest = std::min(fastest, now_ns() - start);
    }
    const double rounds_per_ns = static_cast<double>(kProbe) / static_cast<double>(fastest);
    extra_rounds_ =
        static_cast<std::uint64_t>(job_.measure.extra_work * static_cast<double>(session_ns) * rounds_per_ns) + 1;
}

void Child::do_extra_work() {
    spin(extra_rounds_);
}

/// Copies the outputs of the last run, in ONNX's layout, into the shared memory.
void Child::collect() {
    Session& session = sessions_[std::min<std::size_t>(channel_->model, sessions_.size() - 1)];
    std::uint64_t offset = 0;
    channel_->outputs_count = static_cast<std::uint32_t>(session.outputs.size());
    for (std::size_t i = 0; i < session.outputs.size(); ++i) {
        const MNN::Tensor* tensor = session.outputs[i];
        OutputClaim& claim = channel_->outputs[i];
        const std::vector<int> shape = tensor->shape();
        claim.rank = static_cast<std::uint32_t>(std::min<std::size_t>(shape.size(), kMaxRank));
        std::copy_n(shape.begin(), claim.rank, claim.shape);
        claim.is_int = tensor->getType().code == halide_type_int ? 1 : 0;
        std::unique_ptr<MNN::Tensor> host(new MNN::Tensor(tensor, MNN::Tensor::CAFFE, true));
        tensor->copyToHostTensor(host.get());
        claim.bytes = static_cast<std::uint64_t>(std::max(host->size(), 0));
        if (offset + claim.bytes <= layout_.outputs_bytes) {
            std::memcpy(outputs_ + offset, host->host<void>(), claim.bytes);
        }
        offset += round_up(claim.bytes, 64);
    }
}

/// Names of the operators that one run executes, one a line.
void Child::sequence() {
    Session& session = sessions_.front();
    std::string names;
    auto before = [&](const std::vector<MNN::Tensor*>&, const MNN::OperatorInfo* info) {
        names += info->type() + "\n";
        return true;
    };
    auto after = [](const std::vector<MNN::Tensor*>&, const MNN::OperatorInfo*) { return true; };
    watch().checking = true;
    session.net->runSessionWithCallBackInfo(session.session, before, after, true);
    std::snprintf(channel_->text, sizeof channel_->text, "%s", names.c_str());
}

void Child::serve() {
    constexpr std::int64_t kForeverNs = 3'600'000'000'000;
    while (wait_for_turn(channel_->turn, 1, kForeverNs)) {
        switch (channel_->command) {
        case Command::run:
            channel_->stage.store(Stage::execute);
            run();
            break;
        case Command::collect:
            collect();
            break;
        case Command::sequence:
            channel_->stage.store(Stage::execute);
            sequence();
            break;
        case Command::quit:
            pass_turn(channel_->turn, 0);
            _exit(0);
        }
        channel_->stage.store(Stage::idle);
        pass_turn(channel_->turn, 0);
    }
}

int Child::live() {
    start();
    warm();
    arm();
    load_plugin();
    create_sessions();
    channel_->stage.store(Stage::ready);
    pass_turn(channel_->turn, 0);
    serve();
    return 0;
}

} // namespace

int child_main() {
    return Child().live();
}

} // namespace mkb::runner
