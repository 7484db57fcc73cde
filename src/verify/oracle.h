#pragma once
// The oracle: ONNX Runtime on the task's ONNX model, host only, one thread, deterministic.
#include "base/result.h"
#include "task/task.h"

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace mkb {

/// Values of one tensor, in the framework's element types (boolean and int64 as int32; int64 that does not fit is an
/// error).
struct TensorValue {
    ElementType type = ElementType::float32;
    std::vector<std::int64_t> shape;
    std::vector<std::byte> bytes; ///< 4 an element
    /// The elements; aborts when the type is another.
    std::span<const float> floats() const;
    std::span<const std::int32_t> ints() const;
    std::span<float> floats();
    std::span<std::int32_t> ints();
    /// An element, whatever the type.
    double at(std::size_t i) const;
};

/// One loaded model. Not thread safe.
class Oracle {
public:
    /// bad_input when the bytes are no ONNX model, or its inputs or outputs are not the task's.
    static Result<Oracle> load(const Task& task, const std::string& onnx_model);
    /// For a sibling of the task's model whose outputs may have other shapes and types (negative control `attribute`);
    /// its outputs come in its own order.
    static Result<Oracle> load_sibling(const Task& task, const std::string& onnx_model);
    Oracle(Oracle&&) noexcept;
    Oracle& operator=(Oracle&&) noexcept;
    ~Oracle();
    /// `inputs` in the framework's types, in the task's order; outputs in the task's order. bad_input when ONNX Runtime
    /// refuses the contents (an index out of range) or an int64 of an output does not fit into int32. May be called by
    /// several threads at once.
    Result<std::vector<TensorValue>> run(const std::vector<TensorValue>& inputs);

private:
    struct State;
    static Result<Oracle> open(const Task& task, const std::string& onnx_model, bool sibling);
    explicit Oracle(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

/// The inputs of one step, made on the host exactly as the device's supervisor makes them.
std::vector<TensorValue> make_inputs(const Task& task, std::uint32_t regime, const Seed& seed, Phase phase,
                                     std::uint64_t iteration);

/// The key of that step's reference: model hash, seed, phase, regime and iteration.
std::string reference_key(const std::string& model_hash, std::uint32_t regime, const Seed& seed, Phase phase,
                          std::uint64_t iteration);

/// References by (model hash, seed, phase, regime, iteration), on disk below the cache, so that a judgement with a
/// given `--seed` computes none twice. Judgements under a secret seed never repeat and go past it. Bounded: oldest
/// entries leave at `limit_bytes`. A cache only: what cannot be written is not kept, what is damaged is not found.
class ReferenceCache {
public:
    explicit ReferenceCache(std::size_t limit_bytes = std::size_t{2} << 30);
    std::optional<std::vector<TensorValue>> find(const std::string& key);
    void put(const std::string& key, const std::vector<TensorValue>& outputs);

private:
    std::size_t limit_bytes_;
};

/// The library's own, e.g. "1.27.0".
std::string oracle_version();

} // namespace mkb
