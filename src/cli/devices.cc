#include "cli/cli.h"

#include <algorithm>
#include <fmt/format.h>

namespace mkb::cli {

namespace {

struct Options {
    Common common;
    bool calibrate = false;
    std::vector<std::string> names; ///< empty: those that need no address, and what pool:all would be
};

/// Small, so that it is timed quickly; of another folder of tasks, the first.
constexpr const char* kSpreadTask = "activation/Softmax/lastaxis_8x256x256";

/// Measures what is not known yet.
Result<void> calibrate(const std::string& device, const Common& common) {
    MKB_TRY(tasks, load_all_tasks(common));
    const auto found = std::ranges::find(tasks, kSpreadTask, &Task::id);
    if (tasks.empty()) {
        return fail(ErrorKind::bad_input, "--calibrate times a native kernel and so needs a task; there is none");
    }
    MKB_TRY(bench, open_workbench({.device = device, .targets = {}}));
    MKB_DO(bench.judge->calibration());
    MKB_DO(native_spread(*bench.judge, found != tasks.end() ? *found : tasks.front()));
    return {};
}

/// A device that is not there is listed too, with what is missing and the next step.
Result<nlohmann::json> entry_of(const std::string& name, const Options& options) {
    MKB_TRY(device, device_named(name));
    const auto facts = device->facts();
    nlohmann::json entry{{"name", name}, {"ready", facts.has_value()}};
    if (!facts) {
        entry["missing"] = facts.error().message;
        return entry;
    }
    MKB_TRY(quiet, device->quiet());
    MKB_TRY(counter, device->instruction_counter());
    entry.update({{"cpu", facts->cpu},
                  {"target", facts->target},
                  {"emulated", facts->emulated},
                  {"instruction_counter", counter},
                  {"cores", quiet.cores},
                  {"busy_share", quiet.busy_share}});
    for (const auto& [reading, member] : kReadings) {
        if (quiet.*member > 0) { // else the device does not show it
            entry[reading] = quiet.*member;
        }
    }
    if (options.calibrate && !facts->emulated) {
        MKB_DO(calibrate(name, options.common));
    }
    const KnownCalibration known = known_calibration(*facts);
    if (known.calibration) {
        entry.update(to_json(*known.calibration));
    }
    if (known.spread) {
        entry["native_against_native"] = to_json(*known.spread);
    }
    return entry;
}

void print_calibration(const nlohmann::json& entry) {
    if (entry.contains("peak_gflop_s")) {
        fmt::print("{:<17} peak {:.0f} GFLOP/s on one core; copying", "", entry["peak_gflop_s"].get<double>());
        for (const auto& bandwidth : entry["bandwidth"]) {
            fmt::print(" {:.0f} GB/s in {} KiB;", bandwidth["gb_s"].get<double>(),
                       bandwidth["working_set_bytes"].get<std::uint64_t>() / 1024);
        }
        fmt::print("\n");
    }
    if (entry.contains("native_against_native")) {
        const nlohmann::json& spread = entry["native_against_native"];
        fmt::print("{:<17} native against native {:.4f} [{:.4f}, {:.4f}] over {} pairs, which scatter by {:.1f} %\n",
                   "", spread["ratio"].get<double>(), spread["low"].get<double>(), spread["high"].get<double>(),
                   spread["pairs"].get<int>(), 100 * spread["scatter"].get<double>());
    } else if (!entry["emulated"].get<bool>()) {
        fmt::print("{:<17} not calibrated: mkb devices --calibrate {}\n", "", entry["name"].get<std::string>());
    }
}

void print(const nlohmann::json& entry) {
    const auto text = [&](const char* name) { return entry.value(name, std::string()); };
    if (!entry["ready"].get<bool>()) {
        fmt::print("{:<8} missing  {}\n", text("name"), text("missing"));
        return;
    }
    const auto reading = [&](const char* name, const char* unit) {
        return entry.contains(name) ? fmt::format(", {:.0f} {}", entry[name].get<double>(), unit) : std::string();
    };
    const double limit = entry.value("frequency_limit", 1.0);
    fmt::print("{:<8} {:<8} {} ({} cores, {:.0f} % busy{}{}{}{})\n", text("name"), text("target"), text("cpu"),
               entry["cores"].get<int>(), 100 * entry["busy_share"].get<double>(), reading("temperature_c", "°C"),
               reading("frequency_mhz", "MHz"),
               limit < kFullFrequency ? fmt::format(", held down to {:.0f} % of its frequency", 100 * limit) : "",
               reading("battery_percent", "% battery"));
    if (entry["emulated"].get<bool>()) {
        fmt::print("{:<17} verifies; its times are nobody's{}\n", "",
                   text("instruction_counter").empty() ? "" : ", so instructions are counted");
    }
    print_calibration(entry);
}

Result<int> run(const Options& options) {
    nlohmann::json list = nlohmann::json::array();
    std::vector<std::string> names = options.names;
    if (names.empty()) {
        names.assign(std::begin(kDeviceNames), std::end(kDeviceNames));
        MKB_TRY(known, known_devices());
        std::ranges::copy(known, std::back_inserter(names));
    }
    for (const std::string& name : names) {
        MKB_TRY(entry, entry_of(name, options));
        list.push_back(std::move(entry));
    }
    // Who names a device wants to know whether it is there.
    const bool ready = std::ranges::all_of(list, [](const auto& entry) { return entry["ready"].template get<bool>(); });
    const int code = options.names.empty() || ready ? kFine : kNo;
    if (options.common.json) {
        fmt::print("{}\n", list.dump(2));
        return code;
    }
    for (const nlohmann::json& entry : list) {
        print(entry);
    }
    return code;
}

} // namespace

void add_devices(Program& program) {
    auto options = std::make_shared<Options>();
    CLI::App* command = program.app.add_subcommand(
        "devices", "The devices that can judge, how fast they are at best, and how well they time");
    command->footer("Examples:\n  mkb devices --calibrate\n  mkb devices ssh:pi@board");
    add_common(*command, options->common);
    command->add_option("devices", options->names, "Only these, as --device names them");
    command->add_flag("--calibrate", options->calibrate,
                      "Measure bandwidth, peak, and how well times can be told apart (kept in the cache)");
    program.commands.emplace_back(command, [options] { return run(*options); });
}

} // namespace mkb::cli
