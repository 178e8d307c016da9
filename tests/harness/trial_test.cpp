// The trial engine: what it counts when calls are long, and what it tells about threads that are not its own.

#include "bench/engine/trial.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>

namespace contend {
namespace {

// A system whose calls last longer than a slice of the engine's time.
class SlowSubject final : public TrialSubject {
 public:
  void prefill() override {}
  std::unique_ptr<Worker> make_worker(int, std::uint64_t) override { return std::make_unique<SlowWorker>(*this); }
  std::vector<std::uint64_t> work_of_threads() override { return {100 + 3 * calls_, 100 + calls_}; }
  std::string validate() override { return calls_ == 0 ? "nobody called" : ""; }
  std::size_t entries() const override { return 0; }

 private:
  class SlowWorker final : public Worker {
   public:
    explicit SlowWorker(SlowSubject& subject) : subject_(subject) {}
    void run(std::size_t calls) override {
      for (; calls > 0; --calls) {
        const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(35);
        while (std::chrono::steady_clock::now() < end) std::this_thread::yield();
        ++subject_.calls_;
      }
    }
    std::uint32_t operations_per_call() const override { return 3'500'000; }

   private:
    SlowSubject& subject_;
  };

  std::uint64_t calls_ = 0;
};

TrialResult run_slow(bool own_threads, double slowed_by = 0) {
  return run_trial([] { return std::make_unique<SlowSubject>(); },
                   {.threads = 2, .window_ms = 200, .own_threads = own_threads, .slowed_by = slowed_by});
}

TEST(TrialTest, ALongCallCountsInEverySliceThatItCovers) {
  const TrialResult result = run_slow(true);
  ASSERT_EQ(result.status, TrialStatus::ok) << result.message.data();
  ASSERT_GE(result.slices, 15);
  const auto first = result.slice_operations[0].begin();
  EXPECT_GT(*std::min_element(first, first + result.slices), 0U);
  // A hundred thousand a millisecond; a call may be held up, but never come early.
  EXPECT_LE(result.operations_per_s(), 1.02e8);
  EXPECT_GE(result.operations_per_s(), 0.3e8);
}

// Calls of 35 ms with as much of nothing between them; a disturbance makes them slower still.
TEST(TrialTest, ACopyThatIsSlowedIsSlowerBySoMuch) {
  const TrialResult result = run_slow(true, 1);
  ASSERT_EQ(result.status, TrialStatus::ok) << result.message.data();
  EXPECT_GT(result.operations, 0U);
  EXPECT_LE(result.operations_per_s(), 0.52e8);
}

TEST(TrialTest, ASystemWithThreadsOfItsOwnHasOneCallerAndTheSharesThatItTells) {
  const TrialResult result = run_slow(true);
  EXPECT_EQ(result.threads, 1);
  EXPECT_EQ(result.own_threads, 2);
  EXPECT_DOUBLE_EQ(result.fair_share(), 0.5);
}

// Has a thread that waits for its end, as a design with a thread of its own has.
class ServedSubject final : public TrialSubject {
 public:
  void prefill() override {}
  std::unique_ptr<Worker> make_worker(int, std::uint64_t) override { return std::make_unique<YieldingWorker>(); }
  std::string validate() override { return ""; }
  std::size_t entries() const override { return 0; }

 private:
  class YieldingWorker final : public Worker {
   public:
    void run(std::size_t calls) override {
      for (; calls > 0; --calls) std::this_thread::yield();
    }
  };
  std::jthread server_{[](const std::stop_token& stop) {
    while (!stop.stop_requested()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }};
};

TEST(TrialTest, ThreadsThatADesignStartsAreCounted) {
  EXPECT_EQ(run_trial([] { return std::make_unique<ServedSubject>(); }, {.window_ms = 20}).more_threads, 1);
  EXPECT_EQ(run_trial([] { return std::make_unique<SlowSubject>(); }, {.window_ms = 20}).more_threads, 0);
}

TEST(TrialTest, ManyCallersAreEachCounted) {
  const TrialResult result =
      run_trial([] { return std::make_unique<ServedSubject>(); }, {.threads = 40, .window_ms = 400});
  ASSERT_EQ(result.status, TrialStatus::ok);
  ASSERT_EQ(result.operations_of.size(), 40U);
  ASSERT_EQ(result.slice_operations.size(), 40U);
  std::uint64_t all = 0;
  for (std::size_t caller = 0; caller < 40; ++caller) {
    EXPECT_GT(result.operations_of[caller], 0U) << caller;
    all += result.operations_of[caller];
  }
  EXPECT_EQ(all, result.operations);
}

// One that is twice as fast as the reference that takes turns with it: the ratio is theirs, whoever disturbs them both.
class TimedSubject final : public TrialSubject {
 public:
  TimedSubject(std::chrono::microseconds a_call, std::string wrong) : a_call_(a_call), wrong_(std::move(wrong)) {}
  void prefill() override {}
  std::unique_ptr<Worker> make_worker(int, std::uint64_t) override { return std::make_unique<TimedWorker>(a_call_); }
  std::string validate() override { return wrong_; }
  std::size_t entries() const override { return 0; }

 private:
  class TimedWorker final : public Worker {
   public:
    explicit TimedWorker(std::chrono::microseconds a_call) : a_call_(a_call) {}
    void run(std::size_t calls) override {
      for (; calls > 0; --calls) {
        const auto end = std::chrono::steady_clock::now() + a_call_;
        while (std::chrono::steady_clock::now() < end) {
        }
      }
    }

   private:
    const std::chrono::microseconds a_call_;
  };

  const std::chrono::microseconds a_call_;
  const std::string wrong_;
};

TrialResult run_beside_reference(std::chrono::microseconds own, std::chrono::microseconds reference, int callers,
                                 const std::string& wrong = "") {
  return run_trial([&] { return std::make_unique<TimedSubject>(own, ""); }, {.threads = callers, .window_ms = 60},
                   [&] { return std::make_unique<TimedSubject>(reference, wrong); });
}

TEST(TrialTest, TheReferenceTakesTurnsAndTheirRatioIsKept) {
  using std::chrono::microseconds;
  for (const int callers : {1, 2}) {
    double ratio = 0;
    // Who else wants the machine may take most of one's turns in one trial, and not in five.
    for (int trial = 0; trial < 5 && ratio < 1.4; ++trial) {
      const TrialResult result = run_beside_reference(microseconds(20), microseconds(40), callers);
      ASSERT_EQ(result.status, TrialStatus::ok) << result.message.data();
      ASSERT_TRUE(result.reference_per_s.has_value());
      // A call is never shorter; how much longer it is depends on the others.
      EXPECT_LE(result.operations_per_s(), 1.02 * callers * 50'000);
      EXPECT_LE(*result.reference_per_s, 1.02 * callers * 25'000);
      ASSERT_GT(*result.reference_per_s, 0);
      ratio = result.operations_per_s() / *result.reference_per_s;
    }
    EXPECT_GT(ratio, 1.4) << callers << " callers";
  }
  EXPECT_FALSE(run_slow(true).reference_per_s.has_value());
}

// Calls as long as two turns: by the clock alone, it would be the same one's turn for ever.
TEST(TrialTest, LongCallsLeaveTheReferenceItsTurns) {
  const TrialResult result = run_beside_reference(std::chrono::milliseconds(20), std::chrono::milliseconds(20), 1);
  EXPECT_GT(result.operations, 0U);
  EXPECT_GT(result.reference_per_s.value(), 0);
}

// Puts half a second of work off until it is first called.
class PuttingOffSubject final : public TrialSubject {
 public:
  void prefill() override {}
  std::unique_ptr<Worker> make_worker(int, std::uint64_t) override { return std::make_unique<FirstWorker>(*this); }
  std::string validate() override { return ""; }
  std::size_t entries() const override { return 0; }

 private:
  class FirstWorker final : public Worker {
   public:
    explicit FirstWorker(PuttingOffSubject& subject) : subject_(subject) {}
    void run(std::size_t calls) override {
      if (calls > 0)
        std::call_once(subject_.called_, [] { std::this_thread::sleep_for(std::chrono::milliseconds(500)); });
    }

   private:
    PuttingOffSubject& subject_;
  };

  std::once_flag called_;
};

TEST(TrialTest, WhatIsPutOffUntilTheFirstCallLeavesTheReferenceItsTurns) {
  for (const int callers : {1, 2}) {
    const TrialResult result =
        run_trial([] { return std::make_unique<PuttingOffSubject>(); }, {.threads = callers, .window_ms = 60},
                  [] { return std::make_unique<TimedSubject>(std::chrono::microseconds(20), ""); });
    EXPECT_GT(result.operations, 0U);
    EXPECT_GT(result.reference_per_s.value(), 0);
  }
}

TEST(TrialTest, AReferenceThatIsWrongMakesTheTrialInvalid) {
  const TrialResult result =
      run_beside_reference(std::chrono::microseconds(20), std::chrono::microseconds(20), 1, "it lost a key");
  EXPECT_EQ(result.status, TrialStatus::invalid);
  EXPECT_STREQ(result.message.data(), "the reference beside it: it lost a key");
}

// A system that has lost everything: wrong, and what the control is.
class EmptySubject final : public TrialSubject {
 public:
  void prefill() override {}
  std::unique_ptr<Worker> make_worker(int, std::uint64_t) override { return std::make_unique<IdleWorker>(); }
  std::string validate() override { return "nothing is there"; }
  std::size_t entries() const override { return 0; }

 private:
  class IdleWorker final : public Worker {
   public:
    void run(std::size_t) override {}
  };
};

TEST(TrialTest, OnlyTheControlMayKeepNothing) {
  const auto run = [](bool control) {
    return run_trial([] { return std::make_unique<EmptySubject>(); }, {.window_ms = 20, .control = control});
  };
  EXPECT_EQ(run(true).status, TrialStatus::ok);
  const TrialResult wrong = run(false);
  EXPECT_EQ(wrong.status, TrialStatus::invalid);
  EXPECT_STREQ(wrong.message.data(), "nothing is there");
}

}  // namespace
}  // namespace contend
