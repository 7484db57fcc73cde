// mkb-keeper: the host's hand on a device that is reached through a shell (src/device/remote). One static program: it
// keeps files by their hash, runs one command in a fresh folder under its limits, brings the results back, and leaves
// nothing behind, also when the host or the network goes away. `mkb-keeper BASE` reads one request from standard input.
#include "device/keeper/command.h"
#include "device/keeper/cores.h"
#include "device/keeper/folders.h"
#include "device/keeper/look.h"
#include "device/keeper/report.h"

#include <csignal>
#include <cstdio>

namespace {

using namespace mkb;

constexpr int kBadRequest = 64;

bool plain_names(const wire::Request& request) {
    const auto plain = [](const std::string& name) {
        return !name.empty() && name != "." && name != ".." && name.find('/') == std::string::npos;
    };
    for (const wire::RequestFile& file : request.files) {
        if (!plain(file.name) || (!file.sha256.empty() && !plain(file.sha256))) {
            return false;
        }
    }
    for (const std::string& name : request.pull) {
        if (!plain(name)) {
            return false;
        }
    }
    return request.action != "run" || (!request.argv.empty() && plain(request.argv.front()));
}

bool read_request(wire::Request& request) {
    std::string size(8, '\0');
    if (!keeper::receive(size.data(), size.size())) {
        return false;
    }
    const std::uint64_t bytes = wire::Unpacker(size).number();
    if (bytes > wire::kMostRequestBytes) {
        return false;
    }
    std::string packed(bytes, '\0');
    return keeper::receive(packed.data(), packed.size()) && wire::unpack(packed, request) && plain_names(request);
}

bool store(const wire::Request& request, keeper::Kept& kept) {
    for (const wire::RequestFile& file : request.files) {
        if (!kept.store(file, request.files)) {
            return false;
        }
    }
    return true;
}

/// False when it did not come to that; the host knows why.
bool run(const wire::Request& request, const keeper::Kept& kept) {
    bool complete = true;
    for (const wire::RequestFile& file : request.files) {
        if (!file.sha256.empty() && !kept.has(file.sha256)) {
            complete = false;
            keeper::send(wire::Frame::missing, file.sha256);
        }
    }
    if (!complete) { // it will be asked for again, with them
        return false;
    }
    keeper::WorkFolder folder(kept);
    return keeper::run_on(request.cores) && folder.make() && folder.fill(request) &&
           keeper::run_command(request, folder.path()) && keeper::send_results(request, folder.path());
}

} // namespace

int main(int argc, char** argv) {
    std::signal(SIGPIPE, SIG_IGN);
    // Who asks gives the request away when it has seen this, and so knows of everything that may have begun here.
    std::fwrite(wire::kGreeting.data(), 1, wire::kGreeting.size(), stdout);
    std::fflush(stdout);
    wire::Request request;
    if (argc != 2 || !read_request(request)) {
        std::fprintf(stderr, "mkb-keeper BASE: runs one request of mkb from standard input\n");
        return kBadRequest;
    }
    keeper::Kept kept(argv[1]);
    if (request.action == "look") {
        keeper::send_facts(request.cores);
    } else if (!kept.open() || !(request.action == "store" ? store(request, kept) : run(request, kept))) {
        keeper::swallow_the_rest();
    }
    // Trouble was said where there was any; `done` says that nothing is left here.
    keeper::send(wire::Frame::done, {});
    return 0;
}
