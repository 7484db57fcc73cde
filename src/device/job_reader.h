#pragma once
// How the structures of a job are read from JSON and written to it: for job.cc and expansion.cc only.
#include "device/job.h"

#include <concepts>
#include <cstddef>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

namespace mkb::job {

using nlohmann::json;

/// Reads members by name and remembers the first that is missing or of another type.
class Reader {
public:
    Reader(const json& from, std::string& reason) : from_(from), reason_(reason) {}

    template <class T>
    void read(const char* name, T& value) {
        const auto found = from_.find(name);
        if (found == from_.end()) {
            complain(name, "is missing");
        } else {
            assign(name, *found, value);
        }
    }

    /// A member that older writers did not know: `value` stays as it is then.
    template <class T>
    void read_if_there(const char* name, T& value) {
        if (const auto found = from_.find(name); found != from_.end()) {
            assign(name, *found, value);
        }
    }

    template <class T, class Parse>
    void read_list(const char* name, std::vector<T>& values, Parse parse) {
        const auto found = from_.find(name);
        if (found == from_.end() || !found->is_array()) {
            complain(name, "is not a list");
            return;
        }
        for (const json& item : *found) {
            T value;
            if (!parse(item, value, reason_)) {
                complain(name, "has an item that cannot be read");
                return;
            }
            values.push_back(std::move(value));
        }
    }

    template <class T, class Parse>
    void read_object(const char* name, T& value, Parse parse) {
        if (const auto found = from_.find(name); found == from_.end() || !found->is_object()) {
            complain(name, "is not an object");
        } else {
            parse(*found, value, reason_);
        }
    }

    bool ok() const { return reason_.empty(); }

private:
    void complain(const char* name, const char* what) {
        if (reason_.empty()) {
            reason_ = std::string("'") + name + "' " + what;
        }
    }
    void assign(const char* name, const json& item, std::string& value) {
        item.is_string() ? void(value = item.get<std::string>()) : complain(name, "is not text");
    }
    void assign(const char* name, const json& item, bool& value) {
        item.is_boolean() ? void(value = item.get<bool>()) : complain(name, "is not true or false");
    }
    void assign(const char* name, const json& item, double& value) {
        item.is_number() ? void(value = item.get<double>()) : complain(name, "is not a number");
    }
    void assign(const char* name, const json& item, float& value) {
        item.is_number() ? void(value = item.get<float>()) : complain(name, "is not a number");
    }
    /// A whole number is never read from a fraction, nor cut to what the type has room for.
    template <std::integral T>
    void assign(const char* name, const json& item, T& value) {
        const bool fits = item.is_number_unsigned()
                              ? std::in_range<T>(item.get<std::uint64_t>())
                              : item.is_number_integer() && std::in_range<T>(item.get<std::int64_t>());
        fits ? void(value = item.get<T>()) : complain(name, "is not a whole number that fits");
    }
    void assign(const char* name, const json& item, std::vector<std::byte>& value) {
        if (!item.is_binary()) {
            complain(name, "is not a string of bytes");
            return;
        }
        const auto& bytes = item.get_binary();
        const auto* begin = reinterpret_cast<const std::byte*>(bytes.data());
        value.assign(begin, begin + bytes.size());
    }
    template <class T>
    void assign(const char* name, const json& item, std::vector<T>& value) {
        if (!item.is_array()) {
            complain(name, "is not a list");
            return;
        }
        for (const json& element : item) {
            T one{};
            assign(name, element, one);
            value.push_back(std::move(one));
        }
    }

    const json& from_;
    std::string& reason_;
};

template <class T, class Convert>
json list(const std::vector<T>& values, Convert convert) {
    json result = json::array();
    for (const T& value : values) {
        result.push_back(convert(value));
    }
    return result;
}

inline json tensor_to_json(const Tensor& tensor) {
    return {{"name", tensor.name},
            {"type", tensor.type == ElementType::float32 ? "float32" : "int32"},
            {"shape", tensor.shape}};
}

inline bool tensor_from_json(const json& from, Tensor& tensor, std::string& reason) {
    Reader reader(from, reason);
    std::string type;
    reader.read("name", tensor.name);
    reader.read("type", type);
    reader.read("shape", tensor.shape);
    tensor.type = type == "int32" ? ElementType::int32 : ElementType::float32;
    return reader.ok();
}

} // namespace mkb::job
