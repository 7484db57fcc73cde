#include "executor/executor.h"

#include <algorithm>
#include <atomic>
#include <barrier>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <mutex>
#include <thread>

namespace mkb {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

/// A device that does what the test says.
struct Fake {
    explicit Fake(std::string its_name) : name(std::move(its_name)) {}
    Place place() {
        return {
            .name = name,
            .key = [this](const Task&, const LoadedCandidate&, const EvaluateOptions& options) -> Result<std::string> {
                return options.label + name;
            },
            .judge = [this](const Task&, const LoadedCandidate&, const EvaluateOptions& options) -> Result<Judgement> {
                EXPECT_EQ(++inside, 1) << "two at the same time on one device";
                auto result = judge(options);
                --inside;
                return result;
            },
            .check = [this]() -> Result<void> {
                if (!answers) {
                    return fail(ErrorKind::transient, "device {}: does not answer", name);
                }
                return {};
            }};
    }
    Result<Judgement> done(const EvaluateOptions& options) {
        ++judged;
        Judgement judgement;
        judgement.record.label = options.label;
        judgement.record.device.name = name;
        return judgement;
    }
    std::unexpected<Error> trouble(ErrorKind kind = ErrorKind::transient) {
        ++troubled;
        return fail(kind, "device {}: trouble", name);
    }

    std::string name;
    std::function<Result<Judgement>(const EvaluateOptions&)> judge = [this](const auto& options) {
        return done(options);
    };
    std::atomic<int> inside{0}, judged{0}, troubled{0};
    bool answers = true;
};

class Threads : public testing::Test {
protected:
    Executor& open() {
        executor =
            make_threads_executor({a.place(), b.place()}, [this](const std::string& name, const std::string& why) {
                const std::lock_guard lock(mutex);
                left.push_back(name + ": " + why);
            });
        return *executor;
    }
    static EvaluateOptions labelled(const std::string& label) {
        EvaluateOptions options;
        options.label = label;
        return options;
    }
    Result<Judgement> judge(const std::string& label) { return executor->judge({}, {}, labelled(label)); }

    Fake a{"a"}, b{"b"};
    std::mutex mutex;
    std::vector<std::string> left;
    std::unique_ptr<Executor> executor;
};

TEST_F(Threads, EveryPlaceJudgesOneAtATimeAndAllAtOnce) {
    open();
    // Both are inside before either goes on.
    std::barrier both(2);
    for (Fake* fake : {&a, &b}) {
        fake->judge = [&, fake](const EvaluateOptions& options) {
            both.arrive_and_wait();
            return fake->done(options);
        };
    }
    // An even number out of one pot: whoever is inside finds somebody to go on with, whoever is quicker.
    std::atomic<int> left_over = 100;
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) {
        threads.emplace_back([&] {
            while (left_over.fetch_sub(1) > 0) {
                EXPECT_TRUE(judge("x"));
            }
        });
    }
    threads.clear();
    EXPECT_EQ(a.judged + b.judged, 100);
    EXPECT_EQ(a.judged, b.judged);
    EXPECT_THAT(left, IsEmpty());
}

TEST_F(Threads, ADeviceThatDoesNotAnswerLeavesAndItsCandidateIsJudgedElsewhere) {
    open();
    a.judge = [&](const EvaluateOptions&) -> Result<Judgement> { return a.trouble(); };
    a.answers = false;
    EXPECT_EQ(judge("first").value().record.device.name, "b");
    EXPECT_EQ(judge("second").value().record.device.name, "b");
    EXPECT_EQ(a.troubled, 1);
    EXPECT_THAT(left, ElementsAre("a: device a: does not answer"));
}

TEST_F(Threads, ADeviceThatAnswersLeavesAfterTroubleInARow) {
    open();
    a.judge = [&](const EvaluateOptions&) -> Result<Judgement> { return a.trouble(); };
    for (int i = 0; i < 2 * kMostTroubleInARow; ++i) {
        EXPECT_TRUE(judge("x"));
    }
    EXPECT_EQ(a.troubled, kMostTroubleInARow);
    EXPECT_THAT(left, ElementsAre("a: device a: trouble"));
}

TEST_F(Threads, ACandidateThatTroublesEveryDeviceIsGivenBackAndTheLastDeviceStays) {
    open();
    for (Fake* fake : {&a, &b}) {
        fake->judge = [fake](const EvaluateOptions& options) -> Result<Judgement> {
            return options.label == "poison" ? Result<Judgement>(fake->trouble()) : fake->done(options);
        };
        fake->answers = false;
    }
    const auto poisoned = judge("poison");
    ASSERT_FALSE(poisoned);
    EXPECT_EQ(poisoned.error().kind, ErrorKind::transient);
    EXPECT_EQ(a.troubled + b.troubled, kMostPlacesForOne);
    EXPECT_EQ(left.size(), 1U);
    EXPECT_TRUE(judge("next"));
}

TEST_F(Threads, TroubleThatIsNotTheDevicesIsNobodysFaultButStaysTrouble) {
    open();
    a.judge = [&](const EvaluateOptions&) -> Result<Judgement> {
        return fail(ErrorKind::environment, "the disk is full");
    };
    a.answers = false;
    for (int i = 0; i < 2 * kMostTroubleInARow; ++i) {
        EXPECT_FALSE(judge("x"));
    }
    EXPECT_THAT(left, IsEmpty());
    EXPECT_EQ(b.judged, 0);
}

TEST_F(Threads, WhatIsNotWantedAnyMoreIsNotJudged) {
    const auto stopped = open().judge({}, {}, labelled("x"), [] { return false; });
    ASSERT_FALSE(stopped);
    EXPECT_EQ(stopped.error().kind, ErrorKind::transient);
    EXPECT_EQ(a.judged + b.judged, 0);
    EXPECT_TRUE(judge("next"));
}

TEST_F(Threads, AJudgementMayBeStoredUnderTheKeyOfAnyDevice) {
    EXPECT_THAT(open().keys({}, {}, labelled("x")).value(), UnorderedElementsAre("xa", "xb"));
}

} // namespace
} // namespace mkb
