// task.json is hand-written or comes with a foreign task: any text gives a task or one line of reason, and a task that
// is accepted can be drawn from.
#include "task/task_json.h"

#include <cstdio>
#include <cstdlib>

namespace {

constexpr std::int64_t kMostElements = 1 << 16; // keeps one run short

void require(bool condition, const char* what) {
    if (!condition) {
        std::fprintf(stderr, "%s\n", what);
        std::abort();
    }
}

void draw_from(const mkb::Task& task) {
    for (const mkb::Regime& regime : task.regimes) {
        require(regime.inputs.size() == task.inputs.size(), "a regime does not name every input");
        for (std::size_t i = 0; i < task.inputs.size(); ++i) {
            const mkb::TensorSpec& spec = task.inputs[i];
            if (spec.elements() > kMostElements) {
                continue;
            }
            std::vector<std::byte> bytes(spec.size_bytes());
            mkb::fill(regime.inputs[i], mkb::element_type_in_framework(spec.type), spec.shape, 1, bytes);
            mkb::Draw again;
            std::string reason;
            require(mkb::parse_draw(mkb::to_json(regime.inputs[i]), again, reason), "a draw does not survive its JSON");
        }
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto task = mkb::parse_task({reinterpret_cast<const char*>(data), size});
    if (task) {
        draw_from(*task);
    } else {
        require(!task.error().message.empty(), "an error without a message");
        require(task.error().message.find('\n') == std::string::npos, "a message of more than one line");
    }
    return 0;
}
