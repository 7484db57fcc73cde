#include "task/task.h"

#include "base/files.h"
#include "base/hash.h"
#include "task/task_json.h"

#include <algorithm>
#include <array>
#include <numeric>

namespace mkb {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kLargestJson = std::size_t{1} << 20;
constexpr std::array kFiles = {"model.py", "model.onnx", "model.mnn", "task.json"};
constexpr std::size_t kSuggestions = 3;

/// "category/Operator/case" from where the folder stands.
std::string id_of_folder(const fs::path& folder) {
    const fs::path absolute = fs::absolute(folder / "task.json").lexically_normal().parent_path();
    const fs::path above = absolute.parent_path();
    return (above.parent_path().filename() / above.filename() / absolute.filename()).generic_string();
}

Result<void> check_parameter(const Parameter& parameter, const std::string& onnx, const std::string& mnn) {
    const std::size_t piece = parameter.size_bytes() / parameter.mnn_offsets.size();
    const auto inside = [](const std::string& model, std::size_t offset, std::size_t size) {
        return size <= model.size() && offset <= model.size() - size;
    };
    bool all_inside = inside(onnx, parameter.onnx_offset, parameter.size_bytes());
    for (const std::size_t offset : parameter.mnn_offsets) {
        all_inside = all_inside && inside(mnn, offset, piece);
    }
    if (!all_inside) {
        return fail(ErrorKind::bad_input,
                    "parameter '{}' reaches beyond the end of a model file; curate the task again", parameter.name);
    }
    for (std::size_t i = 0; i < parameter.mnn_offsets.size(); ++i) {
        if (onnx.compare(parameter.onnx_offset + i * piece, piece, mnn, parameter.mnn_offsets[i], piece) != 0) {
            return fail(ErrorKind::bad_input,
                        "parameter '{}' has other bytes in model.onnx than in model.mnn; curate the task again",
                        parameter.name);
        }
    }
    return {};
}

/// Reads the four files; hashes them and checks the parameters against the models.
Result<void> check_files(Task& task) {
    std::array<std::string, kFiles.size()> contents;
    std::string names_and_hashes;
    for (std::size_t i = 0; i < kFiles.size(); ++i) {
        MKB_TRY(content, read_file(task.folder / kFiles[i]));
        names_and_hashes += fmt::format("{} {}\n", kFiles[i], sha256_hex(content));
        contents[i] = std::move(content);
    }
    task.hash = sha256_hex(names_and_hashes);
    for (const Parameter& parameter : task.parameters) {
        if (auto checked = check_parameter(parameter, contents[1], contents[2]); !checked) {
            return fail_in((task.folder / "task.json").string(), checked.error());
        }
    }
    return {};
}

/// Levenshtein distance, without regard to case.
std::size_t edit_distance(std::string_view a, std::string_view b) {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 0; i < a.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i + 1;
        for (std::size_t j = 0; j < b.size(); ++j) {
            const std::size_t changed = diagonal + (lower(a[i]) == lower(b[j]) ? 0 : 1);
            diagonal = row[j + 1];
            row[j + 1] = std::min({changed, row[j] + 1, row[j + 1] + 1});
        }
    }
    return row.back();
}

std::string short_name(const Task& task) {
    return fmt::format("{}/{}", task.operator_name, task.case_name);
}

std::vector<std::string> nearest_ids(const std::vector<Task>& tasks, std::string_view name) {
    std::vector<std::pair<std::size_t, std::string>> ranked;
    for (const Task& task : tasks) {
        const std::size_t distance = std::min({edit_distance(name, task.id), edit_distance(name, short_name(task)),
                                               edit_distance(name, task.operator_name)});
        ranked.emplace_back(distance, task.id);
    }
    std::sort(ranked.begin(), ranked.end());
    std::vector<std::string> ids;
    for (std::size_t i = 0; i < std::min(kSuggestions, ranked.size()); ++i) {
        ids.push_back(ranked[i].second);
    }
    return ids;
}

Result<std::vector<fs::path>> folders_in(const fs::path& folder) {
    std::error_code error;
    std::vector<fs::path> folders;
    for (auto at = fs::directory_iterator(folder, error); !error && at != fs::directory_iterator();
         at.increment(error)) {
        if (at->is_directory(error) && !at->path().filename().string().starts_with('.')) {
            folders.push_back(at->path());
        }
    }
    if (error) {
        return fail(ErrorKind::bad_input, "{}: cannot be listed ({}); name the folder that holds the tasks",
                    folder.string(), error.message());
    }
    return folders;
}

} // namespace

ElementType element_type_in_framework(OnnxType type) {
    return type == OnnxType::float32 ? ElementType::float32 : ElementType::int32;
}

std::int64_t TensorSpec::elements() const {
    return std::accumulate(shape.begin(), shape.end(), std::int64_t{1}, std::multiplies<>());
}

std::size_t Parameter::size_bytes() const {
    return static_cast<std::size_t>(std::accumulate(shape.begin(), shape.end(), std::int64_t{4}, std::multiplies<>()));
}

Result<Task> load_task(const fs::path& folder) {
    const fs::path json = folder / "task.json";
    MKB_TRY(text, read_file(json, kLargestJson));
    auto parsed = parse_task(text);
    if (!parsed) {
        return fail_in(json.string(), parsed.error());
    }
    Task task = std::move(*parsed);
    if (const std::string expected = id_of_folder(folder); task.id != expected) {
        return fail(ErrorKind::bad_input, "{}: field /id is \"{}\" but the folder says \"{}\"; move it or change it",
                    json.string(), task.id, expected);
    }
    task.folder = folder;
    MKB_DO(check_files(task));
    return task;
}

Result<std::vector<Task>> load_tasks(const fs::path& root) {
    std::vector<fs::path> level = {root};
    for (int depth = 0; depth < 3; ++depth) {
        std::vector<fs::path> next;
        for (const fs::path& folder : level) {
            MKB_TRY(inner, folders_in(folder));
            next.insert(next.end(), inner.begin(), inner.end());
        }
        level = std::move(next);
    }
    std::vector<Task> tasks;
    for (const fs::path& folder : level) {
        MKB_TRY(task, load_task(folder));
        tasks.push_back(std::move(task));
    }
    std::sort(tasks.begin(), tasks.end(), [](const Task& a, const Task& b) { return a.id < b.id; });
    return tasks;
}

Result<Task> find_task(const std::vector<Task>& tasks, std::string_view name) {
    std::vector<const Task*> meant; // an operator's, or those that begin so
    const bool begins = name.find('/') != std::string_view::npos;
    for (const Task& task : tasks) {
        if (task.id == name || short_name(task) == name) {
            return task;
        }
        if (task.operator_name == name ||
            (begins && (task.id.starts_with(name) || short_name(task).starts_with(name)))) {
            meant.push_back(&task);
        }
    }
    if (meant.size() == 1) {
        return *meant.front();
    }
    if (meant.empty()) {
        return fail(ErrorKind::bad_input, "task '{}' is not there; nearest: {}; 'mkb tasks' lists all", name,
                    fmt::join(nearest_ids(tasks, name), ", "));
    }
    std::vector<std::string> ids;
    for (const Task* task : meant) {
        ids.push_back(task->id);
    }
    return fail(ErrorKind::bad_input, "'{}' could be any of {} tasks, name one: {}", name, ids.size(),
                fmt::join(ids, ", "));
}

} // namespace mkb
