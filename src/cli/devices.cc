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

Result<nlohmann::json> calibration_of(const std::string& device) {
    MKB_TRY(bench, open_workbench({.device = device, .targets = {}}));
    MKB_TRY(calibration, bench.judge->calibration());
    return to_json(*calibration);
}

/// A device that is not there is listed too, with what is missing and the next step.
Result<nlohmann::json> entry_of(std::string_view name, bool calibrate) {
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
    for (const auto& [reading, value] : {std::pair{"temperature_c", quiet.temperature_c},
                                         {"frequency_mhz", quiet.frequency_mhz},
                                         {"battery_percent", quiet.battery_percent}}) {
        if (value > 0) { // else the device does not show it
            entry[reading] = value;
        }
    }
    if (calibrate && !facts->emulated) {
        MKB_TRY(calibration, calibration_of(std::string(name)));
        entry.update(calibration);
    }
    return entry;
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
    fmt::print("{:<8} {:<8} {} ({} cores, {:.0f} % busy{}{}{})\n", text("name"), text("target"), text("cpu"),
               entry["cores"].get<int>(), 100 * entry["busy_share"].get<double>(), reading("temperature_c", "°C"),
               reading("frequency_mhz", "MHz"), reading("battery_percent", "% battery"));
    if (entry["emulated"].get<bool>()) {
        fmt::print("{:<17} verifies; its times are nobody's{}\n", "",
                   text("instruction_counter").empty() ? "" : ", so instructions are counted");
    }
    if (entry.contains("peak_gflop_s")) {
        fmt::print("{:<17} peak {:.0f} GFLOP/s on one core; copying", "", entry["peak_gflop_s"].get<double>());
        for (const auto& bandwidth : entry["bandwidth"]) {
            fmt::print(" {:.0f} GB/s in {} KiB;", bandwidth["gb_s"].get<double>(),
                       bandwidth["working_set_bytes"].get<std::uint64_t>() / 1024);
        }
        fmt::print("\n");
    }
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
        MKB_TRY(entry, entry_of(name, options.calibrate));
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
    CLI::App* command =
        program.app.add_subcommand("devices", "The devices that can judge, and how fast they are at best");
    command->footer("Examples:\n  mkb devices --calibrate\n  mkb devices ssh:pi@board");
    add_common(*command, options->common);
    command->add_option("devices", options->names, "Only these, as --device names them");
    command->add_flag("--calibrate", options->calibrate, "Measure bandwidth and peak (kept in the cache)");
    program.commands.emplace_back(command, [options] { return run(*options); });
}

} // namespace mkb::cli
