#pragma once
// Which device a job got. Slurm counts a node's devices (gres `device`) and gives a job some of their numbers; a text
// file says what is behind each number (docs/cluster.md).
#include "base/result.h"

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mkb::slurm {

struct MappedDevice {
    std::string node; ///< "*": any
    int number = 0;   ///< from 0, as in gres.conf
    std::string device;
    std::string adb_server; ///< for ADB_SERVER_SOCKET, as in "tcp:lab:5037"; empty: as it is
};

/// Lines of "node number device [adb-server]"; # begins a comment. bad_input with the line's number for anything else,
/// and for a second line of the same node and number.
Result<std::vector<MappedDevice>> parse_device_map(std::string_view text);
/// The same of a file, which an error names.
Result<std::vector<MappedDevice>> read_device_map(const std::filesystem::path& file);
/// The node's own lines, or those of "*" where it has none.
std::vector<MappedDevice> devices_of(const std::vector<MappedDevice>& map, std::string_view node);

/// Where a job runs, by Slurm's variables; bad_input outside of a job array.
struct Site {
    std::string node;
    std::string job_id; ///< the element's own, for scontrol
    std::string job;    ///< as Slurm shows it: "12_3"
    int index = 0;      ///< of the array
    int restarts = 0;   ///< how often Slurm began it anew
};
Result<Site> this_site();

/// The first device number in what `scontrol show job -d` prints for this node: "Nodes=n1 … GRES=device:1(IDX:2)".
std::optional<int> device_number(std::string_view shown, std::string_view node);
/// Asks scontrol, and again while the controller does not answer; transient after two minutes. bad_input where Slurm
/// counts a node's devices without numbering them.
Result<int> ask_device_number(const Site& site);

} // namespace mkb::slurm
