#include "cli/model_options.h"

#include "base/files.h"

namespace mkb::cli {

namespace {

std::optional<std::chrono::seconds> seconds(const std::optional<std::int64_t>& count) {
    return count ? std::optional(std::chrono::seconds(*count)) : std::nullopt;
}

void add_parameters(CLI::App& command, ModelOptions& options) {
    const std::string group = "The model's parameters (default: the provider's own)";
    command.add_option("--temperature", options.temperature, "Sampling temperature")->group(group);
    command.add_option("--top-p", options.top_p, "Nucleus sampling")->group(group);
    command.add_option("--output-tokens", options.output_tokens, "Most tokens of an answer, thinking included")
        ->check(CLI::PositiveNumber)
        ->group(group);
    command.add_option("--effort", options.effort, "Reasoning effort, where the service takes a word")->group(group);
    command
        .add_option("--thinking-tokens", options.thinking_tokens, "Budget for thinking, where the service takes one")
        ->group(group);
    command.add_option("--parameter", options.extra, "NAME=JSON, merged into the request; may be repeated")
        ->group(group);
}

void add_limits(CLI::App& command, ModelOptions& options) {
    const std::string group = "Limits (default: none)";
    const auto add = [&](const char* name, auto& value, const char* text) {
        command.add_option(name, value, text)->check(CLI::NonNegativeNumber)->group(group);
    };
    add("--max-calls", options.run_calls, "Calls of the whole run");
    add("--max-tokens", options.run_tokens, "Tokens of the whole run, in and out");
    add("--max-money", options.run_money, "Money of the whole run, in the price table's currency");
    add("--max-seconds", options.run_seconds, "Seconds of waiting for answers, added up over the run");
    add("--task-calls", options.task_calls, "The same for each task");
    add("--task-tokens", options.task_tokens, "");
    add("--task-money", options.task_money, "");
    add("--task-seconds", options.task_seconds, "");
    command.add_option("--call-seconds", options.call_seconds, "One call, from the request to the last byte")
        ->check(CLI::PositiveNumber)
        ->capture_default_str()
        ->group(group);
    command.add_option("--idle-seconds", options.idle_seconds, "One call, without a byte")
        ->check(CLI::PositiveNumber)
        ->capture_default_str()
        ->group(group);
    command
        .add_option("--retries", options.retries, "After what may pass: limits on the rate, failures of the service")
        ->check(CLI::Range(0, 100))
        ->capture_default_str()
        ->group(group);
}

} // namespace

void add_model_options(CLI::App& command, ModelOptions& options) {
    command
        .add_option("--model", options.model,
                    "PROVIDER:NAME: openai:…, anthropic:…, gemini:…, exec:COMMAND, mailbox:FOLDER, recorded:PATH")
        ->required();
    command.add_option("--base-url", options.base_url, "Another server that speaks the provider's protocol");
    command.add_option("--key-file", options.key_file, "File with the key alone, mode 600");
    command.add_option("--key-env", options.key_variable, "Variable with the key, instead of the provider's own");
    command.add_option("--prices", options.prices, "Price table; default: prices.json of this project");
    command.add_flag("--any-prompt", options.any_prompt,
                     "recorded: answer by task, role and round, even where the prompt has changed");
    add_parameters(command, options);
    add_limits(command, options);
}

Result<ProviderOptions> provider_options(const ModelOptions& options) {
    ProviderOptions result;
    result.base_url = options.base_url;
    result.key_file = options.key_file;
    result.key_variable = options.key_variable;
    result.parameters = {.temperature = options.temperature,
                         .top_p = options.top_p,
                         .output_tokens = options.output_tokens,
                         .effort = options.effort,
                         .thinking_tokens = options.thinking_tokens};
    for (const std::string& item : options.extra) {
        const std::size_t equals = item.find('=');
        const nlohmann::json value =
            nlohmann::json::parse(equals == std::string::npos ? "" : item.substr(equals + 1), nullptr, false);
        if (equals == 0 || value.is_discarded()) {
            return fail(ErrorKind::bad_input, "--parameter '{}' is not NAME=JSON, e.g. seed=1 or stop='[\"x\"]'", item);
        }
        result.parameters.extra[item.substr(0, equals)] = value;
    }
    result.limits.total = std::chrono::seconds(options.call_seconds);
    result.limits.idle = std::chrono::seconds(options.idle_seconds);
    result.retry.retries = options.retries;
    result.any_prompt = options.any_prompt;
    return result;
}

SpendLimits run_limits(const ModelOptions& options) {
    return {.calls = options.run_calls,
            .tokens = options.run_tokens,
            .money = options.run_money,
            .time = seconds(options.run_seconds)};
}

SpendLimits task_limits(const ModelOptions& options) {
    return {.calls = options.task_calls,
            .tokens = options.task_tokens,
            .money = options.task_money,
            .time = seconds(options.task_seconds)};
}

Result<PriceTable> price_table(const ModelOptions& options, const std::string& model) {
    std::filesystem::path file = options.prices;
    if (file.empty()) {
        MKB_TRY(home, home_dir());
        file = home / "prices.json";
    }
    MKB_TRY(table, PriceTable::read(file));
    if ((options.run_money || options.task_money) && !table.knows(model)) {
        return fail(ErrorKind::bad_input, "a limit on money, but '{}' has no price for {}; add it there", file.string(),
                    model);
    }
    return table;
}

} // namespace mkb::cli
