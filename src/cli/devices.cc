#include "cli/cli.h"

#include <fmt/format.h>
#include <thread>

namespace mkb::cli {

namespace {

Result<int> run(const Common& common, bool calibrate) {
    const auto device = make_local_device();
    MKB_TRY(facts, device->facts());
    MKB_TRY(quiet, device->quiet());
    nlohmann::json entry{{"name", facts.name},
                         {"cpu", facts.cpu},
                         {"target", facts.target},
                         {"cores", quiet.cores},
                         {"busy_share", quiet.busy_share}};
    if (calibrate) {
        MKB_TRY(bench, open_workbench());
        MKB_TRY(calibration, bench.judge->calibration());
        entry["peak_gflop_s"] = calibration->peak_gflop_s;
        for (const job::Bandwidth& bandwidth : calibration->bandwidth) {
            entry["bandwidth"].push_back(
                {{"working_set_bytes", bandwidth.working_set_bytes}, {"gb_s", bandwidth.gb_s}});
        }
    }
    if (common.json) {
        fmt::print("{}\n", nlohmann::json::array({entry}).dump(2));
        return kFine;
    }
    fmt::print("{:<8} {:<8} {} ({} cores, {:.0f} % busy)\n", facts.name, facts.target, facts.cpu, quiet.cores,
               100 * quiet.busy_share);
    if (calibrate) {
        fmt::print("  peak {:.0f} GFLOP/s on one core; copying", entry["peak_gflop_s"].get<double>());
        for (const auto& bandwidth : entry["bandwidth"]) {
            fmt::print(" {:.0f} GB/s in {} KiB;", bandwidth["gb_s"].get<double>(),
                       bandwidth["working_set_bytes"].get<std::uint64_t>() / 1024);
        }
        fmt::print("\n");
    }
    return kFine;
}

} // namespace

void add_devices(Program& program) {
    auto common = std::make_shared<Common>();
    auto calibrate = std::make_shared<bool>(false);
    CLI::App* command =
        program.app.add_subcommand("devices", "The devices that can judge, and how fast they are at best");
    command->footer("Example: mkb devices --calibrate");
    add_common(*command, *common);
    command->add_flag("--calibrate", *calibrate, "Measure bandwidth and peak (kept in the cache)");
    program.commands.emplace_back(command, [common, calibrate] { return run(*common, *calibrate); });
}

} // namespace mkb::cli
