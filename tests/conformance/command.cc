// What the device conformance test has a device run: one action, named by the first argument. It is built for the
// device's processor, and needs nothing there but the C library.
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <string>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

namespace {

void print_listing() {
    dirent** entries = nullptr;
    const int count = scandir(".", &entries, nullptr, alphasort);
    for (int i = 0; i < count; ++i) {
        const std::string name = entries[i]->d_name;
        if (name != "." && name != "..") {
            std::printf("%s\n", name.c_str());
        }
    }
    std::fflush(stdout);
}

void append(FILE* to, const char* name) {
    FILE* from = std::fopen(name, "rb");
    for (int byte = std::getc(from); byte != EOF; byte = std::getc(from)) {
        std::putc(byte, to);
    }
    std::fclose(from);
}

void write_file(const char* name, std::size_t zeros) {
    FILE* file = std::fopen(name, "wb");
    const std::vector<char> bytes(zeros, '\0');
    std::fwrite(bytes.data(), 1, zeros, file);
    std::fclose(file);
}

void ignore(std::initializer_list<int> signals) {
    for (const int signal : signals) {
        std::signal(signal, SIG_IGN);
    }
}

[[noreturn]] void sleep_for_ever() {
    while (true) {
        pause();
    }
}

/// Two processes that do not listen; one of them burns time.
int deaf() {
    if (fork() == 0) {
        ignore({SIGTERM, SIGINT, SIGHUP});
        (void)!write(STDOUT_FILENO, "x\n", 2);
        sleep_for_ever();
    }
    ignore({SIGTERM});
    (void)!write(STDOUT_FILENO, "x\n", 2);
    for (volatile unsigned spin = 0;; spin = spin + 1) {
    }
}

int leave_child() {
    if (fork() == 0) {
        ignore({SIGTERM, SIGHUP});
        sleep_for_ever();
    }
    return 4;
}

int print_for_ever() {
    while (true) {
        std::puts("0123456789012345678901234567890123456789");
    }
}

int print_zeros(long count) {
    const std::vector<char> part(1'000'000, '\0');
    for (; count > 0; count -= static_cast<long>(part.size())) {
        std::fwrite(part.data(), 1, part.size(), stdout);
    }
    return 0;
}

int bytes() {
    std::fwrite("a\0b\377\r\n", 1, 6, stdout);
    std::fwrite("\0", 1, 1, stderr);
    return 0;
}

int join() {
    FILE* out = std::fopen("out.bin", "wb");
    append(out, "in.bin");
    append(out, "kept.bin");
    std::fclose(out);
    write_file("empty", 0);
    print_listing();
    return 0;
}

int no_plain_files() {
    const bool made = symlink("/etc/passwd", "link") == 0 && symlink("command", "inner") == 0 &&
                      mkdir("folder", 0755) == 0 && mkfifo("pipe", 0644) == 0;
    return made ? 0 : 1;
}

int leave_a_mess() {
    print_listing();
    mkdir("a", 0755);
    mkdir("a/b", 0755);
    write_file("a/b/c", 1);
    return chmod("a/b", 0) == 0 && chmod("a", 0) == 0 ? 0 : 1;
}

int remove_one(const char* path, const struct stat*, int, FTW*) {
    remove(path);
    return 0;
}

void remove_all(const char* folder) {
    nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
}

/// The working folder with all that is in it; `above`: the folder above it too, where it is the test's own.
int vanish(bool above) {
    write_file("out.bin", 1);
    char here[4096] = {};
    char parent[4096] = {};
    if (realpath(".", here) == nullptr || realpath("..", parent) == nullptr) {
        return 1;
    }
    remove_all(here);
    if (above && std::strstr(parent, "mkb-conformance") != nullptr) {
        remove_all(parent);
    }
    return 0;
}

int end_by(int signal) {
    kill(getpid(), signal);
    return 0;
}

} // namespace

int main(int argc, char** argv) {
    const std::string action = argc > 1 ? argv[1] : "";
    const char* argument = argc > 2 ? argv[2] : "";
    if (action == "exit") {
        return std::atoi(argument);
    }
    if (action == "signal") {
        return end_by(std::atoi(argument));
    }
    if (action == "speak") {
        std::printf("%s\n", argument);
        std::fprintf(stderr, "trouble\n");
        return 0;
    }
    if (action == "list and signal") {
        print_listing();
        return end_by(std::atoi(argument));
    }
    if (action == "list and sleep") {
        print_listing();
        sleep_for_ever();
    }
    if (action == "large") {
        write_file("out.bin", 200'000);
        return 0;
    }
    if (action == "zeros") {
        return print_zeros(std::atol(argument));
    }
    using Action = int (*)();
    const std::pair<const char*, Action> actions[] = {
        {"deaf", deaf}, {"leave child", leave_child},       {"print for ever", print_for_ever}, {"bytes", bytes},
        {"join", join}, {"no plain files", no_plain_files}, {"leave a mess", leave_a_mess}};
    for (const auto& [name, run] : actions) {
        if (action == name) {
            return run();
        }
    }
    if (action == "vanish") {
        return vanish(argument == std::string("with parent"));
    }
    std::fprintf(stderr, "no action '%s'\n", action.c_str());
    return 99;
}
