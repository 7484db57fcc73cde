// mkb-runner: the small program that runs on the device. `mkb-runner job.json` supervises; `mkb-runner --child` is one
// of its children. Writes result.cbor and outputs.bin beside the job. Exit code 0: the result is written, whatever
// became of the candidate.
#include "channel.h"
#include "device/job.h"
#include "mnn/child.h"
#include "supervisor.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace {

constexpr int kBadJob = 64;
constexpr int kCannotWrite = 74;

/// False with errno.
bool write_file(const char* path, const void* data, std::size_t size) {
    std::FILE* file = std::fopen(path, "wb");
    if (file == nullptr) {
        return false;
    }
    const bool written = std::fwrite(data, 1, size, file) == size;
    const int reason = errno;
    const bool closed = std::fclose(file) == 0;
    if (!written) {
        errno = reason;
    }
    return written && closed;
}

bool read_job(const char* path, mkb::job::Job& job) {
    std::ifstream file(path, std::ios::binary);
    const nlohmann::json content = nlohmann::json::parse(file, nullptr, false);
    std::string reason = "is not JSON";
    if (content.is_object()) {
        reason.clear();
    }
    if (!reason.empty() || !mkb::job::from_json(content, job, reason)) {
        std::fprintf(stderr, "%s: %s\n", path, reason.c_str());
        return false;
    }
    return true;
}

int supervise(const char* path) {
    mkb::job::Job job;
    if (!read_job(path, job)) {
        return kBadJob;
    }
    mkb::job::JobResult result;
    std::string outputs;
    const std::uint64_t start = mkb::runner::now_ns();
    const mkb::runner::Cores cores = mkb::runner::pin(job);
    result.core = cores.first;
    if (job.mode == "verify") {
        mkb::runner::verify(job, result, outputs);
    } else if (job.mode == "measure") {
        mkb::runner::measure(job, cores, result, outputs);
    } else if (job.mode == "expand" || job.mode == "inspect") {
        mkb::runner::ask(job, result, outputs);
    } else if (job.mode == "count") {
        mkb::runner::count(job, result, outputs);
    } else if (job.mode == "calibrate") {
        mkb::runner::calibrate(result);
    } else {
        std::fprintf(stderr, "%s: unknown mode '%s'\n", path, job.mode.c_str());
        return kBadJob;
    }
    result.wall_ms = static_cast<double>(mkb::runner::now_ns() - start) / 1e6;
    const std::vector<std::uint8_t> packed = nlohmann::json::to_cbor(mkb::job::to_json(result));
    if (!write_file("outputs.bin", outputs.data(), outputs.size()) ||
        !write_file("result.cbor", packed.data(), packed.size())) {
        std::fprintf(stderr, "its result could not be written: %s\n", std::strerror(errno));
        return kCannotWrite;
    }
    return 0;
}

} // namespace

int main(int argc, char** argv) {
    if (argc == 2 && std::strcmp(argv[1], "--child") == 0) {
        return mkb::runner::child_main();
    }
    if (argc == 2) {
        return supervise(argv[1]);
    }
    std::fprintf(stderr, "usage: mkb-runner job.json\n");
    return kBadJob;
}
