// Both ends of executor slurm: what mkb opens, and the command that its jobs run.
#include "executor/slurm/slurm.h"

#include "cli/cli.h"
#include "executor/slurm/job.h"
#include "executor/slurm/queue.h"

#include <fmt/format.h>
#include <set>

namespace mkb::cli {

namespace {

struct JobOptions {
    std::string spool, array;
};

/// The program that runs now, under its own name: nodes see it on the same file system.
Result<std::string> this_program() {
    std::error_code error;
    const auto path = std::filesystem::read_symlink("/proc/self/exe", error);
    if (error) {
        return fail(ErrorKind::environment, "/proc/self/exe cannot be read ({}); is /proc there?", error.message());
    }
    return path.string();
}

/// Frameworks of this machine: what a record's key holds of them. Nodes have the same program and build the same.
Result<KeyPlace> key_place(const Where& where) {
    KeyPlace place{.framework = {}, .also = {}, .device = {}, .cores = where.cores};
    MKB_TRY(own, make_mnn(Target::host)->facts());
    place.framework = own.build_key;
    for (const std::string& name : where.targets) {
        MKB_TRY(target, target_named(name));
        MKB_TRY(facts, make_mnn(target)->facts());
        place.also.push_back(facts.build_key);
    }
    return place;
}

struct OnNodes {
    slurm::Where where;
    std::vector<std::string> devices; ///< each once
};

Result<OnNodes> where_on_nodes(const Where& where) {
    slurm::Where there{.device = where.device,
                       .map = {},
                       .targets = where.targets,
                       .cores = where.cores,
                       .cool_down_s = where.cool_down_s};
    if (where.device.starts_with("pool:")) {
        return fail(ErrorKind::bad_input,
                    "--device {}: over slurm a pool is Slurm's; name its devices in a file, "
                    "--slurm-devices (docs/cluster.md)",
                    where.device);
    }
    MKB_TRY(device, device_named(where.device));
    std::set<std::string> devices = {where.device};
    if (!where.slurm_devices.empty()) {
        devices.clear();
        MKB_TRY(map, slurm::read_device_map(where.slurm_devices));
        for (const slurm::MappedDevice& each : map) {
            MKB_TRY(known, device_named(each.device));
            devices.insert(each.device);
        }
        there.map = std::filesystem::absolute(where.slurm_devices);
    }
    return OnNodes{.where = std::move(there), .devices = {devices.begin(), devices.end()}};
}

Result<slurm::OpenPlace> open_place(const std::string& device, const slurm::Request& request) {
    MKB_TRY(bench, open_workbench({.device = device,
                                   .targets = request.where.targets,
                                   .cores = request.where.cores,
                                   .cool_down_s = request.where.cool_down_s}));
    auto kept = std::make_shared<Workbench>(std::move(bench));
    return slurm::OpenPlace{.place = place_of(*kept->judge), .behind = kept};
}

Result<int> run_job(const JobOptions& options) {
    MKB_TRY(site, slurm::this_site());
    MKB_DO(slurm::run_job(options.spool, options.array, site,
                          {.open = open_place, .say = [](const std::string& line) { fmt::print("{}\n", line); }}));
    return kFine;
}

} // namespace

Result<std::unique_ptr<Executor>> open_slurm(const Where& where, const std::filesystem::path& run) {
    MKB_TRY(options, slurm::parse_sbatch_options(where.slurm_options));
    MKB_TRY(there, where_on_nodes(where));
    MKB_TRY(key, key_place(where));
    MKB_TRY(program, this_program());
    return slurm::make_executor({.spool = run / "slurm",
                                 .program = {program, "slurm-job"},
                                 .options = std::move(options),
                                 .where = std::move(there.where),
                                 .key = std::move(key),
                                 .devices = std::move(there.devices),
                                 .width = where.slurm_jobs,
                                 .say = [](const std::string& line) { fmt::print(stderr, "mkb: {}\n", line); }});
}

void add_slurm_job(Program& program) {
    auto options = std::make_shared<JobOptions>();
    CLI::App* command =
        program.app.add_subcommand("slurm-job", "What Slurm starts for --executor slurm: judge one candidate");
    command->footer("Example: mkb slurm-job runs/mine/slurm 8c1f2a… (inside a job; mkb submits it by itself)\n"
                    "Exit code: 0 a reply is in the spool, else as everywhere. See docs/cluster.md");
    command->add_option("spool", options->spool, "The run's folder slurm/")->required();
    command->add_option("array", options->array, "Name of the job array's requests in it")->required();
    program.commands.emplace_back(command, [options] { return run_job(*options); });
}

} // namespace mkb::cli
