#pragma once
// What calls cost: a table that the user can edit (prices.json).
#include "llm/llm.h"

#include <filesystem>
#include <map>
#include <optional>
#include <string>

namespace mkb {

/// For a million tokens, in the table's currency.
struct Price {
    double input = 0;
    double output = 0; ///< thinking counts as output
    double cached_input = 0;
};

class PriceTable {
public:
    /// bad_input with the place for what is no price table.
    static Result<PriceTable> read(const std::filesystem::path& file);
    static Result<PriceTable> parse(std::string_view text, const std::string& where);
    /// Nothing where the table lacks the model ("openai:gpt-5": the exact name, else the longest entry that ends in '*'
    /// and begins it), or usage was not reported. Providers that are this machine's (exec, mailbox, recorded) cost 0
    /// unless the table names them.
    std::optional<double> cost(const std::string& model, const Usage& usage) const;
    bool knows(const std::string& model) const { return find(model) != nullptr || is_own(model); }
    const std::string& currency() const { return currency_; }

private:
    const Price* find(const std::string& model) const;
    static bool is_own(const std::string& model);
    std::string currency_;
    std::map<std::string, Price> prices_;
};

} // namespace mkb
