#include "device/remote/installation.h"

#include "base/files.h"
#include "base/hash.h"
#include "base/shell.h"

#include <algorithm>
#include <sstream>
#include <utility>

namespace mkb {

namespace {

constexpr std::chrono::milliseconds kScriptTime{60'000};
constexpr const char* kProbe = "mkb-probe 1"; ///< in front of the probe's answers
constexpr std::size_t kMostScriptOutput = 1U << 16;
constexpr int kGaveUp = 73; ///< exit code of our own scripts: a file could not be written
constexpr const char* kInstalled = "mkb-installed";
constexpr const char* kKeptFolder = "mkb-kept"; ///< as src/device/keeper/folders.h has it
constexpr std::size_t kNameDigits = 16;         ///< of a keeper's hash, in its name

struct Probed {
    Installation there;
    bool has_keeper = false;
};

const Keeper* keeper_for(const std::vector<Keeper>& keepers, const std::string& machine) {
    const auto found = std::ranges::find(keepers, machine, &Keeper::machine);
    return found != keepers.end() ? &*found : nullptr;
}

/// What a script of ours printed, from `wanted` on. environment when it gave up by itself, saying what it could not
/// write.
Result<std::string> run_script(Connection& connection, const std::string& script, std::string input,
                               const char* wanted) {
    std::string out;
    const auto take = [&](std::string_view piece) { out += out.size() < kMostScriptOutput ? piece : ""; };
    MKB_TRY(ended, connection.shell({.line = in_sh(script),
                                     .input = std::move(input),
                                     .input_when = {},
                                     .wall_time = kScriptTime,
                                     .on_stdout = take}));
    if (const std::size_t at = out.find(wanted); ended.ok() && at != std::string::npos) {
        return out.substr(at);
    }
    if (ended.how == ProcessExit::How::exited && ended.code == kGaveUp) {
        return fail(ErrorKind::environment,
                    "device {}: {}; free some space there, or name another folder with MKB_DEVICE_FOLDER",
                    connection.name(), first_line(ended.err));
    }
    return std::unexpected(connection.trouble(ended));
}

Result<Probed> probe(Connection& connection, const std::vector<Keeper>& keepers) {
    std::string known;
    for (const Keeper& keeper : keepers) {
        known += fmt::format("{}) k={};; ", keeper.machine, keeper.sha256.substr(0, kNameDigits));
    }
    const std::string script =
        fmt::format("umask 022; {0}; m=$(uname -m); case $m in {1} *) k=;; esac; mkdir -p \"$base/{2}\" || exit {3}; "
                    "p() {{ getprop \"$1\" 2>/dev/null; }}; "
                    "printf '%s\\n' '{4}' \"$(uname -s)\" \"$m\" \"$base\" \"$(p ro.build.version.sdk)\" "
                    "\"$(p ro.product.manufacturer) $(p ro.product.model)\"; "
                    "test -x \"$base/{2}/keeper-$k\" && echo there; exit 0",
                    connection.base_folder(), known, kKeptFolder, kGaveUp, kProbe);
    MKB_TRY(out, run_script(connection, script, {}, kProbe));
    std::istringstream lines(out);
    Probed found;
    std::string line, system, sdk;
    for (std::string* value : {&line, &system, &found.there.machine, &found.there.base, &sdk, &found.there.product}) {
        std::getline(lines, *value);
    }
    found.there.android = !sdk.empty();
    found.has_keeper = static_cast<bool>(std::getline(lines, line)) && line.starts_with("there");
    const Keeper* keeper = keeper_for(keepers, found.there.machine);
    if (system != "Linux" || keeper == nullptr) {
        std::vector<std::string> machines;
        std::ranges::transform(keepers, std::back_inserter(machines), &Keeper::machine);
        return fail(ErrorKind::environment, "device {}: is a {} {}; mkb can judge on Linux on {}", connection.name(),
                    system, found.there.machine, fmt::join(machines, " and "));
    }
    found.there.keeper =
        fmt::format("{}/{}/keeper-{}", found.there.base, kKeptFolder, keeper->sha256.substr(0, kNameDigits));
    return found;
}

/// Only whole, and under its name only when it is.
Result<void> install(Connection& connection, const std::string& path, const std::string& bytes) {
    const std::string script = fmt::format(
        "umask 022; f={}; t=\"$f.new-$$\"; cat >\"$t\" && test \"$(wc -c <\"$t\")\" -eq {} && chmod 555 \"$t\" && "
        "mv -f \"$t\" \"$f\" && echo {} || {{ rm -f \"$t\"; exit {}; }}",
        shell_word(path), bytes.size(), kInstalled, kGaveUp);
    MKB_DO(run_script(connection, script, bytes, kInstalled));
    return {};
}

} // namespace

Result<std::vector<Keeper>> load_keepers() {
    std::vector<Keeper> keepers;
    for (const auto& [machine, path] : {std::pair{kHostMachine, MKB_KEEPER_HOST}, {"aarch64", MKB_KEEPER_AARCH64}}) {
        if (*path == '\0') {
            continue;
        }
        auto bytes = read_file(path);
        if (!bytes) {
            return fail(ErrorKind::environment, "{}: {}; run script/build", path, bytes.error().message);
        }
        std::string hash = sha256_hex(*bytes);
        keepers.push_back({.machine = machine, .bytes = std::move(*bytes), .sha256 = std::move(hash)});
    }
    return keepers;
}

Result<Installation> find_or_bring_keeper(Connection& connection, const std::vector<Keeper>& keepers) {
    MKB_TRY(found, probe(connection, keepers));
    if (!found.has_keeper) {
        MKB_DO(install(connection, found.there.keeper, keeper_for(keepers, found.there.machine)->bytes));
    }
    return std::move(found.there);
}

std::string in_sh(const std::string& script) {
    return "exec sh -c " + shell_word(script);
}

std::string first_line(const std::string& text) {
    return text.substr(0, text.find('\n'));
}

} // namespace mkb
