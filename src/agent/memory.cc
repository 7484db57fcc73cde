#include "agent/memory.h"

#include "base/descriptor.h"
#include "base/files.h"
#include "llm/json_path.h"
#include "llm/measured.h"
#include "record/printable.h"

#include <algorithm>
#include <cstdlib>
#include <fcntl.h>
#include <functional>
#include <ranges>
#include <sys/file.h>

namespace mkb {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMemoryBytes = std::size_t{256} << 20;

std::string place_of(const MemoryEntry& entry) {
    return fmt::format("{}|{}|{}|{}|{}", entry.run, entry.task_id, entry.sample, entry.round, entry.role);
}

MemoryEntry entry_from(const JsonPath& root) {
    return {.run = root["run"].text(),
            .task_id = root["task"].text(),
            .sample = static_cast<int>(root["sample"].integer()),
            .round = static_cast<int>(root["round"].integer()),
            .when = root["when"].text(),
            .operator_name = root["operator"].text(),
            .form = root["form"].text(),
            .category = root["category"].text(),
            .model = root["model"].text(),
            .role = root["role"].text(),
            .bottleneck = root["bottleneck"].text(),
            .method = root["method"].text(),
            .before = root["before"].text(),
            .after = root["after"].text(),
            .speedup_before = root["speedup_before"].number(),
            .speedup_after = root["speedup_after"].number()};
}

/// Those of `more` that are not among `entries`, appended to it. How many.
std::size_t merge(std::vector<MemoryEntry>& entries, const std::vector<MemoryEntry>& more) {
    std::size_t added = 0;
    for (const MemoryEntry& entry : more) {
        const std::string place = place_of(entry);
        if (std::ranges::none_of(entries, [&](const MemoryEntry& other) { return place_of(other) == place; })) {
            entries.push_back(entry);
            ++added;
        }
    }
    return added;
}

int fit(const MemoryEntry& entry, const Task& task, std::string_view bottleneck) {
    const bool same_form = entry.form == name_of(task.form);
    const bool same_category = entry.category == task.category;
    if (entry.operator_name == task.operator_name) {
        return 8 + (same_form ? 1 : 0) + (entry.bottleneck == bottleneck ? 2 : 0);
    }
    if (same_category) {
        return 4 + (same_form ? 1 : 0) + (entry.bottleneck == bottleneck ? 2 : 0);
    }
    return same_form && entry.bottleneck == bottleneck ? 1 : 0;
}

std::string result_text(const std::string& kind, double speedup) {
    return speedup > 0 ? measured(fmt::format("{:.2f}x", speedup)) : kind;
}

} // namespace

nlohmann::json to_json(const MemoryEntry& entry) {
    return {{"run", entry.run},
            {"task", entry.task_id},
            {"sample", entry.sample},
            {"round", entry.round},
            {"when", entry.when},
            {"operator", entry.operator_name},
            {"form", entry.form},
            {"category", entry.category},
            {"model", entry.model},
            {"role", entry.role},
            {"bottleneck", entry.bottleneck},
            {"method", valid_utf8(entry.method)},
            {"before", entry.before},
            {"after", entry.after},
            {"speedup_before", entry.speedup_before},
            {"speedup_after", entry.speedup_after}};
}

bool MemoryFilter::fits(const MemoryEntry& entry) const {
    const auto matches = [](const std::string& wanted, const std::string& is) {
        return wanted.empty() || wanted == is;
    };
    return matches(operator_name, entry.operator_name) && matches(form, entry.form) &&
           matches(category, entry.category) && matches(bottleneck, entry.bottleneck) && matches(role, entry.role);
}

std::string memory_text(const std::vector<MemoryEntry>& entries) {
    std::string text = nlohmann::json{{"mkb_memory", kMemorySchema}}.dump() + "\n";
    for (const MemoryEntry& entry : entries) {
        text += to_json(entry).dump() + "\n";
    }
    return text;
}

Result<std::vector<MemoryEntry>> parse_memory(std::string_view text, const std::string& where) {
    std::vector<MemoryEntry> entries;
    std::size_t number = 0;
    while (!text.empty()) {
        ++number;
        const std::size_t end = std::min(text.find('\n'), text.size());
        const nlohmann::json json = nlohmann::json::parse(text.substr(0, end), nullptr, false);
        text.remove_prefix(std::min(end + 1, text.size()));
        const JsonPath root(&json);
        if (number == 1) {
            const JsonPath version = root["mkb_memory"];
            if (!version.is_number() || version.integer() != kMemorySchema) {
                return fail(ErrorKind::bad_input, "{}: {}", where,
                            version.is_number()
                                ? fmt::format("a memory of version {}, this mkb reads {}; move it away or use that mkb",
                                              version.integer(), kMemorySchema)
                                : "no memory of an agent; 'mkb memory --export FILE' writes one");
            }
            continue;
        }
        MemoryEntry entry = entry_from(root);
        if (entry.task_id.empty() || entry.method.empty() || entry.role.empty()) {
            return fail(ErrorKind::bad_input, "{}:{}: no entry of a memory (task, role, method)", where, number);
        }
        entries.push_back(std::move(entry));
    }
    return entries;
}

fs::path memory_file() {
    if (const char* file = std::getenv("MKB_MEMORY"); file != nullptr && *file != '\0') {
        return file;
    }
    const char* data = std::getenv("XDG_DATA_HOME");
    if (data != nullptr && *data == '/') {
        return fs::path(data) / "mkb" / "memory.jsonl";
    }
    const char* home = std::getenv("HOME");
    return fs::path(home != nullptr ? home : ".") / ".local" / "share" / "mkb" / "memory.jsonl";
}

Result<std::vector<MemoryEntry>> read_memory(const fs::path& file) {
    std::error_code error;
    if (!fs::exists(file, error)) {
        return std::vector<MemoryEntry>{};
    }
    MKB_TRY(text, read_file(file, kMemoryBytes));
    return parse_memory(text, file.string());
}

Result<std::size_t> add_to_memory(const fs::path& file, const std::vector<MemoryEntry>& entries) {
    std::error_code error;
    fs::create_directories(file.parent_path(), error);
    const std::string lock_name = file.string() + ".lock";
    const Descriptor lock(open(lock_name.c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0600));
    if (!lock || flock(lock.get(), LOCK_EX) != 0) {
        return fail(ErrorKind::environment, "memory '{}' cannot be written; check its folder's rights", file.string());
    }
    MKB_TRY(all, read_memory(file));
    const std::size_t added = merge(all, entries);
    if (added > 0) {
        MKB_DO(write_file_atomic(file, memory_text(all)));
    }
    return added;
}

Result<MemoryReach> memory_reach_named(const std::string& name) {
    for (const MemoryReach reach : {MemoryReach::off, MemoryReach::task, MemoryReach::run, MemoryReach::global}) {
        if (name == name_of(reach)) {
            return reach;
        }
    }
    return fail(ErrorKind::bad_input, "--memory '{}' is none of off, task, run, global", name);
}

std::string_view name_of(MemoryReach reach) {
    switch (reach) {
    case MemoryReach::off:
        return "off";
    case MemoryReach::task:
        return "task";
    case MemoryReach::run:
        return "run";
    case MemoryReach::global:
        return "global";
    }
    return "";
}

Result<std::unique_ptr<Memory>> Memory::open(MemoryReach reach, const fs::path& file) {
    std::unique_ptr<Memory> memory(new Memory(reach, file));
    if (reach == MemoryReach::global) {
        MKB_TRY(entries, read_memory(file));
        memory->entries_ = std::move(entries);
    }
    return memory;
}

Result<void> Memory::add(const MemoryEntry& entry) {
    const std::lock_guard lock(mutex_);
    if (reach_ == MemoryReach::off || merge(entries_, {entry}) == 0 || reach_ != MemoryReach::global) {
        return {};
    }
    MKB_DO(add_to_memory(file_, {entry}));
    return {};
}

std::vector<MemoryEntry> Memory::fitting(const Task& task, std::string_view role, std::string_view bottleneck,
                                         std::size_t limit) const {
    const std::lock_guard lock(mutex_);
    std::vector<std::pair<int, std::size_t>> ranked; // how well, and where: the later, the newer
    for (std::size_t i = 0; i < entries_.size(); ++i) {
        const MemoryEntry& entry = entries_[i];
        const bool seen = reach_ != MemoryReach::off && (reach_ != MemoryReach::task || entry.task_id == task.id);
        const int how_well = fit(entry, task, bottleneck);
        if (seen && entry.role == role && how_well > 0) {
            ranked.emplace_back(how_well, i);
        }
    }
    std::ranges::sort(ranked, std::greater<>{});
    std::vector<MemoryEntry> chosen;
    for (const auto& [how_well, place] : ranked | std::views::take(limit)) {
        chosen.push_back(entries_[place]);
    }
    return chosen;
}

std::string memory_lines(const std::vector<MemoryEntry>& entries) {
    std::string text;
    for (const MemoryEntry& entry : entries) {
        text += fmt::format("- {} ({}), against {}: {}: {} before, {} after\n", entry.operator_name, entry.form,
                            entry.bottleneck, entry.method, result_text(entry.before, entry.speedup_before),
                            result_text(entry.after, entry.speedup_after));
    }
    return text;
}

} // namespace mkb
