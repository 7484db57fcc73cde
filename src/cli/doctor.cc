#include "base/cache.h"
#include "base/find_program.h"
#include "base/progress.h"
#include "cli/cli.h"
#include "device/jail_here.h"
#include "framework/mnn/compiler_jail.h"
#include "verify/oracle.h"

#include <fmt/format.h>
#include <thread>
#include <unistd.h>

namespace mkb::cli {

namespace {

struct Options {
    Common common;
    bool prepare = false;
    std::vector<std::string> targets = {"host"};
};

struct Finding {
    std::string what;
    bool fine = true;
    std::string found;    ///< what is here
    std::string cost;     ///< what its absence costs
    bool passing = false; ///< a state of this moment: shown, but no reason for an exit code
};

Finding program(const char* name, const char* cost) {
    const auto place = find_program(name);
    return {.what = name, .fine = place.has_value(), .found = place ? place->string() : "missing", .cost = cost};
}

Finding cache() {
    const std::filesystem::path folder = cache_dir();
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    const bool writable = access(folder.c_str(), W_OK) == 0;
    const auto space = std::filesystem::space(folder, error);
    constexpr double kGigabyte = 1e9;
    return {.what = "cache",
            .fine = writable,
            .found = fmt::format("{}{}, {:.0f} GB free", folder.string(), writable ? "" : " (read-only)",
                                 error ? 0 : static_cast<double>(space.available) / kGigabyte),
            .cost = "nothing new can be built; set MKB_CACHE to a folder that can be written"};
}

Finding framework(Target target, bool prepare) {
    Finding finding{
        .what = fmt::format("framework, {}", name_of(target)),
        .cost = "the first judgement builds it: about ten minutes on two cores; 'mkb doctor --prepare' does it now"};
    if (!prepare) {
        finding.found = "not looked at; --prepare builds what is missing";
        return finding;
    }
    const auto mnn = make_mnn(target);
    const auto facts = mnn->facts();
    finding.fine = facts.has_value();
    finding.found = facts ? fmt::format("{} {} from {}, {}, {}", facts->name, facts->version, facts->source,
                                        facts->compiler, facts->build_key)
                          : facts.error().message;
    return finding;
}

/// The row of docs/jail.md that holds on this machine.
Finding candidates_jail(bool bubblewrap) {
    const JailHere here = jail_here();
    return {.what = "candidate's jail",
            .fine = here.missing.empty(),
            .found = fmt::format("{}{}{}; docs/jail.md: '{}'{}", fmt::join(here.layers, " "),
                                 here.missing.empty() ? "" : ", without ", fmt::join(here.missing, " "), here.row,
                                 bubblewrap ? "" : ", 'without bubblewrap'"),
            .cost = "a hostile kernel meets fewer walls; records say 'partial'"};
}

Finding emulation() {
    const auto facts = make_qemu_device()->facts();
    return {.what = "device qemu",
            .fine = facts.has_value(),
            .found = facts ? facts->cpu : facts.error().message,
            .cost = "a kernel for aarch64 can be built here, but not run"};
}

Result<std::vector<Finding>> look(const Options& options) {
    std::vector<Finding> findings = {
        program("clang++-19", "no candidate can be built; script/build installs it"),
        program("ld.lld-19", "no candidate can be linked; script/build installs it"),
        program("llvm-symbolizer-19", "crash reports name no function; script/build installs it"),
        program("cmake", "the framework cannot be built; script/build installs it"),
        program("ninja", "the framework cannot be built; script/build installs it"),
        program("cargo", "MNN's sources cannot be fetched; name a tree with MNN_SOURCE, or run script/build"),
    };
    const bool jailed = mnn::bubblewrap_works();
    findings.push_back(
        {.what = "compiler's jail",
         .fine = jailed,
         .found = jailed ? "bubblewrap" : "limits only",
         .cost = "a hostile source can read this machine's files while it compiles; records say 'partial'"});
    findings.push_back(candidates_jail(jailed));
    findings.push_back({.what = "oracle", .found = "ONNX Runtime " + oracle_version()});
    findings.push_back(cache());
    const unsigned cores = std::thread::hardware_concurrency();
    findings.push_back({.what = "cores",
                        .fine = cores >= 2,
                        .found = std::to_string(cores),
                        .cost = "timing and this program share one core: intervals get wider"});
    MKB_TRY(quiet, make_local_device()->quiet());
    findings.push_back({.what = "quiet",
                        .fine = quiet.busy_share < kQuietBusyShare,
                        .found = fmt::format("{:.0f} % busy now", 100 * quiet.busy_share),
                        .cost = "records say that the device was not quiet; close what runs beside",
                        .passing = true});
    for (const std::string& name : options.targets) {
        MKB_TRY(target, target_named(name));
        if (target == Target::aarch64) {
            findings.push_back(emulation());
        }
        findings.push_back(framework(target, options.prepare));
    }
    return findings;
}

Result<int> run(const Options& options) {
    MKB_TRY(findings, look(options));
    const bool fine =
        std::ranges::all_of(findings, [](const Finding& finding) { return finding.fine || finding.passing; });
    if (options.common.json) {
        nlohmann::json list = nlohmann::json::array();
        for (const Finding& finding : findings) {
            list.push_back({{"what", finding.what},
                            {"fine", finding.fine},
                            {"found", finding.found},
                            {"cost", finding.fine ? "" : finding.cost}});
        }
        fmt::print("{}\n", nlohmann::json{{"fine", fine}, {"findings", list}}.dump(2));
        return fine ? kFine : kNo;
    }
    const bool colour = colour_wanted();
    for (const Finding& finding : findings) {
        const char* mark = finding.fine ? (colour ? "\033[32mok     \033[0m" : "ok     ")
                                        : (colour ? "\033[31mmissing\033[0m" : "missing");
        fmt::print("{}  {:<20} {}\n", mark, finding.what, finding.found);
        if (!finding.fine) {
            fmt::print("         {:<20} {}\n", "", finding.cost);
        }
    }
    return fine ? kFine : kNo;
}

} // namespace

void add_doctor(Program& program) {
    auto options = std::make_shared<Options>();
    CLI::App* command = program.app.add_subcommand("doctor", "What is here, what is missing, and what that costs");
    command->footer("Example: mkb doctor --prepare --targets host,aarch64");
    add_common(*command, options->common);
    command->add_flag("--prepare", options->prepare,
                      "Fetch and build the framework and the runner now, if they are not in the cache");
    command
        ->add_option("--targets", options->targets,
                     "What to look at or prepare the framework for: host, aarch64, android")
        ->delimiter(',')
        ->capture_default_str();
    program.commands.emplace_back(command, [options] { return run(*options); });
}

} // namespace mkb::cli
