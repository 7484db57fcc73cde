#include "executor/slurm/queue.h"

#include "base/find_program.h"
#include "base/process.h"
#include "base/shell.h"

#include <algorithm>
#include <charconv>
#include <sstream>

namespace mkb::slurm {

namespace {

constexpr int kSmallestArray = 1;
constexpr int kUsualLargestArray = 1001; // Slurm's default
constexpr std::size_t kQueueBytes = std::size_t{64} << 20;

/// What passes by itself, in the words of Slurm's programs.
constexpr std::string_view kPassing[] = {"Unable to contact", "Socket timed out",        "temporarily unable",
                                         "violates",          "Resource temporarily",    "Connection refused",
                                         "maximum job count", "Zero Bytes were transmi", "Communication connection"};

std::string first_line(const std::string& text) {
    std::istringstream lines(text);
    std::string last, line;
    while (std::getline(lines, line)) {
        if (!line.empty()) {
            last = line;
            break;
        }
    }
    const std::string_view prefix = "sbatch: error: ";
    return last.starts_with(prefix) ? last.substr(prefix.size()) : last;
}

/// For an option in which % means something.
std::string verbatim(const std::string& path) {
    std::string text;
    for (const char c : path) {
        text += c == '%' ? std::string("%%") : std::string(1, c);
    }
    return text;
}

std::unexpected<Error> refused(const ProcessExit& done) {
    const std::string all = done.err + done.out;
    const bool passing = done.how == ProcessExit::How::timed_out ||
                         std::ranges::any_of(kPassing, [&](std::string_view words) { return all.contains(words); });
    return passing ? fail(ErrorKind::transient, "slurm: sbatch: {}", first_line(all))
                   : fail(ErrorKind::bad_input,
                          "slurm: sbatch refuses such a job: {}; see --slurm-options and "
                          "docs/cluster.md",
                          first_line(all));
}

Result<ProcessExit> run_slurms(std::vector<std::string> argv, std::string input = {}) {
    if (!find_program(argv.front())) {
        return fail(ErrorKind::environment,
                    "slurm: there is no {} in PATH; install Slurm's client programs (Debian's "
                    "slurm-client)",
                    argv.front());
    }
    ProcessSpec spec{.argv = std::move(argv), .folder = {}, .environment = {}, .input = std::move(input)};
    spec.limits.output_bytes = kQueueBytes;
    return run_process(spec);
}

/// "MaxArraySize            = 1001"
std::optional<int> value_in(const std::string& text, std::string_view name) {
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        std::istringstream words(line);
        std::string key, equals;
        int value = 0;
        if (words >> key >> equals >> value && key == name) {
            return value;
        }
    }
    return std::nullopt;
}

} // namespace

Queue::Queue(const Spool& spool, std::vector<std::string> options, std::vector<std::string> program)
    : prefix_("mkb-" + spool.tag() + "-"), folder_(spool.folder()), logs_(spool.logs()), options_(std::move(options)),
      program_(std::move(program)) {}

std::vector<std::string> Queue::sbatch() const {
    std::vector<std::string> argv = {"sbatch", "--parsable", "--requeue", "--open-mode=append", "--gres=device:1"};
    std::ranges::copy(options_, std::back_inserter(argv));
    return argv;
}

Result<int> Queue::check() const {
    auto argv = sbatch();
    argv.emplace_back("--test-only");
    MKB_TRY(tried, run_slurms(std::move(argv), "#!/bin/sh\n"));
    if (!tried.ok()) {
        return refused(tried);
    }
    MKB_TRY(shown, run_slurms({"scontrol", "show", "config"}));
    // The size bounds the numbers of an array's elements: they are smaller than it.
    return std::max(kSmallestArray, value_in(shown.out, "MaxArraySize").value_or(kUsualLargestArray) - 1);
}

Result<std::string> Queue::submit(const std::string& array, int count) const {
    std::vector<std::string> words = program_;
    words.insert(words.end(), {folder_, array});
    const std::string command = "exec " + shell_line(words);
    auto argv = sbatch();
    argv.push_back("--job-name=" + prefix_ + array);
    argv.push_back(fmt::format("--array=0-{}", count - 1));
    argv.push_back(fmt::format("--output={}/{}.%a", verbatim(logs_.string()), array));
    MKB_TRY(done, run_slurms(std::move(argv), "#!/bin/sh\n" + command + "\n"));
    if (!done.ok()) {
        return refused(done);
    }
    return done.out.substr(0, done.out.find_first_of(";\n")); // "12" or "12;cluster"
}

Result<std::map<Slot, Queue::Seen>> Queue::look() const {
    MKB_TRY(shown, run_slurms({"squeue", "--me", "--noheader", "--array", "--format=%j|%F|%K|%T|%r"}));
    if (!shown.ok() || shown.out_cut) {
        return fail(ErrorKind::transient, "slurm: squeue: {}",
                    shown.out_cut ? "it prints too much" : first_line(shown.err));
    }
    std::map<Slot, Seen> found;
    std::istringstream lines(shown.out);
    for (std::string line; std::getline(lines, line);) {
        if (auto seen = parse_queue_line(line, prefix_)) {
            found.insert(std::move(*seen));
        }
    }
    return found;
}

std::string Queue::ending_of(const std::string& job) const {
    const auto shown = run_slurms({"scontrol", "show", "job", "--oneliner", job});
    if (job.empty() || !shown || !shown->ok()) {
        return {};
    }
    std::istringstream words(shown->out);
    std::string state, node;
    for (std::string word; words >> word;) {
        state = word.starts_with("JobState=") ? word.substr(9) : state;
        node = word.starts_with("BatchHost=") ? word.substr(10) : node;
    }
    return node.empty() ? state : fmt::format("{} on {}", state, node);
}

void Queue::cancel(const std::vector<std::string>& jobs) const {
    if (!jobs.empty()) {
        std::vector<std::string> argv = {"scancel", "--quiet"};
        std::ranges::copy(jobs, std::back_inserter(argv));
        // Where that fails the job finds nothing to judge.
        (void)run_slurms(std::move(argv));
    }
}

Result<std::vector<std::string>> parse_sbatch_options(std::string_view text) {
    constexpr std::string_view kOwn[] = {"--array",     "-a",      "--job-name", "-J",      "--output",
                                         "-o",          "--wrap",  "--wait",     "-W",      "--parsable",
                                         "--test-only", "--error", "-e",         "--quiet", "-Q"};
    std::vector<std::string> options;
    std::istringstream words{std::string(text)};
    for (std::string word; words >> word;) {
        if (!word.starts_with('-')) {
            return fail(ErrorKind::bad_input,
                        "--slurm-options: '{}' is no option; write each in one word, as in --partition=phones", word);
        }
        const std::string name = word.starts_with("--") ? word.substr(0, word.find('=')) : word.substr(0, 2);
        if (std::ranges::find(kOwn, name) != std::end(kOwn)) {
            return fail(ErrorKind::bad_input, "--slurm-options: mkb needs {} for itself", name);
        }
        options.push_back(std::move(word));
    }
    return options;
}

std::optional<std::pair<Slot, Queue::Seen>> parse_queue_line(std::string_view line, std::string_view prefix) {
    std::vector<std::string> fields;
    std::istringstream parts{std::string(line)};
    for (std::string part; std::getline(parts, part, '|');) {
        fields.push_back(part);
    }
    int index = 0;
    if (fields.size() < 5 || !fields[0].starts_with(prefix) ||
        std::from_chars(fields[2].data(), fields[2].data() + fields[2].size(), index).ec != std::errc()) {
        return std::nullopt;
    }
    // Held by Slurm after a failed start, not by a person, who will let it go again.
    const bool stuck = fields[4].contains("launch failed");
    return std::pair(Slot{.array = fields[0].substr(prefix.size()), .index = index},
                     Queue::Seen{.state = stuck ? Queue::State::stuck : Queue::State::there,
                                 .job = fmt::format("{}_{}", fields[1], fields[2])});
}

} // namespace mkb::slurm
