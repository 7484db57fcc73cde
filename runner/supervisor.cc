#include "supervisor.h"

#include "base/large_pages.h"
#include "child_process.h"
#include "device/readings.h"

#include <algorithm>
#include <sched.h>
#include <sstream>
#include <sys/resource.h>
#include <unistd.h>
#include <vector>

namespace mkb::runner {

namespace {

/// Small numbers for the schedule (slots, order, samples), from a secret stream of their own.
class Schedule {
public:
    Schedule(const Seed& seed, std::uint64_t pair) : seed_(seed), pair_(pair) {}
    std::uint32_t below(std::uint32_t limit) {
        return static_cast<std::uint32_t>(stream_key(seed_, Phase::schedule, next_++, pair_, 0) % limit);
    }

private:
    const Seed& seed_;
    std::uint64_t pair_;
    std::uint32_t next_ = 0;
};

void note_jail(const ChildProcess& child, job::JobResult& result) {
    std::istringstream layers(child.jail_layers());
    result.jail.clear();
    for (std::string layer; layers >> layer;) {
        result.jail.push_back(layer);
    }
}

/// One side of a pair while it is timed.
struct Side {
    ChildProcess& child;
    std::vector<std::uint32_t>& claimed;
    std::vector<std::uint32_t>& witness;
    job::ChildEnd& end;
    std::uint64_t iteration;
    std::uint64_t wall_ns = 0;
    std::uint64_t cpu_ns = 0; ///< of the child, while it had the turn
};

std::uint32_t narrow(std::uint64_t ns) {
    return static_cast<std::uint32_t>(std::min<std::uint64_t>(ns, 0xffffffffU));
}

class PairRun {
public:
    PairRun(const job::Job& job, const Cores& cores, int number, job::JobResult& result, std::string& outputs)
        : job_(job), cores_(cores), number_(number), result_(result), outputs_(outputs),
          schedule_(job.seed, static_cast<std::uint64_t>(number)), native_(job, false), candidate_(job, true) {}

    bool run() {
        pair_.first_slot_candidate = job_.measure.random_slots ? static_cast<int>(schedule_.below(2)) : 0;
        if (pair_.first_slot_candidate != 0) {
            std::swap(started_[0], started_[1]);
        }
        pair_.first_mover_candidate = static_cast<int>(schedule_.below(2));
        first_warm_candidate_ = job_.measure.random_slots && schedule_.below(2) != 0;
        return start() && warm_up() && time_blocks();
    }

private:
    bool start() {
        // Both at once: nothing is timed yet. Left to itself, the system starts both where this process is.
        const auto& [first, second] = started_;
        const bool pinned = cores_.first >= 0;
        const bool fine = first->launch(pinned ? &cores_.others : nullptr) &&
                          second->launch(pinned ? &cores_.timed : nullptr) && first->await_loading() &&
                          second->await_loading() && first->await_ready() && second->await_ready();
        if (!fine) {
            note_ends();
            return false;
        }
        if (pinned) {
            first->keep_to(cores_.timed);
        }
        pair_.native_create_us = native_.create_us();
        pair_.candidate_create_us = candidate_.create_us();
        note_jail(candidate_, result_);
        return true;
    }

    /// In an order of its own: who runs first gets the pages that the last pair's processes gave back first. Always the
    /// same side would then have much the same memory in every pair, and the pairs would share an error that no number
    /// of them averages away. Where the job leaves open how many runs a block has, the slower side's last one decides.
    bool warm_up() {
        ChildProcess* order[] = {&native_, &candidate_};
        if (first_warm_candidate_) {
            std::swap(order[0], order[1]);
        }
        const std::uint32_t first_slot = schedule_.below(kSlots);
        std::uint64_t slower_ns = 0;
        for (int i = 0; i < job_.measure.warm_up_runs; ++i) {
            const std::uint32_t slot = first_slot + static_cast<std::uint32_t>(i);
            const auto iteration = static_cast<std::uint64_t>(number_ * job_.measure.warm_up_runs + i);
            slower_ns = 0;
            for (ChildProcess* child : order) {
                const Turn turn = child->run(0, slot, true, job_.regimes, 0, Phase::warm_up, iteration);
                if (!turn.fine) {
                    note_ends();
                    return false;
                }
                slower_ns = std::max(slower_ns, turn.witness_ns);
            }
        }
        if (result_.blocks.quads == 0) {
            result_.blocks = blocks_for(job_.measure.bounds, static_cast<double>(slower_ns) / 1000);
        }
        return true;
    }

    bool time_blocks() {
        const int runs = result_.blocks.quads * 2 * result_.blocks.runs;
        const auto first = static_cast<std::uint64_t>(number_) * static_cast<std::uint64_t>(runs);
        Side native{native_, pair_.native_ns, pair_.native_witness_ns, result_.native, first};
        Side candidate{candidate_, pair_.candidate_ns, pair_.candidate_witness_ns, result_.candidate, first};
        draw_samples(runs, first);
        Side* a = pair_.first_mover_candidate != 0 ? &candidate : &native;
        Side* b = pair_.first_mover_candidate != 0 ? &native : &candidate;
        for (int quad = 0; quad < result_.blocks.quads; ++quad) {
            for (Side* side : {a, b, b, a}) {
                if (!time_block(*side, side == &candidate)) {
                    return false;
                }
            }
        }
        const auto share = [](std::uint64_t cpu, std::uint64_t wall) {
            return wall > 0 ? static_cast<double>(cpu) / static_cast<double>(wall) : 0;
        };
        pair_.native_cpu_share = share(native.cpu_ns, native.wall_ns);
        pair_.candidate_cpu_share = share(candidate.cpu_ns, candidate.wall_ns);
        if (result_.pairs.empty()) {
            result_.printed = candidate_.printed();
        }
        result_.pairs.push_back(std::move(pair_));
        // Where they were started: the next ones find their memory there.
        started_[0]->dismiss(cores_.first < 0 ? nullptr : &cores_.others);
        started_[1]->dismiss(nullptr);
        return true;
    }

    void draw_samples(int runs, std::uint64_t first) {
        Schedule all(job_.seed, ~std::uint64_t{0} - 1); // the same in every pair: which of them a sample falls in
        for (int i = 0; i < job_.measure.samples; ++i) {
            const int pair = static_cast<int>(all.below(static_cast<std::uint32_t>(job_.measure.pairs)));
            if (job_.measure.first_pair + pair == number_) {
                samples_.push_back(first + schedule_.below(static_cast<std::uint32_t>(runs)));
            }
        }
    }

    bool time_block(Side& side, bool is_candidate) {
        for (int i = 0; i < result_.blocks.runs; ++i, ++side.iteration) {
            const std::uint64_t cpu = side.child.cpu_ns();
            const Turn turn =
                side.child.run(0, schedule_.below(kSlots), true, job_.regimes, 0, Phase::timed, side.iteration);
            if (!turn.fine) {
                note_ends();
                return false;
            }
            side.claimed.push_back(narrow(turn.claimed_ns));
            side.witness.push_back(narrow(turn.witness_ns));
            side.wall_ns += turn.witness_ns;
            pair_.contents_ns += turn.contents_ns;
            side.cpu_ns += side.child.cpu_ns() - cpu;
            // Asked for only now: while it ran nothing could tell that this output would be looked at.
            if (is_candidate && std::ranges::find(samples_, side.iteration) != samples_.end()) {
                take_sample(side);
            }
        }
        return true;
    }

    void take_sample(const Side& side) {
        job::Returned returned;
        returned.iteration = side.iteration;
        returned.pair = static_cast<std::uint32_t>(number_);
        returned.phase = Phase::timed;
        returned.offset = outputs_.size();
        side.child.collect(returned.outputs, outputs_);
        result_.returned.push_back(std::move(returned));
    }

    void note_ends() {
        result_.native = native_.end();
        result_.candidate = candidate_.end();
        result_.printed = candidate_.printed();
    }

    const job::Job& job_;
    const Cores& cores_;
    int number_;
    job::JobResult& result_;
    std::string& outputs_;
    Schedule schedule_;
    job::Pair pair_;
    bool first_warm_candidate_ = false;
    std::vector<std::uint64_t> samples_;
    ChildProcess native_, candidate_;
    ChildProcess* started_[2] = {&native_, &candidate_}; ///< in the order in which they are
};

/// Processor time of this process and of the children that have ended, in clock ticks.
double own_ticks() {
    double seconds = 0;
    for (const int who : {RUSAGE_SELF, RUSAGE_CHILDREN}) {
        rusage used{};
        getrusage(who, &used);
        for (const timeval& time : {used.ru_utime, used.ru_stime}) {
            seconds += static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
        }
    }
    return seconds * static_cast<double>(sysconf(_SC_CLK_TCK));
}

/// For the outputs of so many runs.
void make_room(const job::Job& job, std::size_t runs, std::string& outputs) {
    outputs.reserve(runs * layout_of(job).output_slot_bytes);
    in_large_pages(outputs);
}

} // namespace

Cores pin(const job::Job& job) {
    Cores cores;
    CPU_ZERO(&cores.allowed);
    CPU_ZERO(&cores.timed);
    CPU_ZERO(&cores.others);
    if (!job.measure.pin || sched_getaffinity(0, sizeof cores.allowed, &cores.allowed) != 0) {
        return cores;
    }
    // The highest allowed cores: the first one serves most interrupts.
    int first = -1;
    int left = std::max(job.threads, 1);
    for (int core = CPU_SETSIZE - 1; core >= 0 && left > 0; --core) {
        if (CPU_ISSET(core, &cores.allowed) && (job.core < 0 || core <= job.core)) {
            CPU_SET(core, &cores.timed);
            first = core;
            --left;
        }
    }
    CPU_XOR(&cores.others, &cores.allowed, &cores.timed);
    if (CPU_COUNT(&cores.others) == 0) {
        cores.others = cores.timed;
    }
    if (sched_setaffinity(0, sizeof cores.timed, &cores.timed) == 0) {
        cores.first = first;
    }
    return cores;
}

void verify(const job::Job& job, job::JobResult& result, std::string& outputs) {
    make_room(job, job.steps.size(), outputs);
    ChildProcess child(job, true);
    bool fine = child.start();
    note_jail(child, result);
    if (fine) {
        fine = child.run(0, 0, false, job.regimes, 0, Phase::warm_up, 0).fine &&
               child.sequence(result.sequence, result.sequence_ns);
    }
    Schedule schedule(job.seed, ~std::uint64_t{0});
    for (const job::Step& step : job.steps) {
        if (!fine) {
            break;
        }
        const Turn turn = child.run(step.model, schedule.below(kSlots), false, job.regimes, step.regime,
                                    Phase::verification, step.iteration);
        job::Returned returned{
            .model = step.model, .regime = step.regime, .iteration = step.iteration, .offset = outputs.size()};
        fine = turn.fine;
        if (fine) {
            child.collect(returned.outputs, outputs);
            result.calls_per_run.push_back(static_cast<int>(turn.calls));
            result.returned.push_back(std::move(returned));
        }
    }
    result.candidate = child.end();
    result.printed = child.printed();
}

void ask(const job::Job& job, job::JobResult& result, std::string& outputs) {
    ChildProcess child(job, true);
    child.start();
    note_jail(child, result);
    outputs = child.answer();
    result.candidate = child.end();
    result.printed = child.printed();
}

void measure(const job::Job& job, const Cores& cores, job::JobResult& result, std::string& outputs) {
    make_room(job, static_cast<std::size_t>(job.measure.samples), outputs);
    const auto before = cpu_times();
    const double own = own_ticks();
    result.blocks = job.measure.blocks;
    for (int i = 0; i < job.measure.pairs; ++i) {
        if (!PairRun(job, cores, job.measure.first_pair + i, result, outputs).run()) {
            return;
        }
    }
    constexpr double kLeastTicks = 10; // over fewer, a single one would say too much
    if (const auto after = cpu_times(); before && after && after->all - before->all >= kLeastTicks) {
        result.others_busy_share = busy_share(*before, *after, own_ticks() - own);
    }
}

} // namespace mkb::runner
