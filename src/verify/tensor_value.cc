#include "verify/oracle.h"

namespace mkb {
namespace {

template <class Element, class Bytes>
auto elements_of(Bytes& bytes) {
    // A vector's storage is aligned for every fundamental type, and these types may be read and written through it.
    return std::span(reinterpret_cast<Element*>(bytes.data()), bytes.size() / 4);
}

} // namespace

std::span<const float> TensorValue::floats() const {
    MKB_CHECK(type == ElementType::float32);
    return elements_of<const float>(bytes);
}

std::span<const std::int32_t> TensorValue::ints() const {
    MKB_CHECK(type == ElementType::int32);
    return elements_of<const std::int32_t>(bytes);
}

std::span<float> TensorValue::floats() {
    MKB_CHECK(type == ElementType::float32);
    return elements_of<float>(bytes);
}

std::span<std::int32_t> TensorValue::ints() {
    MKB_CHECK(type == ElementType::int32);
    return elements_of<std::int32_t>(bytes);
}

std::vector<TensorValue> make_inputs(const Task& task, std::uint32_t regime, const Seed& seed, Phase phase,
                                     std::uint64_t iteration) {
    MKB_CHECK(regime < task.regimes.size());
    std::vector<TensorValue> inputs;
    for (std::uint32_t i = 0; i < task.inputs.size(); ++i) {
        const TensorSpec& spec = task.inputs[i];
        TensorValue& value = inputs.emplace_back(
            TensorValue{element_type_in_framework(spec.type), spec.shape, std::vector<std::byte>(spec.size_bytes())});
        fill(task.regimes[regime].inputs[i], value.type, spec.shape, stream_key(seed, phase, regime, iteration, i),
             value.bytes);
    }
    return inputs;
}

double TensorValue::at(std::size_t i) const {
    return type == ElementType::float32 ? static_cast<double>(floats()[i]) : static_cast<double>(ints()[i]);
}

} // namespace mkb
