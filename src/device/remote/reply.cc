#include "device/remote/reply.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>

namespace mkb {

namespace {

constexpr std::size_t kMostBannerBytes = 1U << 16; ///< of what a login shell prints before the keeper's first word
constexpr std::size_t kMostItems = 10'000;         ///< of any kind in one reply

} // namespace

void KeeperReply::take(std::string_view bytes) {
    if (!broken_.empty() || done_) {
        return;
    }
    pending_ += bytes;
    if (!greeted_) {
        const std::size_t at = pending_.find(wire::kGreeting);
        if (at == std::string::npos) {
            // What may be the greeting's beginning stays.
            if (pending_.size() > kMostBannerBytes) {
                pending_.erase(0, pending_.size() - wire::kGreeting.size());
            }
            return;
        }
        greeted_ = true;
        pending_.erase(0, at + wire::kGreeting.size());
    }
    std::size_t at = 0;
    while (broken_.empty() && !done_ && pending_.size() - at >= wire::kFrameHeaderBytes) {
        const auto kind = static_cast<wire::Frame>(pending_[at]);
        const std::uint64_t size =
            wire::Unpacker(std::string_view(pending_).substr(at + 1, wire::kFrameHeaderBytes - 1)).number();
        if (size > wire::kMostFrameBytes) {
            broken_ = fmt::format("a frame of {} bytes", size);
            break;
        }
        if (pending_.size() - at - wire::kFrameHeaderBytes < size) {
            break;
        }
        take_frame(kind, std::string_view(pending_).substr(at + wire::kFrameHeaderBytes, size));
        at += wire::kFrameHeaderBytes + size;
    }
    pending_.erase(0, at);
}

void KeeperReply::take_frame(wire::Frame kind, std::string_view content) {
    if (missing.size() + facts.size() > kMostItems) {
        broken_ = "too many frames";
        return;
    }
    wire::Unpacker unpacker(content);
    switch (kind) {
    case wire::Frame::out:
        out += content;
        return;
    case wire::Frame::err:
        err += content;
        return;
    case wire::Frame::missing:
        missing.emplace_back(content);
        return;
    case wire::Frame::ended: {
        wire::Ended end;
        if (!wire::unpack(content, end)) {
            broken_ = "no end that can be read";
        }
        ended = end;
        return;
    }
    case wire::Frame::file:
        open_file(std::string(content));
        return;
    case wire::Frame::data:
        write_data(content);
        return;
    case wire::Frame::too_large:
        too_large = content;
        return;
    case wire::Frame::trouble: {
        const std::uint64_t number = unpacker.number();
        trouble = {static_cast<wire::TroubleKind>(number), unpacker.text()};
        return;
    }
    case wire::Frame::fact: {
        const std::string name = unpacker.text();
        facts[name] = unpacker.text();
        return;
    }
    case wire::Frame::done:
        file_.reset();
        done_ = true;
        return;
    }
    broken_ = fmt::format("a frame of unknown kind {}", static_cast<int>(kind));
}

void KeeperReply::open_file(const std::string& name) {
    if (std::ranges::find(pull_, name) == pull_.end() || std::ranges::find(pulled, name) != pulled.end()) {
        broken_ = "a file that nobody asked for";
        return;
    }
    const std::filesystem::path path = pull_folder_ / name;
    file_ = Descriptor(open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
    if (!file_) {
        write_trouble_ = fmt::format("{}: {}", path.string(), std::strerror(errno));
        return;
    }
    pulled.push_back(name);
}

void KeeperReply::write_data(std::string_view bytes) {
    if (file_ && !write_all(file_.get(), bytes)) {
        write_trouble_ = fmt::format("{}: {}", (pull_folder_ / pulled.back()).string(), std::strerror(errno));
        file_.reset();
    }
}

} // namespace mkb
