#include "llm/http.h"

#include <curl/curl.h>
#include <memory>

namespace mkb {

namespace {

constexpr std::size_t kErrorBodyBytes = std::size_t{64} << 10;

struct Transfer {
    const HttpCall* call;
    const StopFlag* stop;
    HttpReply reply;
    CURL* handle = nullptr;
};

std::size_t on_header(char* bytes, std::size_t, std::size_t count, void* data) {
    auto& transfer = *static_cast<Transfer*>(data);
    std::string_view line(bytes, count);
    const auto value_of = [&](std::string_view name) -> std::optional<std::string> {
        if (line.size() <= name.size() || line[name.size()] != ':' ||
            curl_strnequal(line.data(), name.data(), name.size()) == 0) {
            return std::nullopt;
        }
        std::string_view value = line.substr(name.size() + 1);
        while (!value.empty() && std::string_view(" \t").contains(value.front())) {
            value.remove_prefix(1);
        }
        while (!value.empty() && std::string_view(" \t\r\n").contains(value.back())) {
            value.remove_suffix(1);
        }
        return std::string(value);
    };
    if (auto value = value_of("retry-after")) {
        transfer.reply.retry_after = std::move(*value);
    } else if (auto type = value_of("content-type")) {
        transfer.reply.content_type = std::move(*type);
    }
    return count;
}

std::size_t on_body(char* bytes, std::size_t, std::size_t count, void* data) {
    auto& transfer = *static_cast<Transfer*>(data);
    curl_easy_getinfo(transfer.handle, CURLINFO_RESPONSE_CODE, &transfer.reply.status);
    if (transfer.reply.status == 200) {
        transfer.reply.ended_by_taker = !transfer.call->take(std::string_view(bytes, count));
        return transfer.reply.ended_by_taker ? 0 : count;
    }
    transfer.reply.body.append(bytes, std::min(count, kErrorBodyBytes - transfer.reply.body.size()));
    return transfer.reply.body.size() < kErrorBodyBytes ? count : 0;
}

int on_progress(void* data, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
    return static_cast<Transfer*>(data)->stop->load() ? 1 : 0;
}

struct CloseHandle {
    void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
};
struct FreeList {
    void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};

Result<void> check_url(const std::string& url) {
    const std::unique_ptr<CURLU, decltype(&curl_url_cleanup)> parts(curl_url(), curl_url_cleanup);
    if (curl_url_set(parts.get(), CURLUPART_URL, url.c_str(), 0) != CURLUE_OK ||
        !(url.starts_with("https://") || url.starts_with("http://"))) {
        return fail(ErrorKind::bad_input, "the model's URL is none; --base-url wants https://HOST/PATH");
    }
    char* user = nullptr;
    const bool has_user = curl_url_get(parts.get(), CURLUPART_USER, &user, 0) == CURLUE_OK;
    curl_free(user);
    if (has_user) {
        return fail(ErrorKind::bad_input, "--base-url must hold no user and no key: they would stand in records; "
                                          "put the key into the environment or a file with mode 600");
    }
    return {};
}

void set_options(CURL* handle, const HttpCall& call, const curl_slist* headers, Transfer& transfer, char* trouble) {
    const auto milliseconds = [](std::chrono::milliseconds time) { return static_cast<long>(time.count()); };
    curl_easy_setopt(handle, CURLOPT_URL, call.url.c_str());
    curl_easy_setopt(handle, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(handle, CURLOPT_POSTFIELDS, call.body.data());
    curl_easy_setopt(handle, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(call.body.size()));
    curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(handle, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(handle, CURLOPT_USERAGENT, "mkb/" MKB_VERSION);
    curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT_MS, milliseconds(call.limits.connect));
    curl_easy_setopt(handle, CURLOPT_TIMEOUT_MS, milliseconds(call.limits.total));
    curl_easy_setopt(handle, CURLOPT_LOW_SPEED_LIMIT, 1L);
    curl_easy_setopt(handle, CURLOPT_LOW_SPEED_TIME, std::max(1L, milliseconds(call.limits.idle) / 1000));
    curl_easy_setopt(handle, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(handle, CURLOPT_HEADERDATA, &transfer);
    curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(handle, CURLOPT_WRITEDATA, &transfer);
    curl_easy_setopt(handle, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(handle, CURLOPT_XFERINFOFUNCTION, on_progress);
    curl_easy_setopt(handle, CURLOPT_XFERINFODATA, &transfer);
    curl_easy_setopt(handle, CURLOPT_ERRORBUFFER, trouble);
}

} // namespace

Result<HttpReply> http_post(const HttpCall& call, const StopFlag& stop) {
    static const CURLcode kStarted = curl_global_init(CURL_GLOBAL_DEFAULT); // once, whichever thread comes first
    const std::unique_ptr<CURL, CloseHandle> handle(curl_easy_init());
    if (kStarted != CURLE_OK || !handle) {
        return fail(ErrorKind::environment, "libcurl cannot be started on this machine");
    }
    MKB_DO(check_url(call.url));
    std::unique_ptr<curl_slist, FreeList> headers;
    for (const std::string& header : call.headers) {
        headers.reset(curl_slist_append(headers.release(), header.c_str()));
    }
    Transfer transfer{.call = &call, .stop = &stop, .reply = {}, .handle = handle.get()};
    char trouble[CURL_ERROR_SIZE] = "";
    set_options(handle.get(), call, headers.get(), transfer, trouble);
    const CURLcode code = curl_easy_perform(handle.get());
    HttpReply& reply = transfer.reply;
    curl_easy_getinfo(handle.get(), CURLINFO_RESPONSE_CODE, &reply.status);
    reply.stopped = code == CURLE_ABORTED_BY_CALLBACK;
    const bool ours = reply.stopped || (code == CURLE_WRITE_ERROR && (reply.ended_by_taker || reply.status != 200));
    if (code != CURLE_OK && !ours) {
        reply.broken = trouble[0] != '\0' ? trouble : curl_easy_strerror(code);
    }
    return std::move(reply);
}

} // namespace mkb
