#include "base/files.h"
#include "task/task.h"

#include <cstring>
#include <span>

namespace mkb {
namespace {

Result<void> overwrite(std::string& model, std::size_t offset, std::span<const std::byte> bytes, const Task& task) {
    if (bytes.size() > model.size() || offset > model.size() - bytes.size()) {
        return fail(ErrorKind::bad_input, "{}: a model file changed while it was in use; start again",
                    task.folder.string());
    }
    std::memcpy(model.data() + offset, bytes.data(), bytes.size());
    return {};
}

} // namespace

Result<ModelPair> load_models(const Task& task, const std::optional<Seed>& parameters_seed) {
    MKB_TRY(onnx, read_file(task.folder / "model.onnx"));
    MKB_TRY(mnn, read_file(task.folder / "model.mnn"));
    if (parameters_seed) {
        for (std::uint32_t i = 0; i < task.parameters.size(); ++i) {
            const Parameter& parameter = task.parameters[i];
            std::vector<std::byte> drawn(parameter.size_bytes());
            fill(parameter.draw, ElementType::float32, parameter.shape,
                 stream_key(*parameters_seed, Phase::parameters, 0, 0, i), drawn);
            MKB_DO(overwrite(onnx, parameter.onnx_offset, drawn, task));
            const std::size_t piece = drawn.size() / parameter.mnn_offsets.size();
            for (std::size_t j = 0; j < parameter.mnn_offsets.size(); ++j) {
                const auto bytes = std::span(drawn).subspan(j * piece, piece);
                MKB_DO(overwrite(mnn, parameter.mnn_offsets[j], bytes, task));
            }
        }
    }
    return ModelPair{std::move(onnx), std::move(mnn)};
}

} // namespace mkb
