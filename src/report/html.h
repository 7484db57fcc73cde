#pragma once
// Text into HTML: whatever records hold is foreign and passes through here. Private to this room.
#include <initializer_list>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace mkb {

/// For element content and quoted attributes: & < > " ' escaped, ill-formed UTF-8 and control characters replaced.
std::string escape_html(std::string_view text);

/// JSON for a <script type="application/json">: no '<' is left in it, so that nothing can end the element.
std::string json_for_script(const nlohmann::json& json);

/// 'sha256-…' of a script's text, as a Content-Security-Policy names it.
std::string script_hash(std::string_view script);

/// A Content-Security-Policy: nothing is ever loaded; these scripts run, by their hash alone. Styles inline, because
/// the plots set them on their elements.
std::string content_policy(std::initializer_list<std::string_view> scripts);

/// A script as the content of its element.
std::string embedded_script(std::string_view script);

/// The template with each {{name}} replaced; what is put in is not looked at again. Every mark must have a value.
std::string fill_template(std::string_view text, const std::map<std::string, std::string, std::less<>>& values);

/// "39.8 µs", "2.61 ms", "1.20 s"; "–" for what is not finite and positive.
std::string format_time(double us);
/// "2.31×"
std::string format_ratio(double ratio);
/// "41 %"
std::string format_share(double share);

} // namespace mkb
