#include "executor/slurm/device_map.h"

#include "base/files.h"
#include "base/process.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <sstream>
#include <thread>

namespace mkb::slurm {

namespace {

constexpr int kTries = 24;
constexpr std::chrono::seconds kBetweenTries{5};

std::optional<int> number_of(std::string_view text) {
    int number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc() && end != text.data() && number >= 0 ? std::optional(number) : std::nullopt;
}

std::string variable(const char* name) {
    const char* value = std::getenv(name);
    return value == nullptr ? "" : value;
}

} // namespace

Result<std::vector<MappedDevice>> parse_device_map(std::string_view text) {
    std::vector<MappedDevice> map;
    std::istringstream lines{std::string(text)};
    int line_number = 0;
    for (std::string line; std::getline(lines, line);) {
        ++line_number;
        std::istringstream words(line.substr(0, line.find('#')));
        std::vector<std::string> parts;
        for (std::string word; words >> word;) {
            parts.push_back(word);
        }
        if (parts.empty()) {
            continue;
        }
        const auto number = parts.size() >= 2 ? number_of(parts[1]) : std::nullopt;
        if (parts.size() < 3 || parts.size() > 4 || !number) {
            return fail(ErrorKind::bad_input,
                        "device map, line {}: write 'node number device', as in 'lab1 0 adb:R58M123', and an adb "
                        "server's address if it is another machine's",
                        line_number);
        }
        const bool twice = std::ranges::any_of(
            map, [&](const MappedDevice& each) { return each.node == parts[0] && each.number == *number; });
        if (twice) {
            return fail(ErrorKind::bad_input, "device map, line {}: device {} of node {} is there twice", line_number,
                        *number, parts[0]);
        }
        map.push_back(
            {.node = parts[0], .number = *number, .device = parts[2], .adb_server = parts.size() == 4 ? parts[3] : ""});
    }
    if (map.empty()) {
        return fail(ErrorKind::bad_input, "device map: it has no line; write 'node number device'");
    }
    return map;
}

Result<std::vector<MappedDevice>> read_device_map(const std::filesystem::path& file) {
    MKB_TRY(text, read_file(file));
    auto map = parse_device_map(text);
    return map ? std::move(map) : fail_in(file.string(), map.error());
}

std::vector<MappedDevice> devices_of(const std::vector<MappedDevice>& map, std::string_view node) {
    std::vector<MappedDevice> found;
    for (const std::string_view wanted : {node, std::string_view("*")}) {
        std::ranges::copy_if(map, std::back_inserter(found),
                             [&](const MappedDevice& each) { return each.node == wanted; });
        if (!found.empty()) {
            break;
        }
    }
    return found;
}

Result<Site> this_site() {
    Site site{.node = variable("SLURMD_NODENAME"),
              .job_id = variable("SLURM_JOB_ID"),
              .job = variable("SLURM_ARRAY_JOB_ID") + "_" + variable("SLURM_ARRAY_TASK_ID")};
    const auto index = number_of(variable("SLURM_ARRAY_TASK_ID"));
    if (site.node.empty() || site.job_id.empty() || !index) {
        return fail(ErrorKind::bad_input, "this is no job of Slurm's: mkb starts it by itself with --executor slurm");
    }
    site.index = *index;
    site.restarts = number_of(variable("SLURM_RESTART_COUNT")).value_or(0);
    return site;
}

std::optional<int> device_number(std::string_view shown, std::string_view node) {
    std::istringstream lines{std::string(shown)};
    for (std::string line; std::getline(lines, line);) {
        const std::size_t nodes = line.find(" Nodes=");
        const std::size_t gres = line.find(" GRES=");
        if (nodes == std::string::npos || gres == std::string::npos) {
            continue;
        }
        const std::size_t from = nodes + std::string_view(" Nodes=").size();
        const std::string_view list = std::string_view(line).substr(from, line.find(' ', from) - from);
        const std::string_view all = std::string_view(line).substr(gres + std::string_view(" GRES=").size());
        const std::size_t device = all.starts_with("device:") ? 0 : all.find(",device:");
        if (list != node || device == std::string_view::npos) {
            continue;
        }
        const std::size_t numbers = all.find("(IDX:", device);
        if (numbers != std::string_view::npos) {
            return number_of(all.substr(numbers + std::string_view("(IDX:").size()));
        }
    }
    return std::nullopt;
}

Result<int> ask_device_number(const Site& site) {
    std::string last;
    for (int attempt = 0; attempt < kTries; ++attempt) {
        if (attempt > 0) {
            std::this_thread::sleep_for(kBetweenTries);
        }
        MKB_TRY(shown, run_process({.argv = {"scontrol", "show", "job", "-d", site.job_id}}));
        if (!shown.ok()) {
            last = shown.err;
            continue;
        }
        if (const auto number = device_number(shown.out, site.node)) {
            return *number;
        }
        return fail(ErrorKind::bad_input,
                    "slurm: it does not say which device of node {} job {} has: gres.conf must number them, with "
                    "Name=device File=… there (docs/cluster.md)",
                    site.node, site.job);
    }
    return fail(ErrorKind::transient, "slurm: the controller did not say which device job {} has: {}", site.job, last);
}

} // namespace mkb::slurm
