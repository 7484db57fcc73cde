#include "child_process.h"

#include "jail.h"
#include "mnn/child.h"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <fcntl.h>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23
#endif
#ifndef F_SEAL_FUTURE_WRITE
#define F_SEAL_FUTURE_WRITE 0x0010
#endif

namespace mkb::runner {

namespace {

constexpr double kStartLimitS = 30;          ///< exec, libraries, sessions
constexpr std::int64_t kLookNs = 50'000'000; ///< how often a waiting supervisor looks whether the child is alive

int make_memory_file(const char* name, std::uint64_t bytes) {
    const int descriptor = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (descriptor >= 0 && ftruncate(descriptor, static_cast<off_t>(bytes)) != 0) {
        close(descriptor);
        return -1;
    }
    return descriptor;
}

template <class T>
T* map_memory(int descriptor, std::uint64_t bytes, int protection) {
    void* memory = mmap(nullptr, bytes, protection, MAP_SHARED, descriptor, 0);
    return memory == MAP_FAILED ? nullptr : static_cast<T*>(memory);
}

bool write_all(int descriptor, const std::string& text) {
    return write(descriptor, text.data(), text.size()) == static_cast<ssize_t>(text.size());
}

} // namespace

ChildProcess::ChildProcess(const job::Job& job, bool candidate)
    : job_(job), candidate_(candidate), layout_(layout_of(job)) {}

ChildProcess::~ChildProcess() {
    end_group();
    forget_tensors();
    if (channel_ != nullptr) {
        munmap(channel_, sizeof(Channel));
    }
    for (const int descriptor : {channel_fd_, job_fd_, print_read_, print_write_}) {
        if (descriptor >= 0) {
            close(descriptor);
        }
    }
}

void ChildProcess::forget_tensors() {
    if (inputs_ != nullptr) {
        munmap(inputs_, layout_.inputs_bytes);
    }
    if (outputs_ != nullptr) {
        munmap(const_cast<std::byte*>(outputs_), layout_.outputs_bytes);
    }
    for (const int descriptor : {inputs_fd_, outputs_fd_}) {
        if (descriptor >= 0) {
            close(descriptor);
        }
    }
    inputs_ = nullptr;
    outputs_ = nullptr;
    inputs_fd_ = outputs_fd_ = -1;
}

bool ChildProcess::make_memory() {
    channel_fd_ = make_memory_file("mkb-channel", sizeof(Channel));
    inputs_fd_ = make_memory_file("mkb-inputs", layout_.inputs_bytes);
    outputs_fd_ = make_memory_file("mkb-outputs", layout_.outputs_bytes);
    job_fd_ = make_memory_file("mkb-job", 0);
    channel_ = map_memory<Channel>(channel_fd_, sizeof(Channel), PROT_READ | PROT_WRITE);
    inputs_ = map_memory<std::byte>(inputs_fd_, layout_.inputs_bytes, PROT_READ | PROT_WRITE);
    outputs_ = map_memory<std::byte>(outputs_fd_, layout_.outputs_bytes, PROT_READ);
    int prints[2];
    if (channel_ == nullptr || inputs_ == nullptr || outputs_ == nullptr || job_fd_ < 0 ||
        pipe2(prints, O_CLOEXEC | O_NONBLOCK) != 0) {
        return false;
    }
    print_read_ = prints[0];
    print_write_ = prints[1];
    new (channel_) Channel();
    // From here on nobody can map the inputs writable; our own mapping stays, and no fork gets it.
    fcntl(inputs_fd_, F_ADD_SEALS, F_SEAL_FUTURE_WRITE);
    madvise(inputs_, layout_.inputs_bytes, MADV_DONTFORK);
    // The child must not know the seed, the regimes or what is to be run.
    job::Job known = job_;
    known.seed = {};
    known.steps.clear();
    known.regimes.clear();
    const nlohmann::json content{{"job", job::to_json(known)}, {"candidate", candidate_}};
    return write_all(job_fd_, content.dump());
}

void ChildProcess::become_child(const cpu_set_t* cores) {
    setpgid(0, 0);
    if (cores != nullptr) {
        sched_setaffinity(0, sizeof *cores, cores);
    }
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    const int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    dup2(null, STDIN_FILENO);
    dup2(print_write_, STDOUT_FILENO);
    dup2(print_write_, STDERR_FILENO);
    // Move out of the way first: a target number may be another one's source.
    constexpr int kAbove = 20;
    const int sources[] = {channel_fd_, inputs_fd_, outputs_fd_, job_fd_};
    for (int i = 0; i < 4; ++i) {
        dup2(sources[i], kAbove + i);
    }
    for (int i = 0; i < 4; ++i) {
        dup2(kAbove + i, kChannelFd + i);
        close(kAbove + i);
    }
    const bool preloads = !preload_.empty() && job_.launcher.empty();
    char* const environment[] = {preloads ? preload_.data() : nullptr, nullptr};
    execve(start_.front(), start_.data(), environment);
    _exit(5);
}

/// Made before the fork: this program anew, through the device's launcher where there is one.
void ChildProcess::prepare_start() {
    // What a launcher starts is another file than what the system sees running.
    char itself[4096] = "/proc/self/exe";
    if (!job_.launcher.empty()) {
        const ssize_t length = readlink("/proc/self/exe", itself, sizeof itself - 1);
        itself[length > 0 ? length : 0] = '\0';
    }
    program_ = itself;
    for (const std::string& word : job_.launcher) {
        start_.push_back(const_cast<char*>(word.c_str()));
    }
    if (!job_.in_tree.library.empty()) {
        // It takes the plain library's place by its name; a path with a slash is not searched for.
        preload_ = "LD_PRELOAD=./" + job_.in_tree.library;
        if (!job_.launcher.empty()) {
            start_.insert(start_.end(), {const_cast<char*>("-E"), preload_.data()}); // for the child, not the launcher
        }
    }
    start_.push_back(program_.data());
    start_.push_back(const_cast<char*>("--child"));
    start_.push_back(nullptr);
}

bool ChildProcess::launch(const cpu_set_t* cores) {
    prepare_start();
    if (!make_memory()) {
        end_ = {.kind = "world", .stage = "start", .detail = std::string("shared memory: ") + std::strerror(errno)};
        return false;
    }
    channel_->turn.store(1);
    pid_ = fork();
    if (pid_ == 0) {
        become_child(cores);
    }
    if (pid_ < 0) {
        end_ = {.kind = "world", .stage = "start", .detail = std::string("fork: ") + std::strerror(errno)};
        return false;
    }
    setpgid(pid_, pid_);
    return true;
}

bool ChildProcess::await_turn(double limit_s) {
    limit_s_ = limit_s;
    const std::uint64_t begin = now_ns();
    while (!wait_for_turn(channel_->turn, 0, kLookNs)) {
        if (has_died()) {
            return false;
        }
        if (static_cast<double>(now_ns() - begin) > limit_s * 1e9) {
            killed_for_time_ = true;
            note_end();
            return false;
        }
    }
    return true;
}

bool ChildProcess::await_loading() {
    if (!await_turn(kStartLimitS)) {
        return false;
    }
    // Only who is to load a candidate asks before it does. Whose own limit counts from here.
    if (channel_->stage.load() == Stage::load) {
        loaded_ = true;
        pass_turn(channel_->turn, 1);
    }
    return true;
}

bool ChildProcess::await_ready() {
    if (!await_turn(job_.run_limit_s + 1)) {
        return false;
    }
    if (channel_->stage.load() != Stage::ready) {
        note_end();
        return false;
    }
    if (job_.mode == "measure") {
        // The child has the pages in memory already: mapped here at once, they are not met one by one. Where the
        // system has no such call they are.
        madvise(inputs_, layout_.inputs_bytes, MADV_POPULATE_WRITE);
    }
    return true;
}

void ChildProcess::keep_to(const cpu_set_t& cores) const {
    char path[64];
    std::snprintf(path, sizeof path, "/proc/%d/task", pid_);
    std::error_code error;
    for (std::filesystem::directory_iterator entry(path, error), end; !error && entry != end; entry.increment(error)) {
        sched_setaffinity(std::atoi(entry->path().filename().c_str()), sizeof cores, &cores);
    }
}

bool ChildProcess::hand_over(Command command, double limit_s) {
    channel_->command = command;
    pass_turn(channel_->turn, 1);
    if (!await_turn(limit_s)) {
        return false;
    }
    if (channel_->crash_signal.load(std::memory_order_acquire) != 0 || channel_->status != Status::fine) {
        note_end();
        return false;
    }
    return true;
}

Turn ChildProcess::run(std::uint32_t model, std::uint32_t slot, bool timed,
                       const std::vector<std::vector<Draw>>& regimes, std::uint32_t regime, Phase phase,
                       std::uint64_t iteration) {
    Turn turn;
    const std::uint64_t begin = now_ns();
    std::byte* place = inputs_ + slot % kSlots * layout_.slot_bytes;
    for (std::size_t i = 0; i < job_.inputs.size(); ++i) {
        const std::uint64_t key = stream_key(job_.seed, phase, regime, iteration, static_cast<std::uint32_t>(i));
        fill(regimes[regime][i], job_.inputs[i].type, job_.inputs[i].shape, key,
             {place + layout_.input_offset[i], layout_.input_bytes[i]});
    }
    channel_->model = model;
    channel_->slot = last_slot_ = slot % kSlots;
    channel_->timed = timed ? 1 : 0;
    const std::uint64_t start = now_ns();
    turn.contents_ns = start - begin;
    turn.fine = hand_over(Command::run, job_.run_limit_s);
    turn.witness_ns = now_ns() - start;
    turn.claimed_ns = channel_->claimed_ns;
    turn.instructions = channel_->claimed_instructions;
    turn.calls = channel_->calls;
    return turn;
}

void ChildProcess::collect(std::vector<job::Tensor>& outputs, std::string& bytes) const {
    const std::byte* slot = outputs_ + last_slot_ * layout_.output_slot_bytes;
    for (std::size_t i = 0; i < job_.outputs.size() && i < kMaxTensors; ++i) {
        const OutputClaim claim = channel_->outputs[i]; // one copy: the child may write while we look
        job::Tensor tensor;
        tensor.name = job_.outputs[i].name;
        tensor.type = claim.is_int != 0 ? ElementType::int32 : ElementType::float32;
        tensor.shape.assign(claim.shape, claim.shape + std::min<std::uint32_t>(claim.rank, kMaxRank));
        if (claim.bytes != layout_.output_bytes[i] || bytes_of(tensor) != claim.bytes) {
            tensor.shape = {-1}; // a claim that does not add up: no bytes, and a shape that fits nothing
        } else {
            bytes.append(reinterpret_cast<const char*>(slot + layout_.output_offset[i]), claim.bytes);
        }
        outputs.push_back(std::move(tensor));
    }
}

bool ChildProcess::sequence(std::vector<std::string>& names, std::vector<std::uint64_t>& ns) {
    if (!hand_over(Command::sequence, job_.run_limit_s)) {
        return false;
    }
    std::string text = text_of(channel_->text, sizeof channel_->text);
    std::size_t at = 0;
    for (std::size_t end = text.find('\n'); end != std::string::npos; end = text.find('\n', at)) {
        names.push_back(text.substr(at, end - at));
        at = end + 1;
    }
    ns.assign(channel_->operator_ns, channel_->operator_ns + std::min<std::size_t>(names.size(), kMaxOperators));
    return true;
}

std::string ChildProcess::answer() const {
    std::string bytes;
    std::uint64_t offset = 0;
    const std::uint32_t count = std::min<std::uint32_t>(channel_->outputs_count, kMaxTensors);
    for (std::uint32_t i = 0; i < count; ++i) {
        const std::uint64_t size = channel_->outputs[i].bytes; // one copy: the child may write while we look
        if (size > layout_.outputs_bytes || offset > layout_.outputs_bytes - size) {
            break;
        }
        bytes.assign(reinterpret_cast<const char*>(outputs_ + offset), size);
        offset += round_up(size, 64);
    }
    return bytes;
}

void ChildProcess::kill_group() const {
    if (pid_ > 0) {
        kill(-pid_, SIGKILL);
        kill(pid_, SIGKILL);
    }
}

void ChildProcess::dismiss(const cpu_set_t* cores) {
    forget_tensors();
    if (pid_ > 0 && cores != nullptr) {
        keep_to(*cores);
    }
    kill_group();
}

void ChildProcess::end_group() {
    kill_group();
    if (pid_ > 0) {
        waitpid(pid_, nullptr, 0);
        pid_ = -1;
    }
}

double ChildProcess::create_us() const {
    return static_cast<double>(channel_->create_ns) / 1000;
}

std::string ChildProcess::jail_layers() const {
    return channel_ != nullptr ? text_of(channel_->jail, sizeof channel_->jail) : std::string();
}

std::string ChildProcess::printed() {
    std::string text;
    char part[4096];
    for (ssize_t got = read(print_read_, part, sizeof part); got > 0 && text.size() < job_.output_limit_bytes;
         got = read(print_read_, part, sizeof part)) {
        text.append(part, static_cast<std::size_t>(got));
    }
    text.resize(std::min(text.size(), job_.output_limit_bytes));
    return text;
}

std::uint64_t ChildProcess::cpu_ns() const {
    clockid_t clock{};
    timespec time{};
    if (clock_getcpuclockid(pid_, &clock) != 0 || clock_gettime(clock, &time) != 0) {
        return 0;
    }
    return static_cast<std::uint64_t>(time.tv_sec) * 1'000'000'000U + static_cast<std::uint64_t>(time.tv_nsec);
}

} // namespace mkb::runner
