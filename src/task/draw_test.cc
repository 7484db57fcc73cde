#include "task/draw.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <gtest/gtest.h>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <numeric>
#include <set>

namespace mkb {
namespace {

using Shape = std::vector<std::int64_t>;

Draw draw_of(const char* text) {
    Draw draw;
    std::string reason;
    EXPECT_TRUE(parse_draw(nlohmann::json::parse(text), draw, reason)) << text << ": " << reason;
    return draw;
}

std::string refusal_of(const char* text) {
    Draw draw;
    std::string reason;
    return parse_draw(nlohmann::json::parse(text), draw, reason) ? "" : reason;
}

template <class T>
std::vector<T> filled(const Draw& draw, const Shape& shape, std::uint64_t key = 7) {
    const auto count = std::accumulate(shape.begin(), shape.end(), std::int64_t{1}, std::multiplies<>());
    std::vector<T> values(static_cast<std::size_t>(count));
    fill(draw, std::is_same_v<T, float> ? ElementType::float32 : ElementType::int32, shape, key,
         std::as_writable_bytes(std::span(values)));
    return values;
}

TEST(Draw, SipHashGivesThePublishedVectors) {
    // The first rows of vectors_sip64 and its last one, of the reference implementation: key 00 … 0f, message 00 01 ….
    const Seed key{0x0f0e0d0c0b0a0908U, 0x0706050403020100U};
    std::vector<std::byte> message;
    const std::uint64_t expected[] = {0x726fdb47dd0e0e31U, 0x74f839c593dc67fdU, 0x0d6c8009d9a94f5aU,
                                      0x85676696d7fb7e2dU};
    for (const std::uint64_t hash : expected) {
        EXPECT_EQ(siphash24(key, message), hash) << message.size();
        message.push_back(static_cast<std::byte>(message.size()));
    }
    while (message.size() < 15) {
        message.push_back(static_cast<std::byte>(message.size()));
    }
    EXPECT_EQ(siphash24(key, message), 0xa129ca6149be45e5U);
    while (message.size() < 63) {
        message.push_back(static_cast<std::byte>(message.size()));
    }
    EXPECT_EQ(siphash24(key, message), 0x958a324ceb064572U);
}

TEST(Draw, EveryPartOfAStreamsNameChangesItsKey) {
    const Seed seed{1, 2};
    const std::set<std::uint64_t> keys = {stream_key(seed, Phase::timed, 0, 0, 0),
                                          stream_key(seed, Phase::warm_up, 0, 0, 0),
                                          stream_key(seed, Phase::timed, 1, 0, 0),
                                          stream_key(seed, Phase::timed, 0, 1, 0),
                                          stream_key(seed, Phase::timed, 0, std::uint64_t{1} << 40, 0),
                                          stream_key(seed, Phase::timed, 0, 0, 1),
                                          stream_key({1, 3}, Phase::timed, 0, 0, 0),
                                          stream_key({0, 2}, Phase::timed, 0, 0, 0)};
    EXPECT_EQ(keys.size(), 8U);
}

TEST(Draw, SeedSurvivesItsHexadecimalForm) {
    const Seed seed{0x0123456789abcdefU, 0xfedcba9876543210U};
    EXPECT_EQ(to_hex(seed), "0123456789abcdeffedcba9876543210");
    Seed back;
    EXPECT_TRUE(parse_seed(to_hex(seed), back));
    EXPECT_EQ(back, seed);
    EXPECT_FALSE(parse_seed("", back));
    EXPECT_FALSE(parse_seed("0123456789abcdeffedcba987654321", back));
    EXPECT_FALSE(parse_seed("0123456789abcdeffedcba987654321g", back));
    EXPECT_FALSE(secret_seed() == secret_seed());
}

TEST(Draw, BytesNeverChange) {
    // Records name a seed and no bytes: another platform or a later version must draw the same. Hashes of 1001
    // elements.
    const std::map<std::string, std::uint64_t> expected = {
        {R"({"kind":"uniform","low":-1,"high":1})", 0x162bc93b13676b1U},
        {R"({"kind":"log_uniform","min_exponent":-140,"max_exponent":10})", 0x88eb1f8de6d61e06U},
        {R"({"kind":"integers","low":-5,"high":100})", 0xef75b700f9467bc0U},
        {R"({"kind":"choice","values":[0,1,2.5,"nan"]})", 0x1fb6c8096da0e696U},
        {R"({"kind":"distinct","low":-1,"high":1})", 0xd0dbcd7bba387242U}};
    for (const auto& [text, hash] : expected) {
        const auto values = filled<float>(draw_of(text.c_str()), {7, 11, 13}, 0x123456789abcdef0U);
        EXPECT_EQ(siphash24({}, std::as_bytes(std::span(values))), hash) << text;
    }
    const auto dominant = filled<float>(draw_of(R"({"kind":"dominant","low":-1,"high":1})"), {3, 9, 9});
    EXPECT_EQ(siphash24({}, std::as_bytes(std::span(dominant))), 0x4251ae170cfdc675U);
    const auto boxes = filled<float>(draw_of(R"({"kind":"boxes","low":37,"high":53})"), {25, 4});
    EXPECT_EQ(siphash24({}, std::as_bytes(std::span(boxes))), 0x1f6459257fbf76ddU);
}

TEST(Draw, UniformStaysInItsBoundsAndIsUniform) {
    const auto values = filled<float>(draw_of(R"({"kind":"uniform","low":-3,"high":5})"), {100, 1000});
    int counts[8] = {};
    for (const float value : values) {
        ASSERT_GE(value, -3.0F);
        ASSERT_LT(value, 5.0F);
        ++counts[static_cast<int>(std::floor(value)) + 3];
    }
    double chi_square = 0;
    for (const int count : counts) {
        chi_square += (count - 12500.0) * (count - 12500.0) / 12500.0;
    }
    EXPECT_LT(chi_square, 24.3); // 99.9 % of the chi-square distribution of 7 degrees
    double lag = 0;
    for (std::size_t i = 1; i < values.size(); ++i) {
        lag += static_cast<double>(values[i] - 1) * static_cast<double>(values[i - 1] - 1);
    }
    EXPECT_LT(std::abs(lag / 100000 / (64.0 / 12)), 0.0125); // neighbours do not correlate: four sigma
}

TEST(Draw, UniformNeverReachesHighWhereTheSumRounds) {
    const auto values = filled<float>(draw_of(R"({"kind":"uniform","low":16777214,"high":16777216})"), {100000});
    EXPECT_EQ(*std::max_element(values.begin(), values.end()), 16777215.0F);
    EXPECT_EQ(*std::min_element(values.begin(), values.end()), 16777214.0F);
    const auto negative = filled<float>(draw_of(R"({"kind":"uniform","low":-1,"high":0})"), {100000});
    EXPECT_LT(*std::max_element(negative.begin(), negative.end()), 0.0F);
}

TEST(Draw, DifferentKeysGiveUnrelatedContents) {
    const Draw draw = draw_of(R"({"kind":"uniform","low":-1,"high":1})");
    const auto base = filled<float>(draw, {50000}, 1);
    for (const std::uint64_t other_key : {std::uint64_t{2}, std::uint64_t{1} << 32 | 1, std::uint64_t{1} << 63 | 1}) {
        const auto other = filled<float>(draw, {50000}, other_key);
        std::size_t equal = 0;
        for (std::size_t i = 0; i < base.size(); ++i) {
            equal += base[i] == other[i] ? 1U : 0U;
        }
        EXPECT_LT(equal, 5U);
    }
}

TEST(Draw, LogUniformReachesEveryExponentAndBothSigns) {
    const auto values =
        filled<float>(draw_of(R"({"kind":"log_uniform","min_exponent":-149,"max_exponent":127})"), {200000});
    std::set<int> exponents;
    std::size_t negatives = 0;
    for (const float value : values) {
        ASSERT_TRUE(std::isfinite(value));
        ASSERT_NE(value, 0.0F);
        exponents.insert(std::ilogb(value));
        negatives += value < 0 ? 1U : 0U;
    }
    EXPECT_EQ(exponents.size(), 277U);
    EXPECT_NEAR(static_cast<double>(negatives), 100000, 900);
    const auto some = filled<float>(
        draw_of(R"({"kind":"log_uniform","min_exponent":-3,"max_exponent":-2,"sign":"negative"})"), {1000});
    for (const float value : some) {
        ASSERT_LE(value, -0.125F);
        ASSERT_GT(value, -0.5F);
    }
}

TEST(Draw, IntegersReachBothEndsInEitherType) {
    const Draw draw = draw_of(R"({"kind":"integers","low":-2,"high":3})");
    const auto ints = filled<std::int32_t>(draw, {10000});
    const auto floats = filled<float>(draw, {10000});
    EXPECT_EQ(std::set<std::int32_t>(ints.begin(), ints.end()), (std::set<std::int32_t>{-2, -1, 0, 1, 2, 3}));
    for (std::size_t i = 0; i < ints.size(); ++i) {
        ASSERT_EQ(static_cast<float>(ints[i]), floats[i]);
    }
    const auto all =
        filled<std::int32_t>(draw_of(R"({"kind":"integers","low":-2147483648,"high":2147483647})"), {100000});
    EXPECT_LT(*std::min_element(all.begin(), all.end()), -2147000000);
    EXPECT_GT(*std::max_element(all.begin(), all.end()), 2147000000);
    EXPECT_EQ(filled<std::int32_t>(draw_of(R"({"kind":"integers","low":4,"high":4})"), {3}),
              (std::vector<std::int32_t>{4, 4, 4}));
}

TEST(Draw, ChoiceGivesExactlyItsValues) {
    const auto values =
        filled<float>(draw_of(R"({"kind":"choice","values":[-0.0, 1.5, "inf", "-inf", "nan"]})"), {1000});
    std::set<std::uint32_t> bits;
    for (const float value : values) {
        bits.insert(std::isnan(value) ? 1U : std::bit_cast<std::uint32_t>(value));
    }
    EXPECT_EQ(bits, (std::set<std::uint32_t>{0x80000000U, 0x3fc00000U, 0x7f800000U, 0xff800000U, 1U}));
    const auto ints = filled<std::int32_t>(draw_of(R"({"kind":"choice","values":[0, 7]})"), {100});
    EXPECT_EQ(std::set<std::int32_t>(ints.begin(), ints.end()), (std::set<std::int32_t>{0, 7}));
}

TEST(Draw, DistinctElementsAreAllDifferentAndWithoutOrder) {
    const Draw draw = draw_of(R"({"kind":"distinct","low":-4,"high":4})");
    for (const Shape& shape : {Shape{1}, Shape{2}, Shape{3}, Shape{5, 7}, Shape{1, 64, 56, 56}, Shape{65537}}) {
        for (std::uint64_t key = 1; key <= 3; ++key) {
            const auto values = filled<float>(draw, shape, key);
            EXPECT_EQ(std::set<float>(values.begin(), values.end()).size(), values.size());
            EXPECT_GE(*std::min_element(values.begin(), values.end()), -4.0F);
            EXPECT_LT(*std::max_element(values.begin(), values.end()), 4.0F);
        }
    }
    const auto values = filled<float>(draw, {200000});
    std::map<float, int> steps;
    double lag = 0;
    std::size_t rises = 0;
    for (std::size_t i = 1; i < values.size(); ++i) {
        ++steps[std::round((values[i] - values[i - 1]) * 1000)];
        lag += static_cast<double>(values[i]) * static_cast<double>(values[i - 1]);
        rises += values[i] > values[i - 1] ? 1U : 0U;
    }
    EXPECT_GT(steps.size(), 5000U); // an affine permutation alone has two
    EXPECT_LT(std::abs(lag / 200000 / (64.0 / 12)), 0.02);
    EXPECT_NEAR(static_cast<double>(rises), 100000, 2000);
}

TEST(Draw, DominantMatricesAreStrictlyDominant) {
    const auto values = filled<float>(draw_of(R"({"kind":"dominant","low":-2,"high":1})"), {3, 5, 5});
    for (std::size_t row = 0; row < 15; ++row) {
        double others = 0;
        for (std::size_t column = 0; column < 5; ++column) {
            others += column == row % 5 ? 0.0 : std::abs(static_cast<double>(values[row * 5 + column]));
        }
        EXPECT_GT(static_cast<double>(values[row * 5 + row % 5]), others + 1.9);
    }
}

TEST(Draw, BoxesLieInTheirPictureAndAreAPixelWide) {
    for (const char* text : {R"({"kind":"boxes","low":20,"high":1000})", R"({"kind":"boxes","low":1,"high":1})"}) {
        const Draw draw = draw_of(text);
        const auto values = filled<float>(draw, {5000, 4});
        for (std::size_t i = 0; i < values.size(); i += 4) {
            ASSERT_GE(values[i], 0.0F);
            ASSERT_GE(values[i + 1], 0.0F);
            ASSERT_GE(values[i + 2], values[i] + 1.0F);
            ASSERT_GE(values[i + 3], values[i + 1] + 1.0F);
            ASSERT_LE(values[i + 2], static_cast<float>(draw.high));
            ASSERT_LE(values[i + 3], static_cast<float>(draw.low));
        }
    }
}

TEST(Draw, EveryKindSurvivesJson) {
    for (const char* text :
         {R"({"kind":"uniform","low":-0.5,"high":1.0})", R"({"kind":"integers","low":-5.0,"high":100.0})",
          R"({"kind":"log_uniform","max_exponent":10,"min_exponent":-14,"sign":"positive"})",
          R"({"kind":"choice","values":[0.0,2.5,"inf","-inf","nan"]})", R"({"kind":"distinct","low":-1.0,"high":1.0})",
          R"({"kind":"dominant","low":-1.0,"high":1.0})", R"({"kind":"boxes","low":3.0,"high":2.0})"}) {
        EXPECT_EQ(to_json(draw_of(text)), nlohmann::json::parse(text));
    }
}

TEST(Draw, WhatIsNoDrawIsRefusedWithAReason) {
    EXPECT_EQ(refusal_of("3"), "a draw is an object with a kind");
    EXPECT_EQ(refusal_of(R"({"kind":"normal"})"), "unknown kind \"normal\"");
    EXPECT_EQ(refusal_of(R"({"kind":7})"), "unknown kind 7");
    EXPECT_EQ(refusal_of(R"({"kind":"uniform","low":1})"), "missing field high");
    EXPECT_EQ(refusal_of(R"({"kind":"uniform","low":1,"high":2,"sign":"both"})"),
              "unknown field sign for kind uniform");
    EXPECT_EQ(refusal_of(R"({"kind":"uniform","low":1,"high":"2"})"), "field high has a wrong type or value");
    EXPECT_EQ(refusal_of(R"({"kind":"uniform","low":1,"high":1})"), "low must be below high");
    EXPECT_EQ(refusal_of(R"({"kind":"uniform","low":-3e38,"high":3e38})"), "high - low is too wide");
    EXPECT_EQ(refusal_of(R"({"kind":"uniform","low":-1e300,"high":3})"), "field low has a wrong type or value");
    EXPECT_EQ(refusal_of(R"({"kind":"integers","low":0.5,"high":3})"), "low and high must be whole numbers of 32 bits");
    EXPECT_EQ(refusal_of(R"({"kind":"integers","low":3,"high":2})"), "low must not be above high");
    EXPECT_EQ(refusal_of(R"({"kind":"choice","values":[]})"), "field values has a wrong type or value");
    EXPECT_EQ(refusal_of(R"({"kind":"choice","values":["x"]})"), "field values has a wrong type or value");
    EXPECT_EQ(refusal_of(R"({"kind":"log_uniform","min_exponent":-150,"max_exponent":0})"),
              "field min_exponent has a wrong type or value");
    EXPECT_EQ(refusal_of(R"({"kind":"log_uniform","min_exponent":1,"max_exponent":0})"),
              "min_exponent must not be above max_exponent");
    EXPECT_EQ(refusal_of(R"({"kind":"log_uniform","min_exponent":1,"max_exponent":2,"sign":"minus"})"),
              "field sign has a wrong type or value");
    EXPECT_EQ(refusal_of(R"({"kind":"boxes","low":0,"high":9})"), "low (height) and high (width) must be at least 1");
}

TEST(Draw, WhatDoesNotFitATensorIsSaid) {
    const auto fault = [](const char* text, ElementType type, const Shape& shape) {
        std::string reason;
        EXPECT_EQ(fits(draw_of(text), type, shape, reason), reason.empty());
        return reason;
    };
    const auto f = ElementType::float32;
    const auto i = ElementType::int32;
    EXPECT_EQ(fault(R"({"kind":"uniform","low":0,"high":1})", f, {2, 3}), "");
    EXPECT_EQ(fault(R"({"kind":"uniform","low":0,"high":1})", i, {2, 3}),
              "an integer tensor is drawn with kind integers or choice");
    EXPECT_EQ(fault(R"({"kind":"choice","values":[0.5]})", f, {2}), "");
    EXPECT_EQ(fault(R"({"kind":"choice","values":[0.5]})", i, {2}),
              "values of an integer tensor must be whole numbers of 32 bits");
    EXPECT_EQ(fault(R"({"kind":"choice","values":["nan"]})", i, {2}),
              "values of an integer tensor must be whole numbers of 32 bits");
    EXPECT_EQ(fault(R"({"kind":"integers","low":0,"high":16777217})", f, {2}),
              "a float32 holds whole numbers up to 2^24 only");
    EXPECT_EQ(fault(R"({"kind":"integers","low":0,"high":16777217})", i, {2}), "");
    EXPECT_EQ(fault(R"({"kind":"distinct","low":1,"high":2})", f, {1000000}), "");
    EXPECT_EQ(fault(R"({"kind":"distinct","low":1,"high":2})", f, {10000000}),
              "so many different values do not fit between low and high in float32");
    EXPECT_EQ(fault(R"({"kind":"dominant","low":-1,"high":1})", f, {4, 5}), "kind dominant needs square matrices");
    EXPECT_EQ(fault(R"({"kind":"boxes","low":8,"high":8})", f, {4, 5}), "kind boxes needs a last dimension of 4");
    EXPECT_EQ(fault(R"({"kind":"uniform","low":0,"high":1})", f, {2, 0}),
              "sizes must be positive and the elements at most 2^31");
    EXPECT_EQ(fault(R"({"kind":"uniform","low":0,"high":1})", f, {1LL << 40, 1LL << 40}),
              "sizes must be positive and the elements at most 2^31");
}

} // namespace
} // namespace mkb
