#include "agent/prompts.h"

#include "base/files.h"
#include "base/hash.h"
#include "llm/measured.h"

#include <algorithm>
#include <kainjow/mustache.hpp>

namespace mkb {

namespace {

namespace fs = std::filesystem;
namespace mustache = kainjow::mustache;

constexpr const char* kPlanners[] = {"repair", "correction", "accelerator"};
constexpr const char* kForms[] = {"atomic", "geometric", "composite"};
constexpr std::size_t kPromptFileBytes = std::size_t{1} << 20;
constexpr std::size_t kBytesPerToken = 3;
constexpr std::size_t kLeastTokens = 100; ///< a shorter rest of a part is of no use
// In the order in which they give way.
constexpr const char* kGiveWay[] = {"memory", "example", "tree", "headers", "profile", "operators", "log", "errors"};

/// The first lines of `text`, at most so many bytes, with a line that says that more was there.
std::string shortened(const std::string& text, std::size_t bytes) {
    const std::size_t end = text.rfind('\n', bytes);
    return end == std::string::npos ? "" : closed(text.substr(0, end + 1) + "… (cut)\n");
}

mustache::data to_data(const nlohmann::json& value) {
    if (value.is_object()) {
        mustache::data object{mustache::data::type::object};
        for (const auto& [name, member] : value.items()) {
            object.set(name, to_data(member));
        }
        return object;
    }
    if (value.is_array()) {
        mustache::data list{mustache::data::type::list};
        for (const nlohmann::json& element : value) {
            list.push_back(to_data(element));
        }
        return list;
    }
    if (value.is_boolean()) {
        return mustache::data(value.get<bool>());
    }
    // An empty text must not open its section.
    if (value.is_string() && value.get_ref<const std::string&>().empty()) {
        return mustache::data(false);
    }
    return mustache::data(value.is_string() ? value.get<std::string>() : value.dump());
}

Result<std::map<std::string, std::string>> read_folder(const fs::path& folder, const char* ending) {
    std::map<std::string, std::string> texts;
    std::error_code error;
    for (const auto& item : fs::directory_iterator(folder, error)) {
        if (item.path().extension() == ending) {
            MKB_TRY(text, read_file(item.path(), kPromptFileBytes));
            texts[item.path().stem().string()] = std::move(text);
        }
    }
    if (error) {
        return fail(ErrorKind::environment, "'{}' cannot be read: {}; the project's prompts/ belong there",
                    folder.string(), error.message());
    }
    return texts;
}

Result<void> expect_text(const std::map<std::string, std::string>& texts, const std::string& name,
                         const fs::path& folder) {
    if (!texts.contains(name)) {
        return fail(ErrorKind::environment,
                    "'{}' is missing; take it from the project's prompts/, or leave --prompts out",
                    (folder / (name + ".txt")).string());
    }
    return {};
}

std::string tensor_line(const char* what, const TensorSpec& tensor) {
    return fmt::format("{} {}: {} [{}]", what, tensor.name, name_of(tensor.type), fmt::join(tensor.shape, ", "));
}

std::string called(const Task& task) {
    switch (task.form) {
    case Form::atomic:
        return fmt::format("executed {} time(s) in a run", task.calls_per_run);
    case Form::geometric:
        return "taken apart by a geometry computer while the session is created";
    case Form::composite:
        return "made of other operators by the converter";
    }
    return "";
}

} // namespace

Result<PromptBook> PromptBook::load(const fs::path& folder) {
    PromptBook book;
    MKB_TRY(texts, read_folder(folder, ".txt"));
    MKB_TRY(parts, read_folder(folder / "parts", ".txt"));
    MKB_TRY(schemas, read_folder(folder / "schemas", ".json"));
    for (const std::string_view role : kRoles) {
        MKB_DO(expect_text(texts, std::string(role), folder));
    }
    for (const char* name : {"system", "again"}) {
        MKB_DO(expect_text(texts, name, folder));
    }
    for (const char* form : kForms) {
        MKB_DO(expect_text(parts, std::string("form.") + form, folder / "parts"));
    }
    std::string all;
    for (const auto* group : {&texts, &parts, &schemas}) {
        for (const auto& [name, text] : *group) {
            all += name + '\0' + text + '\0';
        }
    }
    book.hash_ = sha256_hex(all);
    for (const char* role : kPlanners) {
        nlohmann::json schema = nlohmann::json::parse(schemas[role], nullptr, false);
        if (!schema.is_object()) {
            return fail(ErrorKind::environment,
                        "'{}' is no JSON schema; take it from the project's prompts/, or leave --prompts out",
                        (folder / "schemas" / (std::string(role) + ".json")).string());
        }
        book.schemas_[role] = std::move(schema);
    }
    book.texts_ = std::move(texts);
    book.parts_ = std::move(parts);
    return book;
}

Result<std::string> PromptBook::fill(const std::string& role, Form form, const nlohmann::json& values) const {
    const auto text = texts_.find(role);
    if (text == texts_.end()) {
        return fail(ErrorKind::bad_input, "there is no role '{}'; there are {}", role, fmt::join(kRoles, ", "));
    }
    mustache::mustache page(text->second);
    if (!page.is_valid()) {
        return fail(ErrorKind::environment, "prompts/{}.txt: {}", role, page.error_message());
    }
    page.set_custom_escape([](const std::string& plain) { return plain; });
    mustache::data data = to_data(values);
    const std::string own = "form." + std::string(name_of(form));
    for (const auto& [name, part] : parts_) {
        if (!name.starts_with("form.")) {
            data.set(name, mustache::data(mustache::partial([&part] { return part; })));
        }
    }
    data.set("form", mustache::data(mustache::partial([this, own] { return parts_.at(own); })));
    return page.render(data);
}

Result<std::string> PromptBook::fill_within(std::size_t tokens, const std::string& role, Form form,
                                            nlohmann::json values) const {
    MKB_TRY(text, fill(role, form, values));
    for (const char* name : kGiveWay) {
        const std::size_t size = estimated_tokens(text);
        if (tokens == 0 || size <= tokens) {
            break;
        }
        const auto part = values.find(name);
        if (part == values.end() || !part->is_string() || part->get_ref<const std::string&>().empty()) {
            continue;
        }
        const auto& whole = part->get_ref<const std::string&>();
        const std::size_t too_much = (size - tokens) * kBytesPerToken + kBytesPerToken * 5;
        const bool some_stays = whole.size() > too_much + kLeastTokens * kBytesPerToken;
        *part = some_stays ? shortened(whole, whole.size() - too_much) : std::string();
        MKB_TRY(shorter, fill(role, form, values));
        text = std::move(shorter);
    }
    return text;
}

Result<nlohmann::json> task_values(const Task& task) {
    MKB_TRY(model, read_file(task.folder / "model.py"));
    nlohmann::json tensors = nlohmann::json::array();
    for (const TensorSpec& tensor : task.inputs) {
        tensors.push_back(tensor_line("input", tensor));
    }
    for (const Parameter& parameter : task.parameters) {
        tensors.push_back(fmt::format("constant {} [{}], with other contents when it is judged", parameter.name,
                                      fmt::join(parameter.shape, ", ")));
    }
    for (const FixedOperand& operand : task.fixed) {
        tensors.push_back(fmt::format("constant {} [{}]", operand.name, fmt::join(operand.shape, ", ")));
    }
    for (const TensorSpec& tensor : task.outputs) {
        tensors.push_back(tensor_line("output", tensor));
    }
    while (model.ends_with('\n')) {
        model.pop_back();
    }
    return nlohmann::json{
        {"summary", task.summary},
        {"operator", task.operator_name},
        {"attributes", task.attributes.dump()},
        {"tensors", std::move(tensors)},
        {"target", task.target.type + (task.target.operation.empty() ? "" : " " + task.target.operation)},
        {"op_type", "OpType_" + task.target.type},
        {"called", called(task)},
        {"model", model},
        {"files", fmt::format("{}", fmt::join(task.files, ", "))},
        {"first_file", task.files.front()},
        {"may_emit", fmt::format("{}", fmt::join(task.may_emit, ", "))},
        {"tolerance", fmt::format("{:g}", task.tolerance.relative_to_max)},
        {"threads", fmt::format("{}", task.threads)}};
}

std::size_t estimated_tokens(std::string_view text) {
    return (text.size() + kBytesPerToken - 1) / kBytesPerToken;
}

} // namespace mkb
