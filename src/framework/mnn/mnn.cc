#include "base/files.h"
#include "base/process.h"
#include "framework/framework.h"
#include "framework/mnn/audit.h"
#include "framework/mnn/expand.h"
#include "framework/mnn/in_tree.h"
#include "framework/mnn/kit.h"
#include "framework/mnn/native_functions.h"
#include "framework/mnn/onnx_node.h"
#include "framework/mnn/own_libraries.h"
#include "framework/mnn/plugin.h"
#include "framework/mnn/reading.h"

#include <chrono>
#include <map>

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
        if (options.way == BuildWay::in_tree) {
            return build_in_tree(task, candidate, folder, options);
        }
        MKB_DO(prepare_for(task));
        MKB_TRY(build, mnn::compile_plugin(kit_for(task), library_for(task), task, candidate, folder));
        auto* plugin = std::get_if<Built>(&build.result);
        if (plugin != nullptr && task.form == Form::composite) {
            plugin->as = Built::As::transform;
        }
        if (plugin != nullptr) {
            MKB_DO(mnn::check_processor(plugin->file, library_for(task).file));
        }
        MKB_DO(audit(task, options, build));
        return build;
    }

    Result<std::vector<DeviceFile>> runner_files(bool with_libraries) override {
        MKB_DO(prepare());
        if (!with_libraries || target_ == Target::android) {
            return mnn::runner_files(kit_);
        }
        if (files_with_libraries_.empty()) {
            MKB_TRY(files, mnn::runner_files_with_libraries(kit_, library_.toolchain));
            files_with_libraries_ = std::move(files);
        }
        return files_with_libraries_;
    }

    Result<Expansion> expand(const Task& task, const Built& built, const std::string& onnx_model) override {
        MKB_DO(prepare_for(task));
        return mnn::expand_node(kit_for(task), task, built, onnx_model);
    }

    Result<std::vector<job::CodeRange>> native_code(const Task& task) override {
        MKB_DO(prepare());
        MKB_TRY(functions, native_functions(task));
        std::vector<job::CodeRange> ranges;
        for (const mnn::Function& function : *functions) {
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
            if (task.form == Form::composite && !std::filesystem::exists(source.parent_path() / name)) {
                return fail(ErrorKind::bad_input, "this MNN has no {}: its package lacks the converter's sources",
                            task.native_file);
            }
            MKB_TRY(text, read_file(source.parent_path() / name));
            candidate.sources.push_back({.name = name, .text = std::move(text)});
        }
        return candidate;
    }

    Result<ModelView> model(const Task& task) override {
        MKB_DO(prepare());
        MKB_TRY(models, load_models(task, std::nullopt));
        MKB_TRY(node, mnn::read_onnx_node(models.onnx));
        MKB_TRY(graph, mnn::read_graph(kit_, task, models.mnn));
        return ModelView{.node = std::move(node), .graph = std::move(graph)};
    }

    Result<Reading> reading(const Task& task) override {
        MKB_TRY(home, home_dir());
        MKB_TRY(tree, ready_ ? Result<mnn::SourceTree>(tree_) : mnn::find_sources());
        return mnn::reading_for(task, tree.root, home);
    }

    Result<std::string> function_at(const Built& built, std::uint64_t offset) override {
        MKB_TRY(done, run_process({.argv = {"llvm-symbolizer-19", "--obj=" + built.file.string(), "--functions=linkage",
                                            "--no-inlines", fmt::format("{:#x}", offset)}}));
        const std::string name = done.out.substr(0, done.out.find('\n'));
        return name.empty() || name == "??" ? std::string() : mnn::demangle(name);
    }

private:
    /// Composite candidates are built for this host and run on it, whatever the target: the graphs go to the device.
    bool runs_here(const Task& task) const { return task.form == Form::composite && target_ != Target::host; }
    const mnn::Library& library_for(const Task& task) const { return runs_here(task) ? host_library_ : library_; }
    const mnn::Kit& kit_for(const Task& task) const { return runs_here(task) ? host_kit_ : kit_; }

    Result<void> prepare_for(const Task& task) {
        MKB_DO(prepare());
        if (!runs_here(task) || !host_kit_.folder.empty()) {
            return {};
        }
        MKB_TRY(toolchain, mnn::toolchain_for(Target::host));
        MKB_TRY(library, mnn::build_library(tree_, toolchain));
        MKB_TRY(kit, mnn::build_kit(library));
        host_library_ = std::move(library);
        host_kit_ = std::move(kit);
        return {};
    }

    Result<Build> build_in_tree(const Task& task, const Candidate& candidate, const std::filesystem::path& folder,
                                const BuildOptions& options) {
        if (task.form == Form::composite) {
            return fail(ErrorKind::bad_input,
                        "task {}: a composite candidate is part of the converter, not of the library that --build "
                        "in-tree links anew; leave --build out",
                        task.id);
        }
        MKB_DO(prepare());
        MKB_TRY(build, mnn::compile_in_tree(kit_, library_, task, candidate, folder));
        MKB_DO(audit(task, options, build));
        if (std::holds_alternative<Built>(build.result)) {
            MKB_TRY(native, native_functions(task));
            MKB_DO(mnn::link_in_tree(kit_, library_, *native, folder, build));
        }
        return build;
    }

    /// What the plug-in may not import ends the build. A trusted candidate is the framework's own.
    Result<void> audit(const Task& task, const BuildOptions& options, Build& build) {
        const auto* plugin = std::get_if<Built>(&build.result);
        if (plugin == nullptr || options.trusted) {
            return {};
        }
        const auto start = std::chrono::steady_clock::now();
        MKB_TRY(native, native_functions(task));
        if (blocks_.classes.empty()) {
            MKB_TRY(blocks, mnn::read_building_blocks(library_.headers));
            blocks_ = std::move(blocks);
        }
        MKB_TRY(findings, mnn::audit_plugin(plugin->file, *native, task.native_entries, task.form, blocks_));
        const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - start;
        build.stages.push_back({.name = "audit", .wall_ms = took.count(), .cpu_ms = took.count()});
        mnn::refuse(findings, build);
        return {};
    }

    /// Once per task: they are looked for in all of the library's symbols.
    Result<const std::vector<mnn::Function>*> native_functions(const Task& task) {
        auto found = native_functions_.find(task.hash);
        if (found == native_functions_.end()) {
            MKB_TRY(functions, mnn::native_functions(library_, task));
            found = native_functions_.emplace(task.hash, std::move(functions)).first;
        }
        return &found->second;
    }

    Target target_;
    bool ready_ = false;
    mnn::SourceTree tree_;
    mnn::Library library_, host_library_;
    mnn::Kit kit_, host_kit_;
    mnn::BuildingBlocks blocks_;
    std::map<std::string, std::vector<mnn::Function>> native_functions_; ///< by the task's hash
    std::vector<DeviceFile> files_with_libraries_;
};

} // namespace

std::unique_ptr<Framework> make_mnn(Target target) {
    return std::make_unique<Mnn>(target);
}

} // namespace mkb
