#pragma once
// Several processes of mkb on one host take turns on a device: what one of them times, no other disturbs.
#include "base/descriptor.h"
#include "base/result.h"

#include <memory>
#include <string>

namespace mkb {

class Turn {
public:
    /// Waits for whoever has it, with progress; it is given back when the object ends, also by a kill. Where the cache
    /// cannot be written nobody is waited for.
    static std::shared_ptr<const Turn> take(const std::string& device);

private:
    explicit Turn(Descriptor lock) : lock_(std::move(lock)) {}
    Descriptor lock_;
};

} // namespace mkb
