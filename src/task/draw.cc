#include "task/draw.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <sys/random.h>

// Host and device must agree to the bit: a fused multiply-add rounds once where two operations round twice.
#pragma clang fp contract(off)

namespace mkb {
namespace {

constexpr std::int64_t kMostElements = std::int64_t{1} << 31;

[[noreturn]] void give_up(const char* why) {
    std::fprintf(stderr, "mkb: draw: %s\n", why);
    std::abort();
}

std::uint64_t load_le64(const std::byte* bytes) {
    std::uint64_t word = 0;
    for (unsigned i = 0; i < 8; ++i) {
        word |= std::to_integer<std::uint64_t>(bytes[i]) << (8 * i);
    }
    return word;
}

struct SipState {
    std::uint64_t v0, v1, v2, v3;
    void round() {
        v0 += v1, v1 = std::rotl(v1, 13) ^ v0, v0 = std::rotl(v0, 32);
        v2 += v3, v3 = std::rotl(v3, 16) ^ v2;
        v0 += v3, v3 = std::rotl(v3, 21) ^ v0;
        v2 += v1, v1 = std::rotl(v1, 17) ^ v2, v2 = std::rotl(v2, 32);
    }
    void absorb(std::uint64_t word) {
        v3 ^= word;
        round(), round();
        v0 ^= word;
    }
};

/// Counter-based: element i's random word depends on i and the key only, so that loops over it vectorise.
struct Words {
    std::uint32_t k0, k1;
    explicit Words(std::uint64_t key)
        : k0(static_cast<std::uint32_t>(key)), k1(static_cast<std::uint32_t>(key >> 32)) {}
    std::uint32_t operator[](std::uint32_t i) const {
        std::uint32_t word = i + k0;
        word = ((word ^ (word >> 16)) * 0x7FEB352DU) + k1;
        word = (word ^ (word >> 15)) * 0x846CA68BU;
        return word ^ (word >> 16);
    }
};

/// An independent key for a second or third word per element (the mixer of SplitMix64).
std::uint64_t next_key(std::uint64_t key) {
    key += 0x9E3779B97F4A7C15U;
    key = (key ^ (key >> 30)) * 0xBF58476D1CE4E5B9U;
    key = (key ^ (key >> 27)) * 0x94D049BB133111EBU;
    return key ^ (key >> 31);
}

/// The word's top 24 bits as a float in [0, 1); every step is exact. Through a signed integer, for which SSE2 has a
/// conversion.
float to_unit(std::uint32_t word) {
    return static_cast<float>(static_cast<std::int32_t>(word >> 8)) * 0x1p-24F;
}

/// 0 … range - 1.
std::uint32_t to_below(std::uint32_t word, std::uint32_t range) {
    return static_cast<std::uint32_t>((std::uint64_t{word} * range) >> 32);
}

template <class T>
void store(std::byte* out, std::uint32_t i, T value) {
    static_assert(sizeof(T) == 4);
    std::memcpy(out + std::size_t{i} * 4, &value, 4);
}

/// out[i] = element(i). `element` comes by value: what it holds is then known not to change as `out` is written, so
/// that the loop vectorises.
template <class Element>
[[gnu::always_inline]] inline void fill_each(std::uint32_t count, std::byte* out, Element element) {
    for (std::uint32_t i = 0; i < count; ++i) {
        store(out, i, element(i));
    }
}

#if defined(__x86_64__)
/// The same bits four times as fast: no contraction, no other rounding.
template <class Element>
[[gnu::target("avx2")]] void fill_each_avx2(std::uint32_t count, std::byte* out, Element element) {
    fill_each(count, out, element);
}
#endif

template <class Element>
void fill_with(std::uint32_t count, std::byte* out, Element element) {
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx2")) {
        return fill_each_avx2(count, out, element);
    }
#endif
    fill_each(count, out, element);
}

/// The next float towards minus infinity, for a finite float.
float float_below(float x) {
    if (x == 0) {
        return -std::numeric_limits<float>::denorm_min();
    }
    const auto bits = std::bit_cast<std::uint32_t>(x);
    return std::bit_cast<float>(x > 0 ? bits - 1 : bits + 1);
}

struct UniformFloat {
    float low, span, high, below_high;
    explicit UniformFloat(const Draw& draw)
        : low(static_cast<float>(draw.low)), span(static_cast<float>(draw.high) - static_cast<float>(draw.low)),
          high(static_cast<float>(draw.high)), below_high(float_below(high)) {}
    float operator()(std::uint32_t word) const {
        const float x = low + span * to_unit(word);
        return x < high ? x : below_high; // rounding can reach `high`
    }
};

void fill_uniform(const Draw& draw, std::uint32_t count, std::uint64_t key, std::byte* out) {
    const Words words(key);
    const UniformFloat uniform(draw);
    fill_with(count, out, [=](std::uint32_t i) { return uniform(words[i]); });
}

void fill_log_uniform(const Draw& draw, std::uint32_t count, std::uint64_t key, std::byte* out) {
    const Words mantissas(key);
    const Words others(next_key(key));
    const auto exponents = static_cast<std::uint32_t>(draw.max_exponent - draw.min_exponent + 1);
    const std::uint32_t random_sign = draw.sign == Draw::Sign::both ? 0x80000000U : 0U;
    const std::uint32_t fixed_sign = draw.sign == Draw::Sign::negative ? 0x80000000U : 0U;
    const int lowest = draw.min_exponent;
    fill_with(count, out, [=](std::uint32_t i) {
        const std::uint32_t other = others[i];
        const int exponent = lowest + static_cast<int>(((other & 0xFFFFU) * exponents) >> 16);
        const std::uint32_t mantissa = mantissas[i] >> 9;
        const std::uint32_t normal = (static_cast<std::uint32_t>(exponent + 127) << 23) | mantissa;
        const std::uint32_t denormal = (0x800000U | mantissa) >> (exponent < -126 ? -126 - exponent : 0);
        return (exponent < -126 ? denormal : normal) | (other & random_sign) | fixed_sign;
    });
}

void fill_integers(const Draw& draw, ElementType type, std::uint32_t count, std::uint64_t key, std::byte* out) {
    const Words words(key);
    const auto low = static_cast<std::uint32_t>(static_cast<std::int64_t>(draw.low));
    // 2^32 values wrap to a range of 0, where the word itself is the number.
    const auto range = static_cast<std::uint32_t>(static_cast<std::int64_t>(draw.high - draw.low)) + 1U;
    fill_with(count, out, [=](std::uint32_t i) {
        const std::uint32_t offset = range == 0 ? words[i] : to_below(words[i], range);
        const auto value = static_cast<std::int32_t>(low + offset);
        const auto as_float = std::bit_cast<std::int32_t>(static_cast<float>(value));
        return type == ElementType::int32 ? value : as_float;
    });
}

void fill_choice(const Draw& draw, ElementType type, std::uint32_t count, std::uint64_t key, std::byte* out) {
    std::vector<std::uint32_t> bits;
    for (const double value : draw.values) {
        bits.push_back(type == ElementType::int32 ? static_cast<std::uint32_t>(static_cast<std::int64_t>(value))
                                                  : std::bit_cast<std::uint32_t>(static_cast<float>(value)));
    }
    const Words words(key);
    const auto range = static_cast<std::uint32_t>(bits.size());
    // Few values, the most frequent draw: comparisons instead of a look-up, which does not vectorise.
    constexpr std::size_t kFew = 4;
    if (bits.size() <= kFew) {
        std::array<std::uint32_t, kFew> value{};
        std::array<std::uint32_t, kFew> from{}; // the least word that to_below makes k or more of
        for (std::size_t k = 0; k < kFew; ++k) {
            const std::size_t last = std::min(k, bits.size() - 1);
            value[k] = bits[last];
            from[k] = static_cast<std::uint32_t>(((std::uint64_t{last} << 32) + range - 1) / range);
        }
        const auto [value0, value1, value2, value3] = value;
        const auto [from0, from1, from2, from3] = from;
        return fill_with(count, out, [=](std::uint32_t i) {
            const std::uint32_t word = words[i];
            std::uint32_t chosen = value0;
            chosen ^= (0U - static_cast<std::uint32_t>(word >= from1)) & (value0 ^ value1);
            chosen ^= (0U - static_cast<std::uint32_t>(word >= from2)) & (value1 ^ value2);
            chosen ^= (0U - static_cast<std::uint32_t>(word >= from3)) & (value2 ^ value3);
            return chosen;
        });
    }
    for (std::uint32_t i = 0; i < count; ++i) {
        store(out, i, bits[to_below(words[i], range)]);
    }
}

/// A keyed bijection of 0 … count - 1: multiplications by odd numbers and xorshifts permute 0 … 2^k - 1; values outside
/// are sent through again (cycle walking), on average less than once.
class Permutation {
public:
    Permutation(std::uint32_t count, std::uint64_t key) : count_(count) {
        const auto bits = static_cast<unsigned>(std::bit_width(count - 1));
        mask_ = static_cast<std::uint32_t>((std::uint64_t{1} << bits) - 1);
        shift_ = (bits + 1) / 2;
        for (auto& round : rounds_) {
            key = next_key(key);
            round = {static_cast<std::uint32_t>(key) | 1U, static_cast<std::uint32_t>(key >> 32)};
        }
    }
    std::uint32_t operator()(std::uint32_t i) const {
        do {
            for (const auto& round : rounds_) {
                i = (i * round.factor + round.offset) & mask_;
                i ^= i >> shift_;
            }
        } while (i >= count_);
        return i;
    }

private:
    struct Round {
        std::uint32_t factor, offset;
    };
    std::array<Round, 4> rounds_{};
    std::uint32_t count_, mask_ = 0;
    unsigned shift_ = 0;
};

double distinct_step(const Draw& draw, std::int64_t count) {
    return (draw.high - draw.low) / static_cast<double>(count);
}

void fill_distinct(const Draw& draw, std::uint32_t count, std::uint64_t key, std::byte* out) {
    const Permutation permutation(count, key);
    const double step = distinct_step(draw, count);
    for (std::uint32_t i = 0; i < count; ++i) {
        store(out, i, static_cast<float>(draw.low + step * static_cast<double>(permutation(i))));
    }
}

void fill_dominant(const Draw& draw, std::uint32_t count, std::uint32_t side, std::uint64_t key, std::byte* out) {
    const Words words(key);
    const UniformFloat uniform(draw);
    const double margin = std::max(std::abs(draw.low), std::abs(draw.high));
    for (std::uint32_t row = 0; row < count / side; ++row) {
        const std::uint32_t start = row * side;
        const std::uint32_t diagonal = start + row % side;
        double sum = margin;
        for (std::uint32_t i = start; i < start + side; ++i) {
            const float value = uniform(words[i]);
            sum += i == diagonal ? 0.0 : std::abs(static_cast<double>(value));
            store(out, i, value);
        }
        store(out, diagonal, static_cast<float>(sum));
    }
}

void fill_boxes(const Draw& draw, std::uint32_t count, std::uint64_t key, std::byte* out) {
    const Words words(key);
    for (std::uint32_t box = 0; box < count; box += 4) {
        for (std::uint32_t axis = 0; axis < 2; ++axis) {
            const auto size = static_cast<float>(axis == 0 ? draw.high : draw.low);
            const float first = (size - 1.0F) * to_unit(words[box + axis]);
            const float nearest = first + 1.0F;
            const float second = nearest + (size - nearest) * to_unit(words[box + 2 + axis]);
            store(out, box + axis, first);
            store(out, box + 2 + axis, std::min(second, size));
        }
    }
}

bool whole_within(double value, double low, double high) {
    return value >= low && value <= high && std::trunc(value) == value;
}

/// -1 when a size is not positive or there are more than kMostElements.
std::int64_t count_elements(std::span<const std::int64_t> shape) {
    std::int64_t count = 1;
    for (const std::int64_t size : shape) {
        if (size <= 0 || size > kMostElements / count) {
            return -1;
        }
        count *= size;
    }
    return count;
}

} // namespace

Seed secret_seed() {
    Seed seed;
    ssize_t got = 0;
    do {
        got = getrandom(&seed, sizeof seed, 0);
    } while (got < 0 && errno == EINTR);
    if (got != static_cast<ssize_t>(sizeof seed)) {
        give_up("the system has no random source (getrandom failed)");
    }
    return seed;
}

std::string to_hex(const Seed& seed) {
    constexpr char kDigits[] = "0123456789abcdef";
    std::string text;
    for (const std::uint64_t half : {seed.high, seed.low}) {
        for (int shift = 60; shift >= 0; shift -= 4) {
            text += kDigits[(half >> shift) & 15U];
        }
    }
    return text;
}

bool parse_seed(std::string_view text, Seed& seed) {
    if (text.size() != 32) {
        return false;
    }
    std::array<std::uint64_t, 2> halves{};
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        const int digit = c >= '0' && c <= '9'   ? c - '0'
                          : c >= 'a' && c <= 'f' ? c - 'a' + 10
                          : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                                 : -1;
        if (digit < 0) {
            return false;
        }
        halves[i / 16] = (halves[i / 16] << 4) | static_cast<std::uint64_t>(digit);
    }
    seed = {halves[0], halves[1]};
    return true;
}

std::uint64_t siphash24(const Seed& key, std::span<const std::byte> message) {
    SipState state{key.low ^ 0x736f6d6570736575U, key.high ^ 0x646f72616e646f6dU, key.low ^ 0x6c7967656e657261U,
                   key.high ^ 0x7465646279746573U};
    std::size_t at = 0;
    for (; at + 8 <= message.size(); at += 8) {
        state.absorb(load_le64(message.data() + at));
    }
    std::array<std::byte, 8> last{};
    std::copy(message.begin() + static_cast<std::ptrdiff_t>(at), message.end(), last.begin());
    last[7] = static_cast<std::byte>(message.size() & 0xFFU);
    state.absorb(load_le64(last.data()));
    state.v2 ^= 0xFFU;
    state.round(), state.round(), state.round(), state.round();
    return state.v0 ^ state.v1 ^ state.v2 ^ state.v3;
}

std::uint64_t stream_key(const Seed& seed, Phase phase, std::uint32_t regime, std::uint64_t iteration,
                         std::uint32_t tensor) {
    const std::array<std::uint64_t, 3> words = {static_cast<std::uint64_t>(phase) | (std::uint64_t{regime} << 32),
                                                iteration, tensor};
    std::array<std::byte, 24> message{};
    for (std::size_t i = 0; i < message.size(); ++i) {
        message[i] = static_cast<std::byte>((words[i / 8] >> (8 * (i % 8))) & 0xFFU);
    }
    return siphash24(seed, message);
}

const char* bounds_fault(const Draw& draw) {
    constexpr double kWholeLow = std::numeric_limits<std::int32_t>::min();
    constexpr double kWholeHigh = std::numeric_limits<std::int32_t>::max();
    switch (draw.kind) {
    case Draw::Kind::log_uniform:
        return draw.min_exponent > draw.max_exponent ? "min_exponent must not be above max_exponent" : nullptr;
    case Draw::Kind::choice:
        return draw.values.empty() ? "values must not be empty" : nullptr;
    case Draw::Kind::integers:
        if (!whole_within(draw.low, kWholeLow, kWholeHigh) || !whole_within(draw.high, kWholeLow, kWholeHigh)) {
            return "low and high must be whole numbers of 32 bits";
        }
        return draw.low > draw.high ? "low must not be above high" : nullptr;
    case Draw::Kind::boxes:
        return draw.low < 1 || draw.high < 1 ? "low (height) and high (width) must be at least 1" : nullptr;
    default: {
        const float low = static_cast<float>(draw.low);
        const float high = static_cast<float>(draw.high);
        return !(low < high)                ? "low must be below high"
               : !std::isfinite(high - low) ? "high - low is too wide"
                                            : nullptr;
    }
    }
}

bool fits(const Draw& draw, ElementType type, std::span<const std::int64_t> shape, std::string& reason) {
    const std::int64_t count = count_elements(shape);
    const bool whole_kind = draw.kind == Draw::Kind::integers || draw.kind == Draw::Kind::choice;
    const auto is_int32 = [](double value) { return whole_within(value, -0x1p31, 0x1p31 - 1); };
    const char* fault = bounds_fault(draw);
    if (fault == nullptr && count < 0) {
        fault = "sizes must be positive and the elements at most 2^31";
    } else if (type == ElementType::int32 && !whole_kind) {
        fault = "an integer tensor is drawn with kind integers or choice";
    } else if (type == ElementType::int32 && !std::all_of(draw.values.begin(), draw.values.end(), is_int32)) {
        fault = "values of an integer tensor must be whole numbers of 32 bits";
    } else if (draw.kind == Draw::Kind::integers && type == ElementType::float32 &&
               (draw.low < -0x1p24 || draw.high > 0x1p24)) {
        fault = "a float32 holds whole numbers up to 2^24 only";
    } else if (draw.kind == Draw::Kind::distinct && fault == nullptr &&
               distinct_step(draw, count) < 0x1.8p-23 * std::max(std::abs(draw.low), std::abs(draw.high))) {
        fault = "so many different values do not fit between low and high in float32";
    } else if (draw.kind == Draw::Kind::dominant && (shape.size() < 2 || shape.back() != shape[shape.size() - 2])) {
        fault = "kind dominant needs square matrices";
    } else if (draw.kind == Draw::Kind::boxes && (shape.empty() || shape.back() != 4)) {
        fault = "kind boxes needs a last dimension of 4";
    }
    reason = fault == nullptr ? "" : fault;
    return fault == nullptr;
}

void fill(const Draw& draw, ElementType type, std::span<const std::int64_t> shape, std::uint64_t key,
          std::span<std::byte> out) {
    std::string reason;
    if (!fits(draw, type, shape, reason)) {
        give_up(reason.c_str());
    }
    const auto count = static_cast<std::uint32_t>(count_elements(shape));
    if (out.size() != std::size_t{count} * 4) {
        give_up("the buffer's size is not the shape's");
    }
    switch (draw.kind) {
    case Draw::Kind::uniform:
        return fill_uniform(draw, count, key, out.data());
    case Draw::Kind::log_uniform:
        return fill_log_uniform(draw, count, key, out.data());
    case Draw::Kind::integers:
        return fill_integers(draw, type, count, key, out.data());
    case Draw::Kind::choice:
        return fill_choice(draw, type, count, key, out.data());
    case Draw::Kind::distinct:
        return fill_distinct(draw, count, key, out.data());
    case Draw::Kind::dominant:
        return fill_dominant(draw, count, static_cast<std::uint32_t>(shape.back()), key, out.data());
    case Draw::Kind::boxes:
        return fill_boxes(draw, count, key, out.data());
    }
}

} // namespace mkb
