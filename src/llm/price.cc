#include "llm/price.h"

#include "base/files.h"
#include "llm/json_path.h"

#include <cmath>

namespace mkb {

namespace {

constexpr double kMillion = 1e6;

Result<double> amount(const JsonPath& value, const std::string& where, const std::string& model, const char* name) {
    if (!value.is_number() || !std::isfinite(value.number()) || value.number() < 0) {
        return fail(ErrorKind::bad_input, "{}: models/{}/{} is no price (a number for a million tokens)", where, model,
                    name);
    }
    return value.number();
}

} // namespace

Result<PriceTable> PriceTable::read(const std::filesystem::path& file) {
    MKB_TRY(text, read_file(file, std::size_t{1} << 20));
    return parse(text, file.string());
}

Result<PriceTable> PriceTable::parse(std::string_view text, const std::string& where) {
    const nlohmann::json json = nlohmann::json::parse(text, nullptr, false);
    const JsonPath root(&json);
    if (!root["currency"].is_text() || !root["models"].is_object()) {
        return fail(ErrorKind::bad_input, "{}: no price table: it wants \"currency\" and \"models\"", where);
    }
    PriceTable table;
    table.currency_ = root["currency"].text();
    for (const auto& [model, entry] : root["models"].json()->items()) {
        const JsonPath row(&entry);
        MKB_TRY(input, amount(row["input"], where, model, "input"));
        MKB_TRY(output, amount(row["output"], where, model, "output"));
        Price price{.input = input, .output = output, .cached_input = input};
        if (row["cached_input"].is_there()) {
            MKB_TRY(cached, amount(row["cached_input"], where, model, "cached_input"));
            price.cached_input = cached;
        }
        table.prices_[model] = price;
    }
    return table;
}

const Price* PriceTable::find(const std::string& model) const {
    if (const auto exact = prices_.find(model); exact != prices_.end()) {
        return &exact->second;
    }
    const Price* best = nullptr;
    std::size_t length = 0;
    for (const auto& [name, price] : prices_) {
        const bool fits = name.ends_with('*') && model.starts_with(std::string_view(name).substr(0, name.size() - 1));
        if (fits && name.size() > length) {
            best = &price;
            length = name.size();
        }
    }
    return best;
}

bool PriceTable::is_own(const std::string& model) {
    return model.starts_with("exec:") || model.starts_with("mailbox:") || model.starts_with("recorded:");
}

std::optional<double> PriceTable::cost(const std::string& model, const Usage& usage) const {
    const Price* price = find(model);
    if (price == nullptr) {
        return is_own(model) ? std::optional(0.0) : std::nullopt;
    }
    if (!usage.reported) {
        return std::nullopt;
    }
    const auto fresh = static_cast<double>(usage.input_tokens - usage.cached_input_tokens);
    return (fresh * price->input + static_cast<double>(usage.cached_input_tokens) * price->cached_input +
            static_cast<double>(usage.output_tokens) * price->output) /
           kMillion;
}

} // namespace mkb
