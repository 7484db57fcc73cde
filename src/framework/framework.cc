#include "framework/framework.h"

namespace mkb {

std::string_view name_of(Target target) {
    switch (target) {
    case Target::host:
        return "host";
    case Target::aarch64:
        return "aarch64";
    case Target::android:
        return "android";
    }
    MKB_CHECK(false);
}

Result<Target> target_named(std::string_view name) {
    for (const Target target : {Target::host, Target::aarch64, Target::android}) {
        if (name == name_of(target)) {
            return target;
        }
    }
    return fail(ErrorKind::bad_input, "there is no target '{}'; there are host, aarch64 and android", name);
}

std::string_view name_of(BuildWay way) {
    return way == BuildWay::plugin ? "plugin" : "in-tree";
}

Result<BuildWay> build_way_named(std::string_view name) {
    for (const BuildWay way : {BuildWay::plugin, BuildWay::in_tree}) {
        if (name == name_of(way)) {
            return way;
        }
    }
    return fail(ErrorKind::bad_input, "there is no way to build '{}'; there are plugin and in-tree", name);
}

} // namespace mkb
