#pragma once
// One HTTP POST through libcurl, its answer streamed. Never follows a redirect: a key goes where the user said. Private
// to this room.
#include "llm/llm.h"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace mkb {

struct HttpCall {
    std::string url;
    std::vector<std::string> headers; ///< "Name: value"
    std::string body;
    CallLimits limits;
    /// Pieces of a body with status 200; false ends the call.
    std::function<bool(std::string_view)> take;
};

struct HttpReply {
    long status = 0; ///< 0: none came
    std::string retry_after, content_type;
    std::string body;   ///< of any other status, its first 64 KB
    std::string broken; ///< transport trouble: refused, reset, timed out, cut; empty for none
    bool ended_by_taker = false, stopped = false;
};

/// bad_input for a URL that is none or has a user's name in it; environment where libcurl cannot start.
Result<HttpReply> http_post(const HttpCall& call, const StopFlag& stop);

} // namespace mkb
