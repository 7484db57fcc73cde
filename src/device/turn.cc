#include "device/turn.h"

#include "base/cache.h"
#include "base/hash.h"
#include "base/progress.h"

#include <chrono>
#include <fcntl.h>
#include <sys/file.h>
#include <thread>

namespace mkb {

std::shared_ptr<const Turn> Turn::take(const std::string& device) {
    constexpr std::chrono::milliseconds kBetweenTries{50};
    constexpr std::size_t kNameDigits = 16;
    const std::filesystem::path folder = cache_dir() / "turns";
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    const std::filesystem::path path = folder / sha256_hex(device).substr(0, kNameDigits);
    Descriptor lock(open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644));
    if (lock && flock(lock.get(), LOCK_EX | LOCK_NB) != 0) {
        Progress progress(fmt::format("waiting for device {}", device));
        while (flock(lock.get(), LOCK_EX | LOCK_NB) != 0) {
            progress.advance_to(0, "another mkb works there");
            std::this_thread::sleep_for(kBetweenTries);
        }
    }
    return std::shared_ptr<const Turn>(new Turn(std::move(lock)));
}

} // namespace mkb
