#include "base/files.h"
#include "base/process.h"
#include "framework/framework.h"
#include "framework/mnn/audit.h"
#include "framework/mnn/kit.h"
#include "framework/mnn/plugin.h"

#include <chrono>
#include <regex>

namespace mkb {

namespace {

class Mnn final : public Framework {
public:
    explicit Mnn(Target target) : target_(target) {}

    Target target() const override { return target_; }

    Result<void> prepare() override {
        if (ready_) {
            return {};
        }
        MKB_TRY(tree, mnn::find_sources());
        MKB_TRY(toolchain, mnn::toolchain_for(target_));
        MKB_TRY(library, mnn::build_library(tree, toolchain));
        MKB_TRY(kit, mnn::build_kit(library));
        tree_ = std::move(tree);
        library_ = std::move(library);
        kit_ = std::move(kit);
        ready_ = true;
        return {};
    }

    Result<FrameworkFacts> facts() override {
        MKB_DO(prepare());
        return FrameworkFacts{.name = "mnn",
                              .version = tree_.version,
                              .source = tree_.origin,
                              .build_key = library_.key,
                              .compiler = library_.toolchain.version};
    }

    Result<Build> build(const Task& task, const Candidate& candidate, const std::filesystem::path& folder,
                        const BuildOptions& options) override {
        MKB_DO(prepare());
        MKB_TRY(build, mnn::compile_plugin(kit_, library_, task, candidate, folder));
        const auto* plugin = std::get_if<Built>(&build.result);
        if (plugin == nullptr || options.trusted) {
            return build;
        }
        const auto start = std::chrono::steady_clock::now();
        MKB_TRY(native, library_.functions_of(task.native_file));
        MKB_TRY(findings, mnn::audit_plugin(plugin->file, native, task.native_entries, task.form));
        const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - start;
        build.stages.push_back({.name = "audit", .wall_ms = took.count(), .cpu_ms = took.count()});
        if (!findings.empty()) {
            build.result = Outcome(LoadFailed{.why = findings.front()});
            for (const std::string& finding : findings) {
                build.log += finding + "\n";
            }
        }
        return build;
    }

    Result<std::vector<DeviceFile>> runner_files() override {
        MKB_DO(prepare());
        return std::vector<DeviceFile>{
            {.name = "mkb-runner",
             .source = kit_.folder / "mkb-runner",
             .sha256 = kit_.runner_sha256,
             .executable = true},
            {.name = "libMNN.so", .source = kit_.folder / "libMNN.so", .sha256 = kit_.library_sha256}};
    }

    Result<std::vector<job::CodeRange>> native_code(const Task& task) override {
        MKB_DO(prepare());
        MKB_TRY(functions, library_.functions_of(task.native_file));
        std::vector<job::CodeRange> ranges;
        for (const mnn::Function& function : functions) {
            ranges.push_back({.offset = function.offset, .size = function.size, .name = mnn::demangle(function.name)});
        }
        return ranges;
    }

    Result<Candidate> native_candidate(const Task& task) override {
        MKB_DO(prepare());
        Candidate candidate;
        candidate.origin = fmt::format("MNN {} {}", tree_.version, task.native_file);
        const std::filesystem::path source = tree_.root / task.native_file;
        for (const std::string& name : task.files) {
            MKB_TRY(text, read_file(source.parent_path() / name));
            candidate.sources.push_back({.name = name, .text = std::move(text)});
        }
        return candidate;
    }

    Result<std::string> function_at(const Built& built, std::uint64_t offset) override {
        MKB_TRY(done, run_process({.argv = {"llvm-symbolizer-19", "--obj=" + built.file.string(), "--functions=linkage",
                                            "--no-inlines", fmt::format("{:#x}", offset)}}));
        const std::string name = done.out.substr(0, done.out.find('\n'));
        return name.empty() || name == "??" ? std::string() : mnn::demangle(name);
    }

private:
    Target target_;
    bool ready_ = false;
    mnn::SourceTree tree_;
    mnn::Library library_;
    mnn::Kit kit_;
};

} // namespace

std::unique_ptr<Framework> make_mnn(Target target) {
    return std::make_unique<Mnn>(target);
}

} // namespace mkb
