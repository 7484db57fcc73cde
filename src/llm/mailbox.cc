// A folder is the model: request files out, answer files in. A person, or any other agent, reads the one and writes the
// other.
#include "base/files.h"
#include "base/hash.h"
#include "llm/providers.h"
#include "llm/request_json.h"
#include "record/printable.h"

namespace mkb {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kHashDigits = 12;
constexpr const char* kEndings[] = {".md", ".txt", ".json"};

/// Of a file, so that a change shows.
struct Look {
    std::uintmax_t size = 0;
    fs::file_time_type time;
    bool operator==(const Look&) const = default;
};

std::string plain(std::string_view text) {
    std::string result;
    for (const char c : text) {
        result += std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' ? c : '-';
    }
    return result;
}

/// The same for the same request: an answer that came while nobody ran is found by the next run.
std::string file_name(const LlmRequest& request) {
    const CallName& name = request.name;
    return fmt::format("{}.{}.r{:02}.s{}.a{}.{}", plain(name.task), plain(name.role), name.round, name.sample,
                       name.attempt, sha256_hex(request.system + "\n" + request.prompt).substr(0, kHashDigits));
}

class MailboxProvider final : public LlmProvider {
public:
    MailboxProvider(fs::path folder, ProviderOptions options)
        : folder_(std::move(folder)), options_(std::move(options)) {}

    std::string name() const override { return "mailbox:" + folder_.filename().string(); }
    nlohmann::json parameters() const override { return to_json(options_.parameters); }

    Result<LlmAnswer> ask(const LlmRequest& request, const StopFlag& stop) override {
        const auto start = std::chrono::steady_clock::now();
        const std::string file = file_name(request);
        const fs::path asked = folder_ / "requests" / (file + ".json");
        MKB_DO(write_file_atomic(asked, request_json(request, options_.parameters).dump(2) + "\n"));
        const fs::path prompt = folder_ / "requests" / (file + ".prompt.md");
        MKB_DO(write_file_atomic(prompt, request.system + "\n\n" + request.prompt));
        std::map<fs::path, Look> seen;
        while (true) {
            MKB_TRY(answer, look(file, seen));
            if (answer) {
                const auto wait = std::chrono::steady_clock::now() - start;
                answer->latency_ms = std::chrono::duration<double, std::milli>(wait).count();
                std::error_code ignored;
                fs::remove(asked, ignored);
                fs::remove(prompt, ignored);
                return std::move(*answer);
            }
            if (std::chrono::steady_clock::now() - start > options_.limits.total) {
                return fail(ErrorKind::transient, "mailbox {}: no answer to {} within {} s", folder_.string(), file,
                            options_.limits.total.count() / 1000);
            }
            if (!wait_unless(options_.look_again, stop)) {
                return fail(ErrorKind::transient, "mailbox {}: stopped before {} was answered", folder_.string(), file);
            }
        }
    }

private:
    /// An answer counts once two looks saw it the same and, where it is JSON, it is whole: it may still be being
    /// written. Of several answers the first that counts is taken; the others are noted.
    Result<std::optional<LlmAnswer>> look(const std::string& file, std::map<fs::path, Look>& seen) const {
        std::optional<LlmAnswer> answer;
        std::vector<std::string> others;
        for (const char* ending : kEndings) {
            const fs::path path = folder_ / "answers" / (file + ending);
            std::error_code error;
            const Look now{.size = fs::file_size(path, error), .time = fs::last_write_time(path, error)};
            if (error || now.size == 0) {
                continue;
            }
            const auto before = seen.find(path);
            const bool settled = before != seen.end() && before->second == now;
            seen[path] = now;
            if (!settled) {
                continue;
            }
            MKB_TRY(text, read_file(path, 2 * options_.limits.answer_bytes));
            const bool whole = std::string_view(ending) != ".json" || nlohmann::json::accept(text);
            if (!whole) {
                continue;
            }
            if (answer) {
                others.push_back(path.filename().string());
            } else {
                answer = answer_in(text);
            }
        }
        if (answer) {
            answer->stop = answer->stop.empty() ? "stop" : answer->stop;
            for (const std::string& other : others) {
                answer->troubles.push_back("answered twice: " + other + " was not read");
            }
        }
        return answer;
    }

    fs::path folder_;
    ProviderOptions options_;
};

} // namespace

Result<std::unique_ptr<LlmProvider>> make_mailbox_provider(const std::string& what, const ProviderOptions& options) {
    for (const char* part : {"requests", "answers"}) {
        std::error_code error;
        fs::create_directories(fs::path(what) / part, error);
        if (error) {
            return fail(ErrorKind::environment, "mailbox '{}' cannot be made: {}", what, error.message());
        }
    }
    return std::make_unique<MailboxProvider>(what, options);
}

} // namespace mkb
