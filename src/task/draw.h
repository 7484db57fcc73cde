#pragma once
// Contents of inputs from a seed. Shared by host and runner: the supervisor on the device fills the live input, the
// host makes the same bytes again for the oracle. So everything here is exact: integer hashing and IEEE operations that
// every target rounds alike. draw.cc needs the C library only, draw_json.cc nlohmann-json too.
#include <array>
#include <cstddef>
#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace mkb {

/// A secret of 128 bits from which every stream of a judgement is derived. Written into the record after the fact, for
/// replay.
struct Seed {
    std::uint64_t high = 0;
    std::uint64_t low = 0;
    friend bool operator==(const Seed&, const Seed&) = default;
};

/// From the system's random source. Aborts if there is none.
Seed secret_seed();
/// 32 hexadecimal digits.
std::string to_hex(const Seed& seed);
/// Inverse of `to_hex`; false when `text` is not 32 hexadecimal digits.
bool parse_seed(std::string_view text, Seed& seed);

/// Which stream: the same contents are never used for two purposes.
enum class Phase : std::uint8_t { verification = 1, warm_up = 2, timed = 3, parameters = 4, schedule = 5 };

/// SipHash-2-4 (Aumasson and Bernstein 2012) under `key`: the 16 key bytes are `low`, then `high`, little-endian.
std::uint64_t siphash24(const Seed& key, std::span<const std::byte> message);

/// The key of one stream: SipHash-2-4 of (phase, regime, iteration, tensor) under the seed, so that nobody who sees one
/// stream can tell another.
std::uint64_t stream_key(const Seed& seed, Phase phase, std::uint32_t regime, std::uint64_t iteration,
                         std::uint32_t tensor);

/// How one tensor is filled. Which fields count depends on `kind`; the JSON form is documented in docs/task-format.md.
struct Draw {
    enum class Kind : std::uint8_t {
        uniform,     ///< low <= x < high
        log_uniform, ///< magnitude m * 2^e, m in [1, 2), e uniform in [min_exponent, max_exponent]; sign as `sign`
                     ///< says. Exponents from -149 (below -126 the magnitude is a denormal, cut to its bits) to 127
        integers,    ///< whole numbers low..high, both included (stored in the tensor's own type)
        choice,      ///< one of `values` (stored in the tensor's own type)
        distinct,    ///< all elements different: low + (high - low) * permutation(i) / count
        dominant,    ///< shape [..., n, n], square matrices: off the diagonal uniform low..high; on it the sum of the
                     ///< other magnitudes of the row, plus max(|low|, |high|): strictly dominant and positive
        boxes,       ///< shape [..., 4], rows x1 y1 x2 y2 in pixels of a picture `high` wide and `low` high:
                     ///< 0 <= x1, x1 + 1 <= x2 <= high and 0 <= y1, y1 + 1 <= y2 <= low
    };
    enum class Sign : std::uint8_t { both, positive, negative };
    Kind kind = Kind::uniform;
    double low = -1;
    double high = 1;
    int min_exponent = -10;
    int max_exponent = 10;
    Sign sign = Sign::both;
    std::vector<double> values; ///< of `choice`; infinities and NaN may be among them
};

/// Throws nothing: false and a reason when the JSON is not a draw (unknown kind, missing or unknown field, low >= high,
/// no values). `sign` may be left out (both). Among `values`, "inf", "-inf" and "nan" stand for what JSON has no number
/// for.
bool parse_draw(const nlohmann::json& json, Draw& draw, std::string& reason);
nlohmann::json to_json(const Draw& draw);

/// What the framework sees: MNN has 4-byte floats and 4-byte integers only (int64 and bool become int32).
enum class ElementType : std::uint8_t { float32, int32 };

/// What is wrong with the numbers themselves, whatever the tensor (low >= high, no values …); null when nothing is.
const char* bounds_fault(const Draw& draw);

/// Whether `fill` can do this: int32 tensors take `integers` and `choice` of whole numbers only, float32 takes whole
/// numbers up to 2^24, `distinct` needs steps wider than a float32's rounding, `dominant` and `boxes` need their
/// shapes. When false, `reason` says what is in the way.
bool fits(const Draw& draw, ElementType type, std::span<const std::int64_t> shape, std::string& reason);

/// Fills `out` (4 bytes an element, product of `shape` elements) from the stream `key`. About one element a nanosecond.
/// The draw must fit (see `fits`) and there are at most 2^31 elements; aborts otherwise.
void fill(const Draw& draw, ElementType type, std::span<const std::int64_t> shape, std::uint64_t key,
          std::span<std::byte> out);

} // namespace mkb
