// The devices `ssh` and `adb` against a real sshd and a real adbd: every promise of a device, and what becomes of it
// when things break.
#include "adbd.h"
#include "device_conformance.h"
#include "running.h"
#include "sshd.h"

#include <fstream>
#include <future>
#include <sys/mount.h>

namespace mkb::conformance {
namespace {

/// A device behind one of these servers.
template <class Server>
class RemoteDevice : public testing::Test {
protected:
    void SetUp() override {
        if (const std::string missing = Server::missing(); !missing.empty()) {
            GTEST_SKIP() << missing;
        }
        server = std::make_unique<Server>();
        std::filesystem::create_directories(base());
        // A process of root's gives root up and still has to reach its folder.
        std::filesystem::permissions(outer.path(), std::filesystem::perms(0711));
        base_variable = std::make_unique<ScopedVariable>("MKB_DEVICE_FOLDER", base().string());
        const auto done = run_process({.argv = {"clang++-19", "-std=c++20", "-O1", "-fuse-ld=lld-19",
                                                MKB_CONFORMANCE_COMMAND, "-o", program().string()}});
        ASSERT_TRUE(done && done->ok()) << (done ? done->err : done.error().message);
        device = device_named(server->device_name()).value();
    }
    void TearDown() override {
        if (mounted) {
            umount(base().c_str());
        }
    }

    std::filesystem::path base() const { return outer.path() / "there"; }
    std::filesystem::path kept() const { return base() / "mkb-kept"; }
    std::filesystem::path program() const { return outer.path() / "command"; }

    std::vector<std::filesystem::path> working_folders() const {
        std::vector<std::filesystem::path> folders;
        std::error_code gone;
        for (const auto& item : std::filesystem::directory_iterator(base(), gone)) {
            if (item.path().filename() != "mkb-kept") {
                folders.push_back(item.path());
            }
        }
        return folders;
    }
    Subject subject() {
        return {.device = *device,
                .program = program(),
                .working_folders = [this] { return working_folders(); },
                .alive = runs};
    }
    bool mount_small_disk(const char* size) {
        const std::string options = std::string("mode=755,size=") + size;
        mounted = mount("mkb-test", base().c_str(), "tmpfs", 0, options.c_str()) == 0;
        return mounted;
    }
    static std::string zeros(std::size_t megabytes, char mark) {
        std::string content(megabytes << 20, '\0');
        content.back() = mark;
        return content;
    }

    TempDir outer = TempDir::make("mkb-conformance").value();
    std::unique_ptr<Server> server;
    std::unique_ptr<ScopedVariable> base_variable;
    std::unique_ptr<Device> device;
    bool mounted = false;
};

struct ServerName {
    template <class Server>
    static std::string GetName(int) {
        return Server::kKind;
    }
};
using Servers = testing::Types<Sshd, Adbd>;
TYPED_TEST_SUITE(RemoteDevice, Servers, ServerName);
using SshDevice = RemoteDevice<Sshd>;
using AdbDevice = RemoteDevice<Adbd>;

TYPED_TEST(RemoteDevice, KeepsAllPromises) {
    check_device(this->subject());
}

TYPED_TEST(RemoteDevice, IsKnownByItsOwnProcessor) {
    const auto facts = this->device->facts().value();
    EXPECT_EQ(facts.name, this->server->device_name());
    EXPECT_EQ(facts.cpu, device_named("local").value()->facts().value().cpu);
    EXPECT_EQ(facts.target, "host");
    EXPECT_FALSE(facts.emulated);
}

TYPED_TEST(RemoteDevice, KeptFilesAreSentOnce) {
    const Subject inner = this->subject();
    Commands commands(inner);
    commands.files.push_back(commands.file("in.bin", "changes"));
    commands.files.push_back(commands.file("kept.bin", "stays"));
    commands.files.back().keep = true;
    ASSERT_EQ(commands.run("join", {}, {"out.bin"}).value().code, 0);
    // There is nothing left here that could be sent a second time.
    std::filesystem::remove(commands.files.back().source);
    ASSERT_EQ(commands.run("join", {}, {"out.bin"}).value().code, 0);
    EXPECT_EQ(read_file(commands.back() / "out.bin").value(), "changesstays");
}

TYPED_TEST(RemoteDevice, AFileThatIsNotWhatItsHashSaysIsNotKept) {
    const Subject inner = this->subject();
    Commands commands(inner);
    commands.files.push_back(commands.file("kept.bin", "one"));
    commands.files.back().keep = true;
    commands.files.back().sha256 = sha256_hex("two");
    const auto done = commands.run("exit", "0");
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().kind, ErrorKind::environment);
    EXPECT_FALSE(std::filesystem::exists(this->kept() / sha256_hex("two")));
}

TYPED_TEST(RemoteDevice, AHostThatIsKilledLeavesNothingThere) {
    const Subject inner = this->subject();
    Commands commands(inner);
    const pid_t host = start_child([&] { (void)commands.run("deaf"); });
    ASSERT_TRUE(soon([&] { return runs(commands.marker()); }));
    kill(host, SIGKILL);
    wait_for(host);
    EXPECT_TRUE(all_end(inner, commands));
    EXPECT_TRUE(soon([&] { return this->working_folders().empty(); }));
}

TYPED_TEST(RemoteDevice, AConnectionThatBreaksIsTroubleAndTheNextCommandConnectsAnew) {
    const Subject inner = this->subject();
    Commands commands(inner);
    ASSERT_TRUE(commands.run("exit", "0"));
    auto running = std::async(std::launch::async, [&] { return commands.run("deaf"); });
    ASSERT_TRUE(soon([&] { return runs(commands.marker()); }));
    this->server->break_connections();
    const auto done = running.get();
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().kind, ErrorKind::transient);
    EXPECT_NE(done.error().message.find("went away"), std::string::npos) << done.error().message;
    EXPECT_TRUE(all_end(inner, commands));
    EXPECT_TRUE(soon([&] { return this->working_folders().empty(); }));
    EXPECT_EQ(commands.run("exit", "7").value().code, 7);
}

TYPED_TEST(RemoteDevice, ADeviceThatStartsAnewIsWaitedFor) {
    const Subject inner = this->subject();
    Commands commands(inner);
    ASSERT_TRUE(commands.run("exit", "0"));
    this->server->stop();
    auto running = std::async(std::launch::async, [&] { return commands.run("exit", "7"); });
    this->server->start();
    EXPECT_EQ(running.get().value().code, 7);
}

TYPED_TEST(RemoteDevice, AKilledKeeperIsTroubleAndTheNextOneCleansUp) {
    const Subject inner = this->subject();
    Commands commands(inner);
    std::jthread killer([&] {
        soon([&] { return runs(commands.marker()); });
        for (const pid_t process : processes_with(this->kept().string() + "/keeper-")) {
            if (text_of("/proc/" + std::to_string(process) + "/cmdline").starts_with(this->kept().string())) {
                kill(process, SIGKILL);
            }
        }
    });
    const auto done = commands.run("list and sleep");
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().kind, ErrorKind::transient);
    killer.join();
    EXPECT_TRUE(all_end(inner, commands));
    EXPECT_FALSE(this->working_folders().empty());
    EXPECT_EQ(commands.run("exit", "7").value().code, 7);
    EXPECT_TRUE(this->working_folders().empty());
}

TYPED_TEST(RemoteDevice, AWorkingFolderWhoseLockWasLostIsRemovedAndNothingElse) {
    const Subject inner = this->subject();
    Commands commands(inner);
    const auto make = [&](const char* name) {
        std::filesystem::create_directories(this->base() / name / "below");
        std::ofstream(this->base() / name / "below/file") << "content";
        return this->base() / name;
    };
    const auto abandoned = make("mkb-0123456789abcdef");
    const std::vector others = {make("mkb-0123456789abcdefg"), make("mkb-0123456789ABCDEF"), make("0123456789abcdef")};
    const auto of_another = make("mkb-fedcba9876543210");
    const bool given_away = chown(of_another.c_str(), 65534, 65534) == 0;
    EXPECT_EQ(commands.run("exit", "7").value().code, 7);
    EXPECT_FALSE(std::filesystem::exists(abandoned));
    for (const auto& other : others) {
        EXPECT_TRUE(std::filesystem::exists(other / "below/file")) << other;
    }
    EXPECT_EQ(std::filesystem::exists(of_another / "below/file"), given_away);
}

TYPED_TEST(RemoteDevice, WhatWasRemovedThereIsBroughtAgain) {
    const Subject inner = this->subject();
    Commands commands(inner);
    commands.files.push_back(commands.file("kept.bin", "stays"));
    commands.files.back().keep = true;
    ASSERT_TRUE(commands.run("exit", "0"));
    std::filesystem::remove_all(this->kept());
    EXPECT_EQ(commands.run("speak", "again").value().out, "again\n");
}

TEST_F(SshDevice, WhatALoginShellPrintsIsNoAnswer) {
    server->greet_with("welcome");
    const Subject inner = subject();
    Commands commands(inner);
    EXPECT_EQ(commands.run("speak", "alone").value().out, "alone\n");
}

TYPED_TEST(RemoteDevice, AFullDiskIsTroubleThatNamesTheFolder) {
    if (!this->mount_small_disk("4m")) {
        GTEST_SKIP() << "a small disk can be mounted by root only";
    }
    const Subject inner = this->subject();
    Commands commands(inner);
    commands.files.push_back(commands.file("in.bin", this->zeros(8, 'x')));
    for (const bool keep : {false, true}) {
        commands.files.back().keep = keep;
        const auto done = commands.run("exit", "0");
        ASSERT_FALSE(done);
        EXPECT_EQ(done.error().kind, ErrorKind::environment);
        EXPECT_NE(done.error().message.find("No space left"), std::string::npos) << done.error().message;
        EXPECT_NE(done.error().message.find("MKB_DEVICE_FOLDER"), std::string::npos) << done.error().message;
        EXPECT_TRUE(this->working_folders().empty());
    }
}

TYPED_TEST(RemoteDevice, KeptFilesOfOtherDaysMakeRoom) {
    if (!this->mount_small_disk("5m")) {
        GTEST_SKIP() << "a small disk can be mounted by root only";
    }
    const Subject inner = this->subject();
    Commands commands(inner);
    for (const char mark : {'a', 'b', 'c'}) {
        commands.files = {commands.file("kept.bin", this->zeros(2, mark))};
        commands.files.back().keep = true;
        const auto done = commands.run("exit", "0");
        ASSERT_TRUE(done) << done.error().message;
    }
}

TEST_F(SshDevice, TroubleWithConnectingIsOneLineWithTheNextStep) {
    struct Case {
        const char* configuration;
        std::string name;
        ErrorKind kind;
        const char* part;
    };
    const std::string unknown =
        "GlobalKnownHostsFile /dev/null\nUserKnownHostsFile /dev/null\nStrictHostKeyChecking yes";
    const Case cases[] = {
        {"", "ssh:127.0.0.1:" + std::to_string(free_port()), ErrorKind::transient, "Connection refused"},
        {unknown.c_str(), server->device_name(), ErrorKind::environment, "host key is not known"},
        {"NoSuchOption yes", server->device_name(), ErrorKind::environment, "ssh_config"},
    };
    for (const Case& each : cases) {
        const ScopedVariable variable("MKB_SSH_CONFIG", server->client_configuration(each.configuration).string());
        const auto facts = device_named(each.name).value()->facts();
        ASSERT_FALSE(facts) << each.part;
        EXPECT_EQ(facts.error().kind, each.kind) << facts.error().message;
        EXPECT_NE(facts.error().message.find(each.part), std::string::npos) << facts.error().message;
        EXPECT_TRUE(facts.error().message.starts_with("device " + each.name + ": ")) << facts.error().message;
        EXPECT_EQ(facts.error().message.find('\n'), std::string::npos) << facts.error().message;
    }
}

TEST_F(SshDevice, AKeyThatIsRefusedIsNamedAsThat) {
    std::ofstream(server->folder() / "authorized_keys") << "";
    const auto facts = device->facts();
    ASSERT_FALSE(facts);
    EXPECT_EQ(facts.error().kind, ErrorKind::environment);
    EXPECT_NE(facts.error().message.find("ssh-copy-id"), std::string::npos) << facts.error().message;
}

TEST_F(AdbDevice, AnAdbServerThatIsStartedAnewIsTroubleForTheCommandAlone) {
    const Subject inner = subject();
    Commands commands(inner);
    ASSERT_TRUE(commands.run("exit", "0"));
    std::jthread killer([&] {
        soon([&] { return runs(commands.marker()); });
        Adbd::stop_adb_server();
    });
    const auto done = commands.run("deaf");
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().kind, ErrorKind::transient);
    killer.join();
    EXPECT_TRUE(all_end(inner, commands));
    EXPECT_EQ(commands.run("exit", "7").value().code, 7);
    EXPECT_TRUE(soon([&] { return working_folders().empty(); }));
}

TEST_F(AdbDevice, TheOnlyOneNeedsNoNameAndOneOfSeveralDoes) {
    ASSERT_TRUE(device->facts());
    EXPECT_EQ(device_named("adb").value()->facts().value().name, server->device_name());
    Adbd second;
    ASSERT_TRUE(device_named(second.device_name()).value()->facts());
    EXPECT_EQ(attached_adb_devices().value().size(), 2U);
    const auto facts = device_named("adb").value()->facts();
    ASSERT_FALSE(facts);
    EXPECT_EQ(facts.error().kind, ErrorKind::bad_input);
    for (const std::string& serial : {server->serial(), second.serial()}) {
        EXPECT_NE(facts.error().message.find(serial), std::string::npos) << facts.error().message;
    }
    EXPECT_EQ(device->facts().value().name, server->device_name());
}

TEST_F(AdbDevice, OneThatIsNotThereIsSaidToBeAway) {
    for (const std::string& name : {std::string("adb:NOSUCH"), "adb:127.0.0.1:" + std::to_string(free_port())}) {
        const auto facts = device_named(name).value()->facts();
        ASSERT_FALSE(facts);
        EXPECT_EQ(facts.error().kind, ErrorKind::transient);
        EXPECT_TRUE(facts.error().message.starts_with("device " + name + ": is not ")) << facts.error().message;
    }
}

TEST_F(AdbDevice, OneThatHasNotAllowedThisMachineIsAskedToBeUnlocked) {
    const PhoneThatAsks phone;
    ASSERT_TRUE(run_process({.argv = {"adb", "connect", phone.serial()}}));
    const auto facts = device_named("adb:" + phone.serial()).value()->facts();
    ASSERT_FALSE(facts);
    EXPECT_EQ(facts.error().kind, ErrorKind::environment);
    EXPECT_NE(facts.error().message.find("say yes"), std::string::npos) << facts.error().message;
}

TEST_F(AdbDevice, WithoutTheProgramAdbSaysWhatToInstall) {
    const ScopedVariable path("PATH", outer.path().string());
    const auto facts = device->facts();
    ASSERT_FALSE(facts);
    EXPECT_EQ(facts.error().kind, ErrorKind::environment);
    EXPECT_NE(facts.error().message.find("install"), std::string::npos) << facts.error().message;
}

TEST(AdbDeviceName, IsUnderstoodOrRefused) {
    for (const char* name :
         {"adb", "adb:R58M123", "adb:emulator-5554", "adb:192.0.2.7:5555", "adb:[fe80::1%eth0]:5555"}) {
        EXPECT_TRUE(device_named(name)) << name;
    }
    for (const char* name : {"adb:", "adb:-s", "adb:a b", "adb:$(id)", "adb:a;b"}) {
        const auto device = device_named(name);
        ASSERT_FALSE(device) << name;
        EXPECT_EQ(device.error().kind, ErrorKind::bad_input);
    }
}

TEST(SshDeviceName, IsUnderstoodOrRefused) {
    for (const char* name : {"ssh:board", "ssh:pi@board", "ssh:pi@10.0.0.7:2222", "ssh:[::1]", "ssh:pi@[fe80::1]:22"}) {
        EXPECT_TRUE(device_named(name)) << name;
    }
    for (const char* name :
         {"ssh:", "ssh:@board", "ssh:pi@", "ssh:board:", "ssh:board:0", "ssh:board:65536", "ssh:board:22x",
          "ssh:-oProxyCommand=true", "ssh:-l@board", "ssh:a b", "ssh:[::1", "ssh:[::1]22", "ssh:$(id)"}) {
        const auto device = device_named(name);
        ASSERT_FALSE(device) << name;
        EXPECT_EQ(device.error().kind, ErrorKind::bad_input);
    }
}

} // namespace
} // namespace mkb::conformance

// Network and disks of the test's own, where it may have them: adbd listens to everybody.
int main(int argc, char** argv) {
    testing::InitGoogleTest(&argc, argv);
    mkb::conformance::in_own_network = mkb::conformance::enter_own_network();
    return RUN_ALL_TESTS();
}
