#pragma once
// SHA-256 without a library: the keeper is one static program for every processor, and base/hash.h has OpenSSL's, which
// for a foreign processor would take that one's packages.
#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace mkb::keeper {

/// FIPS 180-4. Bytes in any number of pieces, then the digest once.
class Sha256 {
public:
    void add(std::string_view bytes);
    /// 64 lower-case hexadecimal digits.
    std::string hex();

private:
    void take_block(const unsigned char* block);
    std::array<std::uint32_t, 8> state_{0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                        0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
    std::array<unsigned char, 64> block_{};
    std::size_t filled_ = 0;
    std::uint64_t total_ = 0;
};

} // namespace mkb::keeper
