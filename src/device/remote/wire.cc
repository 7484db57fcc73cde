#include "device/remote/wire.h"

namespace mkb::wire {

namespace {

constexpr std::uint64_t kMostItems = 10'000; ///< in any list

void pack_texts(Packer& packer, const std::vector<std::string>& texts) {
    packer.number(texts.size());
    for (const std::string& text : texts) {
        packer.text(text);
    }
}

bool unpack_texts(Unpacker& unpacker, std::vector<std::string>& texts) {
    const std::uint64_t count = unpacker.number();
    if (count > kMostItems) {
        return false;
    }
    for (std::uint64_t i = 0; i < count && unpacker.ok(); ++i) {
        texts.push_back(unpacker.text());
    }
    return unpacker.ok();
}

void pack_file(Packer& packer, const RequestFile& file) {
    packer.text(file.name);
    packer.text(file.sha256);
    packer.number(file.size);
    packer.number(file.executable ? 1 : 0);
}

RequestFile unpack_file(Unpacker& unpacker) {
    RequestFile file;
    file.name = unpacker.text();
    file.sha256 = unpacker.text();
    file.size = unpacker.number();
    file.executable = unpacker.number() != 0;
    return file;
}

} // namespace

std::string pack(const Request& request) {
    Packer packer;
    packer.text(request.action);
    pack_texts(packer, request.argv);
    packer.number(request.files.size());
    for (const RequestFile& file : request.files) {
        pack_file(packer, file);
    }
    pack_texts(packer, request.pull);
    packer.number(request.wall_ms);
    packer.number(request.output_bytes);
    packer.number(request.pull_bytes);
    packer.text(request.cores);
    return packer.take();
}

bool unpack(std::string_view bytes, Request& request) {
    Unpacker unpacker(bytes);
    request.action = unpacker.text();
    if (!unpack_texts(unpacker, request.argv)) {
        return false;
    }
    const std::uint64_t files = unpacker.number();
    if (files > kMostItems) {
        return false;
    }
    for (std::uint64_t i = 0; i < files && unpacker.ok(); ++i) {
        request.files.push_back(unpack_file(unpacker));
    }
    if (!unpack_texts(unpacker, request.pull)) {
        return false;
    }
    request.wall_ms = unpacker.number();
    request.output_bytes = unpacker.number();
    request.pull_bytes = unpacker.number();
    request.cores = unpacker.text();
    return unpacker.ok() && unpacker.at_end();
}

std::string pack(const Ended& ended) {
    Packer packer;
    packer.number(static_cast<std::uint64_t>(ended.how));
    packer.number(ended.code);
    packer.number(ended.out_cut ? 1 : 0);
    packer.number(ended.err_cut ? 1 : 0);
    return packer.take();
}

bool unpack(std::string_view bytes, Ended& ended) {
    Unpacker unpacker(bytes);
    const std::uint64_t how = unpacker.number();
    ended.code = unpacker.number();
    ended.out_cut = unpacker.number() != 0;
    ended.err_cut = unpacker.number() != 0;
    ended.how = static_cast<How>(how);
    return unpacker.ok() && unpacker.at_end() && how <= static_cast<std::uint64_t>(How::timed_out);
}

std::string frame_header(Frame kind, std::uint64_t size) {
    Packer packer;
    packer.number(size);
    return std::string(1, static_cast<char>(kind)) + packer.take();
}

} // namespace mkb::wire
