#pragma once
// What the keeper sends, read as it arrives. Whatever comes is only data: a file is written where the host wanted one,
// and nothing that does not fit the format counts.
#include "base/descriptor.h"
#include "base/result.h"
#include "device/device.h"
#include "device/remote/wire.h"

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mkb {

class KeeperReply {
public:
    /// Files named in `pull` are written below `pull_folder`.
    explicit KeeperReply(std::vector<std::string> pull = {}, std::filesystem::path pull_folder = {})
        : pull_(std::move(pull)), pull_folder_(std::move(pull_folder)) {}
    /// The next piece of standard output.
    void take(std::string_view bytes);

    bool greeted() const { return greeted_; } ///< the keeper was started
    bool done() const { return done_ && broken_.empty(); }
    std::optional<wire::Ended> ended;
    std::string out, err;
    std::vector<std::string> pulled, missing;
    std::string too_large;                    ///< name of a file that is not brought back
    std::map<std::string, std::string> facts; ///< by name
    std::optional<std::pair<wire::TroubleKind, std::string>> trouble;
    /// This machine could not write what came back.
    const std::string& write_trouble() const { return write_trouble_; }
    /// What came is not what a keeper sends; or empty.
    const std::string& broken() const { return broken_; }

private:
    void take_frame(wire::Frame kind, std::string_view content);
    void open_file(const std::string& name);
    void write_data(std::string_view bytes);

    std::vector<std::string> pull_;
    std::filesystem::path pull_folder_;
    std::string pending_, write_trouble_, broken_;
    Descriptor file_;
    bool greeted_ = false, done_ = false;
};

} // namespace mkb
