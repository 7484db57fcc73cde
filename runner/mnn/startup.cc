#include "mnn/startup.h"

#include "crash.h"
#include "layout.h"
#include "mnn/child.h"
#include "mnn/dispatch.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <dlfcn.h>
#include <fstream>
#include <link.h>
#include <memory>
#include <nlohmann/json.hpp>
#include <sstream>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

namespace mkb::runner {

namespace {

std::string read_descriptor(int descriptor) {
    struct stat facts{};
    fstat(descriptor, &facts);
    std::string text(static_cast<std::size_t>(facts.st_size), '\0');
    std::size_t done = 0;
    while (done < text.size()) {
        const ssize_t got = pread(descriptor, text.data() + done, text.size() - done, static_cast<off_t>(done));
        if (got <= 0) {
            break;
        }
        done += static_cast<std::size_t>(got);
    }
    return text;
}

/// `populate`: with its pages already there, since the first run in each place would pay for them one by one.
void* map_descriptor(int descriptor, std::size_t bytes, int protection, bool populate = false) {
    void* memory = mmap(nullptr, bytes, protection, MAP_SHARED | (populate ? MAP_POPULATE : 0), descriptor, 0);
    close(descriptor);
    return memory == MAP_FAILED ? nullptr : memory;
}

struct LoadedFile {
    const char* name;
    std::uint64_t base;
};

int base_of(dl_phdr_info* info, std::size_t, void* data) {
    auto* wanted = static_cast<LoadedFile*>(data);
    if (info->dlpi_name != nullptr && std::strstr(info->dlpi_name, wanted->name) != nullptr) {
        wanted->base = info->dlpi_addr;
        return 1;
    }
    return 0;
}

std::uint64_t base_of(const char* name) {
    LoadedFile file{.name = name, .base = 0};
    dl_iterate_phdr(base_of, &file);
    return file.base;
}

} // namespace

Startup start_child() {
    Startup child;
    child.channel = static_cast<Channel*>(map_descriptor(kChannelFd, sizeof(Channel), PROT_READ | PROT_WRITE));
    if (child.channel == nullptr) {
        _exit(4);
    }
    watch().channel = child.channel;
    install_crash_handlers(*child.channel);
    const nlohmann::json from = nlohmann::json::parse(read_descriptor(kJobFd), nullptr, false);
    close(kJobFd);
    std::string reason;
    if (!from.is_object() || !job::from_json(from.value("job", nlohmann::json()), child.job, reason)) {
        world_trouble("the child's job cannot be read: " + reason);
    }
    child.candidate = from.value("candidate", false);
    child.layout = layout_of(child.job);
    const bool timed = child.job.mode == "measure";
    child.inputs =
        static_cast<const std::byte*>(map_descriptor(kInputsFd, child.layout.inputs_bytes, PROT_READ, timed));
    child.outputs =
        static_cast<std::byte*>(map_descriptor(kOutputsFd, child.layout.outputs_bytes, PROT_READ | PROT_WRITE, timed));
    if (child.inputs == nullptr || child.outputs == nullptr) {
        world_trouble("shared memory could not be mapped");
    }
#ifdef __GLIBC__
    // One arena for all threads: others grow with mprotect, which the jail does not allow.
    mallopt(M_ARENA_MAX, 1);
#endif
    const std::string& in_tree = child.job.in_tree.library;
    child.channel->library_base = base_of(in_tree.empty() ? "libMNN.so" : in_tree.c_str());
    if (child.channel->library_base == 0) {
        world_trouble("the framework's library is not loaded");
    }
    setvbuf(stdout, nullptr, _IOLBF, 1024);
    return child;
}

void let_candidate_in(Channel& channel) {
    channel.stage.store(Stage::load);
    pass_turn(channel.turn, 0);
    wait_for_turn(channel.turn, 1, kForeverNs);
}

void world_trouble(const std::string& text) {
    end_with(Status::world, "", text.c_str());
}

std::string read_whole(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

std::string path_beside(const std::string& name) {
    if (name.empty()) {
        return "";
    }
    const std::unique_ptr<char, decltype(&std::free)> folder(getcwd(nullptr, 0), &std::free);
    return std::string(folder != nullptr ? folder.get() : ".") + "/" + name;
}

namespace {

[[noreturn]] void no_entry(const char* entry) {
    end_with(Status::load_failed, "", (std::string("nothing was registered: the candidate has no ") + entry).c_str());
}

} // namespace

void* open_plugin(Channel& channel, const std::string& path, const char* entry) {
    channel.stage.store(Stage::load);
    ++watch().in_candidate;
    void* handle = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (handle == nullptr) {
        end_with(Status::load_failed, "", dlerror());
    }
    channel.plugin_base = base_of(path.c_str());
    void* function = dlsym(handle, entry);
    if (function == nullptr) {
        no_entry(entry);
    }
    --watch().in_candidate;
    return function;
}

void* open_in_tree(Channel& channel, const job::InTree& in_tree, const char* entry) {
    channel.stage.store(Stage::load);
    // With what a loader passes, and where it would call those of a plug-in.
    using Constructor = void (*)(int, char**, char**);
    auto* table = reinterpret_cast<Constructor*>(channel.library_base + in_tree.constructors);
    char* nothing[] = {nullptr};
    ++watch().in_candidate;
    for (std::uint64_t i = 0; i < in_tree.constructor_count; ++i) {
        table[i](0, nothing, nothing);
    }
    --watch().in_candidate;
    void* function = dlsym(RTLD_DEFAULT, entry);
    if (function == nullptr) {
        no_entry(entry);
    }
    return function;
}

bool leave_answer(const Startup& child, const std::string& bytes) {
    std::uint32_t count = child.channel->outputs_count;
    std::uint64_t offset = 0;
    for (std::uint32_t i = 0; i < count; ++i) {
        offset += round_up(child.channel->outputs[i].bytes, 64);
    }
    if (count >= kMaxTensors || offset + bytes.size() > child.layout.outputs_bytes) {
        return false;
    }
    std::memcpy(child.outputs + offset, bytes.data(), bytes.size());
    child.channel->outputs[count].bytes = bytes.size();
    child.channel->outputs_count = count + 1;
    return true;
}

void wait_for_the_end(const Startup& child) {
    child.channel->stage.store(Stage::ready);
    pass_turn(child.channel->turn, 0);
    wait_for_turn(child.channel->turn, 1, kForeverNs);
    _exit(0);
}

} // namespace mkb::runner
