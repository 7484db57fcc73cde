#pragma once
// Reading foreign JSON without exceptions: a step that is not there, or of another type, leads to nothing.
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>

namespace mkb {

class JsonPath {
public:
    explicit JsonPath(const nlohmann::json* json) : json_(json) {}
    JsonPath operator[](const char* member) const {
        if (json_ == nullptr || !json_->is_object()) {
            return JsonPath(nullptr);
        }
        const auto found = json_->find(member);
        return JsonPath(found == json_->end() ? nullptr : &*found);
    }
    JsonPath at(std::size_t element) const { return JsonPath(element < size() ? &(*json_)[element] : nullptr); }
    bool is_there() const { return json_ != nullptr && !json_->is_null(); }
    bool is_text() const { return json_ != nullptr && json_->is_string(); }
    bool is_number() const { return json_ != nullptr && json_->is_number(); }
    bool is_object() const { return json_ != nullptr && json_->is_object(); }
    bool is_array() const { return json_ != nullptr && json_->is_array(); }
    /// Of an array; 0 for anything else.
    std::size_t size() const { return is_array() ? json_->size() : 0; }
    /// Empty where there is no text.
    std::string text() const { return is_text() ? json_->get<std::string>() : std::string(); }
    double number() const { return is_number() ? json_->get<double>() : 0; }
    /// A fraction is cut, what is beyond 64 bits is 0.
    std::int64_t integer() const {
        constexpr double kBeyond = 9.2e18;
        const bool fits = is_number() && json_->get<double>() > -kBeyond && json_->get<double>() < kBeyond;
        return fits ? json_->get<std::int64_t>() : 0;
    }
    bool truth() const { return json_ != nullptr && json_->is_boolean() && json_->get<bool>(); }
    const nlohmann::json* json() const { return json_; }

private:
    const nlohmann::json* json_;
};

} // namespace mkb
