#include "llm/providers.h"

#include "llm/recorded.h"

#include <algorithm>
#include <fmt/ranges.h>
#include <iterator>

namespace mkb {

Result<std::unique_ptr<LlmProvider>> make_provider(const std::string& spec, const ProviderOptions& options) {
    const std::size_t colon = spec.find(':');
    const std::string service = spec.substr(0, colon);
    const std::string what = colon == std::string::npos ? "" : spec.substr(colon + 1);
    if (std::ranges::find(kProviderNames, service) == std::end(kProviderNames)) {
        return fail(ErrorKind::bad_input, "there is no provider '{}'; write PROVIDER:NAME with one of {}", service,
                    fmt::join(kProviderNames, ", "));
    }
    if (what.empty()) {
        return fail(ErrorKind::bad_input, "'{}' says only who answers; write {}:NAME", spec, service);
    }
    if (service == "exec") {
        return make_exec_provider(what, options);
    }
    if (service == "mailbox") {
        return make_mailbox_provider(what, options);
    }
    if (service == "recorded") {
        return make_recorded_provider(what, options);
    }
    return make_http_provider(service, what, options);
}

} // namespace mkb
