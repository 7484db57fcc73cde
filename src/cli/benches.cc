#include "cli/cli.h"

#include <algorithm>
#include <cstdlib>
#include <fmt/format.h>
#include <sstream>

namespace mkb::cli {

Result<std::vector<std::string>> known_devices() {
    std::vector<std::string> names;
    const char* variable = std::getenv("MKB_DEVICES");
    std::istringstream list(variable != nullptr ? variable : "");
    for (std::string name; std::getline(list, name, ',');) {
        if (!name.empty()) {
            names.push_back(name);
        }
    }
    MKB_TRY(attached, attached_adb_devices());
    for (std::string& name : attached) {
        if (std::ranges::find(names, name) == names.end()) {
            names.push_back(std::move(name));
        }
    }
    return names;
}

namespace {

constexpr std::string_view kPool = "pool:";

/// The pool's devices, or the one that is named.
Result<std::vector<std::string>> names_in(const std::string& device) {
    if (!device.starts_with(kPool)) {
        return std::vector{device};
    }
    const std::string list = device.substr(kPool.size());
    if (list == "all") {
        MKB_TRY(names, known_devices());
        if (names.empty()) {
            return fail(ErrorKind::transient, "device pool:all: there is none; attach phones, or name devices in "
                                              "MKB_DEVICES, as in ssh:pi@board,adb:192.0.2.7:5555");
        }
        return names;
    }
    std::vector<std::string> names;
    std::istringstream parts(list);
    for (std::string name; std::getline(parts, name, ',');) {
        if (name.empty() || name.starts_with(kPool) || std::ranges::find(names, name) != names.end()) {
            return fail(ErrorKind::bad_input,
                        "device '{}': write pool:all, or each device once, as in "
                        "pool:ssh:pi@board,adb:R58M123",
                        device);
        }
        names.push_back(name);
    }
    if (names.empty()) {
        return fail(ErrorKind::bad_input, "device '{}': write pool:all, or pool: and names with commas between",
                    device);
    }
    return names;
}

void say_who_left(const std::string& name, const std::string& why) {
    fmt::print(stderr, "mkb: device {} leaves the pool: {}; the others go on, and the next run asks it again\n", name,
               why);
}

} // namespace

Result<Benches> open_benches(const Where& where, const std::filesystem::path& run) {
    Benches benches;
    if (where.executor == "slurm") {
        MKB_TRY(executor, open_slurm(where, run));
        benches.executor = std::move(executor);
        return benches;
    }
    MKB_TRY(names, names_in(where.device));
    std::vector<Place> places;
    Error last;
    for (const std::string& name : names) {
        Where one = where;
        one.device = name;
        auto bench = open_workbench(one);
        if (!bench) {
            // A name that is none is a mistake of the user's, in a pool too.
            if (names.size() == 1 || bench.error().kind == ErrorKind::bad_input) {
                return std::unexpected(bench.error());
            }
            fmt::print(stderr, "mkb: device {} is not in the pool: {}\n", name, bench.error().message);
            last = bench.error();
            continue;
        }
        benches.all.push_back(std::make_unique<Workbench>(std::move(*bench)));
        places.push_back(place_of(*benches.all.back()->judge));
    }
    if (places.empty()) {
        return fail(ErrorKind::transient, "device {}: none of its {} devices is there; the last: {}", where.device,
                    names.size(), last.message);
    }
    benches.executor = make_threads_executor(std::move(places), say_who_left);
    return benches;
}

} // namespace mkb::cli
