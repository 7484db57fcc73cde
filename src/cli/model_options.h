#pragma once
// Options of commands that ask a model: which one, with what parameters and limits.
#include "cli/cli.h"
#include "llm/budget.h"
#include "llm/price.h"
#include "llm/providers.h"

namespace mkb::cli {

struct ModelOptions {
    std::string model, base_url, key_file, key_variable, effort, prices;
    std::optional<double> temperature, top_p;
    std::optional<std::int64_t> output_tokens, thinking_tokens;
    std::vector<std::string> extra; ///< name=JSON
    std::optional<std::int64_t> run_calls, run_tokens, run_seconds, task_calls, task_tokens, task_seconds;
    std::optional<double> run_money, task_money;
    int call_seconds = 1800, idle_seconds = 300, retries = RetryPolicy{}.retries;
    bool any_prompt = false;
};

void add_model_options(CLI::App& command, ModelOptions& options);
Result<ProviderOptions> provider_options(const ModelOptions& options);
SpendLimits run_limits(const ModelOptions& options);
SpendLimits task_limits(const ModelOptions& options);
/// The table that is named, else the project's own. bad_input: a limit on money, and no price for the model.
Result<PriceTable> price_table(const ModelOptions& options, const std::string& model);

} // namespace mkb::cli
