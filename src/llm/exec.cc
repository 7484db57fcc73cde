// A command is the model: request as JSON on its standard input, answer on its standard output.
#include "base/find_program.h"
#include "base/process.h"
#include "llm/json_path.h"
#include "llm/providers.h"
#include "llm/request_json.h"
#include "record/printable.h"

#include <sysexits.h>

namespace mkb {

namespace {

std::vector<std::string> split_words(const std::string& command) {
    std::vector<std::string> words;
    std::size_t at = 0;
    while ((at = command.find_first_not_of(' ', at)) != std::string::npos) {
        const std::size_t end = std::min(command.find(' ', at), command.size());
        words.push_back(command.substr(at, end - at));
        at = end;
    }
    return words;
}

std::string last_line(const std::string& text) {
    const std::size_t end = text.find_last_not_of(" \n\r\t");
    if (end == std::string::npos) {
        return "it said nothing on standard error";
    }
    const std::size_t start = text.rfind('\n', end);
    return printable_line(text.substr(start == std::string::npos ? 0 : start + 1, end + 1), 300);
}

class ExecProvider final : public LlmProvider {
public:
    ExecProvider(std::string command, ProviderOptions options)
        : command_(std::move(command)), options_(std::move(options)) {}

    std::string name() const override { return "exec:" + command_; }
    nlohmann::json parameters() const override { return to_json(options_.parameters); }

    Result<LlmAnswer> ask(const LlmRequest& request, const StopFlag& stop) override {
        const std::string input = request_json(request, options_.parameters).dump() + "\n";
        return with_retries(options_.retry, stop, [&] { return try_once(input); });
    }

private:
    std::expected<LlmAnswer, TryFailure> try_once(const std::string& input) const {
        ProcessSpec spec{.argv = split_words(command_), .input = input};
        spec.limits.wall_time = options_.limits.total;
        spec.limits.output_bytes = options_.limits.answer_bytes;
        const auto done = run_process(spec);
        if (!done) {
            return std::unexpected(TryFailure{.error = done.error()});
        }
        if (done->how == ProcessExit::How::timed_out) {
            return failure(true, ErrorKind::transient,
                           fmt::format("no answer within {} s", options_.limits.total.count() / 1000));
        }
        if (!done->ok()) {
            const bool away = done->how == ProcessExit::How::exited && done->code == EX_TEMPFAIL;
            return failure(away, away ? ErrorKind::transient : ErrorKind::bad_input,
                           fmt::format("{} {}: {}", done->how == ProcessExit::How::exited ? "exit code" : "signal",
                                       done->code, last_line(done->err)));
        }
        LlmAnswer answer = answer_in(done->out);
        answer.stop = done->out_cut ? "too_long" : answer.stop.empty() ? "stop" : answer.stop;
        answer.latency_ms = done->wall_ms;
        return answer;
    }

    std::unexpected<TryFailure> failure(bool may_retry, ErrorKind kind, const std::string& message) const {
        return std::unexpected(TryFailure{
            .may_retry = may_retry, .error = {kind, fmt::format("exec:{}: {}", printable_line(command_), message)}});
    }

    std::string command_;
    ProviderOptions options_;
};

} // namespace

Result<std::unique_ptr<LlmProvider>> make_exec_provider(const std::string& what, const ProviderOptions& options) {
    const auto words = split_words(what);
    if (words.empty() || (!words.front().contains('/') && !find_program(words.front()))) {
        return fail(ErrorKind::bad_input, "exec: there is no program '{}' in PATH", words.empty() ? "" : words.front());
    }
    return std::make_unique<ExecProvider>(what, options);
}

} // namespace mkb
