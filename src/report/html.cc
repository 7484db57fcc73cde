#include "report/html.h"

#include "base/hash.h"
#include "base/result.h"
#include "record/printable.h"

#include <cmath>

namespace mkb {
namespace {

unsigned hex_digit(char c) {
    return static_cast<unsigned>(c <= '9' ? c - '0' : c - 'a' + 10);
}

std::string base64_of_hex(const std::string& hex) {
    constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string result;
    unsigned bits = 0;
    int held = 0;
    for (const char c : hex) {
        bits = (bits << 4U) | hex_digit(c);
        held += 4;
        while (held >= 6) {
            held -= 6;
            result += kAlphabet[(bits >> static_cast<unsigned>(held)) & 63U];
        }
    }
    if (held > 0) {
        result += kAlphabet[(bits << static_cast<unsigned>(6 - held)) & 63U];
    }
    while (result.size() % 4 != 0) {
        result += '=';
    }
    return result;
}

bool usable(double value) {
    return std::isfinite(value) && value > 0;
}

} // namespace

std::string escape_html(std::string_view text) {
    std::string result;
    for (const char c : valid_utf8(text)) {
        switch (c) {
        case '&':
            result += "&amp;";
            break;
        case '<':
            result += "&lt;";
            break;
        case '>':
            result += "&gt;";
            break;
        case '"':
            result += "&quot;";
            break;
        case '\'':
            result += "&#39;";
            break;
        default:
            const bool control = static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t';
            result += control || c == 0x7F ? std::string("\uFFFD") : std::string(1, c);
        }
    }
    return result;
}

std::string json_for_script(const nlohmann::json& json) {
    const std::string text = json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    std::string result;
    result.reserve(text.size());
    for (const char c : text) {
        if (c == '<') {
            result += "\\u003c";
        } else {
            result += c;
        }
    }
    return result;
}

std::string script_hash(std::string_view script) {
    return "'sha256-" + base64_of_hex(sha256_hex(script)) + "'";
}

std::string content_policy(std::initializer_list<std::string_view> scripts) {
    std::string hashes;
    for (const std::string_view script : scripts) {
        hashes += " " + script_hash(script);
    }
    return fmt::format("default-src 'none'; script-src{}; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; "
                       "form-action 'none'",
                       hashes);
}

std::string embedded_script(std::string_view script) {
    // Our own file or a pinned library: where it could end its element early, it is our bug.
    MKB_CHECK(script.find("</script") == std::string_view::npos && script.find("<!--") == std::string_view::npos);
    return std::string(script);
}

std::string fill_template(std::string_view text, const std::map<std::string, std::string, std::less<>>& values) {
    std::string result;
    while (true) {
        const std::size_t begin = text.find("{{");
        result += text.substr(0, begin);
        if (begin == std::string_view::npos) {
            return result;
        }
        const std::size_t end = text.find("}}", begin);
        MKB_CHECK(end != std::string_view::npos);
        const auto value = values.find(text.substr(begin + 2, end - begin - 2));
        MKB_CHECK(value != values.end());
        result += value->second;
        text.remove_prefix(end + 2);
    }
}

std::string format_time(double us) {
    if (!usable(us)) {
        return "–";
    }
    const auto [value, unit] = us < 1e3   ? std::pair(us, "µs")
                               : us < 1e6 ? std::pair(us / 1e3, "ms")
                                          : std::pair(us / 1e6, "s");
    return fmt::format("{:.{}f} {}", value, value < 10 ? 2 : value < 100 ? 1 : 0, unit);
}

std::string format_ratio(double ratio) {
    return usable(ratio) ? fmt::format("{:.2f}×", ratio) : "–";
}

std::string format_share(double share) {
    return usable(share) ? fmt::format("{:.{}f} %", 100 * share, share < 0.0995 ? 1 : 0) : "–";
}

} // namespace mkb
