#include "tools/context.h"

#include "base/files.h"
#include "record/printable.h"
#include "tools/cut.h"

#include <algorithm>
#include <fmt/format.h>

namespace mkb {
namespace {

constexpr std::size_t kFileLimit = std::size_t{4} << 20;

bool is_hidden(const Reading& reading, const std::string& file) {
    return std::ranges::any_of(reading.hidden, [&](const std::string& path) { return file.starts_with(path); });
}

/// Nothing where the file is not there, is hidden, or has none of the names.
std::optional<Excerpt> excerpt_of(const char* role, const ReadingPart& part, const Reading& reading,
                                  const ReadingTexts& texts) {
    const auto text = texts.find(part.file);
    if (text == texts.end() || is_hidden(reading, part.file)) {
        return std::nullopt;
    }
    Excerpt excerpt{.role = role, .file = part.file, .why = part.why, .text = {}};
    excerpt.text = cut_source(valid_utf8(text->second), part.cut, part.names);
    excerpt.tokens = estimate_tokens(excerpt.text);
    return excerpt.text.empty() ? std::nullopt : std::optional(std::move(excerpt));
}

void add(ShownContext& context, Excerpt excerpt) {
    context.tokens += excerpt.tokens;
    context.excerpts.push_back(std::move(excerpt));
}

/// The first example whose files fit into `room` tokens.
void add_example(const Reading& reading, const ReadingTexts& texts, std::size_t room, ShownContext& context) {
    for (const WorkedExample& example : reading.examples) {
        std::vector<Excerpt> files;
        std::size_t tokens = 0;
        for (const ReadingPart& part : example.files) {
            if (auto excerpt = excerpt_of("example", part, reading, texts)) {
                tokens += excerpt->tokens;
                files.push_back(std::move(*excerpt));
            }
        }
        if (files.size() == example.files.size() && tokens <= room) {
            for (Excerpt& file : files) {
                add(context, std::move(file));
            }
            return;
        }
    }
    if (!reading.examples.empty()) {
        context.left_out.push_back(reading.examples.back().files.back().file);
    }
}

} // namespace

Result<ReadingTexts> load_reading(const Reading& reading) {
    std::vector<const ReadingPart*> parts;
    for (const auto* list : {&reading.lifecycle, &reading.headers}) {
        std::ranges::transform(*list, std::back_inserter(parts), [](const ReadingPart& part) { return &part; });
    }
    for (const WorkedExample& example : reading.examples) {
        std::ranges::transform(example.files, std::back_inserter(parts), [](const ReadingPart& part) { return &part; });
    }
    ReadingTexts texts;
    for (const ReadingPart* part : parts) {
        std::error_code error;
        const std::filesystem::path path = part->root / part->file;
        if (texts.contains(part->file) || is_hidden(reading, part->file) || !std::filesystem::exists(path, error)) {
            continue;
        }
        MKB_TRY(text, read_file(path, kFileLimit));
        texts[part->file] = std::move(text);
    }
    return texts;
}

Result<ShownContext> cut_context(const Reading& reading, const ReadingTexts& texts, std::size_t budget) {
    ShownContext context;
    context.budget = budget;
    context.included = reading.included;
    for (const ReadingPart& part : reading.lifecycle) {
        if (auto excerpt = excerpt_of("lifecycle", part, reading, texts)) {
            add(context, std::move(*excerpt));
        }
    }
    if (context.tokens > budget) {
        return fail(ErrorKind::bad_input,
                    "a budget of {} tokens does not hold what the form needs at least: {} tokens; raise --budget",
                    budget, context.tokens);
    }
    add_example(reading, texts, (budget - context.tokens) / 2, context);
    for (const ReadingPart& part : reading.headers) {
        auto excerpt = excerpt_of("header", part, reading, texts);
        if (excerpt && context.tokens + excerpt->tokens <= budget) {
            add(context, std::move(*excerpt));
        } else if (excerpt) {
            context.left_out.push_back(part.file);
        }
    }
    return context;
}

nlohmann::json to_json(const ShownContext& context) {
    nlohmann::json excerpts = nlohmann::json::array();
    for (const Excerpt& excerpt : context.excerpts) {
        excerpts.push_back({{"role", excerpt.role},
                            {"file", excerpt.file},
                            {"why", excerpt.why},
                            {"tokens", excerpt.tokens},
                            {"text", excerpt.text}});
    }
    return {{"budget", context.budget},
            {"tokens", context.tokens},
            {"included", context.included},
            {"excerpts", std::move(excerpts)},
            {"left_out", context.left_out}};
}

std::string to_text(const ShownContext& context) {
    std::string text;
    for (const Excerpt& excerpt : context.excerpts) {
        text +=
            fmt::format("{}// {}{}: {}\n{}", text.empty() ? "" : "\n",
                        excerpt.role == "example" ? "Worked example, " : "", excerpt.file, excerpt.why, excerpt.text);
    }
    return text;
}

std::string outline_of(const ShownContext& context) {
    std::string text;
    for (const Excerpt& excerpt : context.excerpts) {
        text +=
            fmt::format("{:<10} {:<52} {:>5} tokens  {}\n", excerpt.role, excerpt.file, excerpt.tokens, excerpt.why);
    }
    text += fmt::format("{} of {} tokens", context.tokens, context.budget);
    if (!context.left_out.empty()) {
        text += fmt::format("; left out: {}", fmt::join(context.left_out, ", "));
    }
    return text + "\n";
}

} // namespace mkb
