#include "cli/toolbox.h"

#include "agent/material.h"
#include "base/files.h"

namespace mkb::cli {

Result<AgentTools> make_toolbox(Workbench& /*bench*/) {
    MKB_TRY(home, home_dir());
    AgentTools tools;
    tools.material = [home](const Task& task) -> Result<Material> {
        MKB_TRY(example, worked_example(home, task));
        return Material{.headers = "", .example = std::move(example)};
    };
    return tools;
}

} // namespace mkb::cli
