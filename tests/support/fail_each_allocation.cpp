#include "tests/support/fail_each_allocation.hpp"

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <mutex>
#include <new>
#include <optional>
#include <thread>
#include <utility>

#include "stress/driver/watchdog.hpp"
#include "tests/support/allocation_faults.hpp"

namespace contend::allocation_faults {
namespace {

// Ends the program when an operation hangs. Allocates nothing while it waits: its thread would be counted.
class HangAlarm {
 public:
  HangAlarm(const std::string& name, std::chrono::seconds patience)
      : name_(name), patience_(patience), thread_([this](const std::stop_token& stop) { wait(stop); }) {}

  void begin(std::uint64_t nth) {
    nth_ = nth;
    ++rounds_;
  }

 private:
  void wait(const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    for (std::uint64_t seen = rounds_; !stop.stop_requested(); seen = rounds_) {
      changed_.wait_for(lock, stop, patience_, [] { return false; });
      if (stop.stop_requested() || rounds_ != seen) continue;
      std::fprintf(stderr, "%s: hangs when allocation %llu fails\n", name_.c_str(),
                   static_cast<unsigned long long>(nth_.load()));
      std::_Exit(exit_hang);
    }
  }

  const std::string& name_;
  const std::chrono::seconds patience_;
  std::atomic<std::uint64_t> nth_{0}, rounds_{0};
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::jthread thread_;  // last: starts when all else stands
};

struct Attempt {
  std::optional<std::string> answer;  // none: it threw std::bad_alloc
  bool fired = false;
};

Attempt attempt(const Untyped& operation, void* instance, std::uint64_t nth) {
  Attempt made;
  const AllocationFault fault(nth);
  try {
    made.answer = operation.operate(instance);
  } catch (const std::bad_alloc&) {
  }
  made.fired = fault.fired();
  return made;
}

}  // namespace

std::uint64_t fail_each_allocation(const Untyped& operation, std::chrono::seconds patience) {
  const std::string before = operation.describe(operation.prepare().get());
  const std::shared_ptr<void> usual = operation.prepare();
  const std::string answer = operation.operate(usual.get());
  const std::string after = operation.describe(usual.get());

  HangAlarm alarm(operation.name, patience);
  for (std::uint64_t nth = 1;; ++nth) {
    SCOPED_TRACE(fmt::format("{}, allocation {} fails", operation.name, nth));
    alarm.begin(nth);
    const std::shared_ptr<void> instance = operation.prepare();
    const Attempt made = attempt(operation, instance.get(), nth);
    if (made.answer) {
      EXPECT_EQ(*made.answer, answer) << "the answer, though it did not throw";
      EXPECT_EQ(operation.describe(instance.get()), after) << "the state, though it did not throw";
    } else {
      EXPECT_TRUE(made.fired) << "it threw std::bad_alloc of its own";
      EXPECT_EQ(operation.describe(instance.get()), before) << "it threw, and yet something has happened";
      const std::shared_ptr<void> again = operation.prepare();
      // With threads that compete, another allocation may be the n-th this time: one that need not throw.
      if (attempt(operation, again.get(), nth).answer) continue;
      EXPECT_EQ(operation.operate(again.get()), answer) << "the answer when asked again with memory";
      EXPECT_EQ(operation.describe(again.get()), after) << "the state when asked again with memory";
    }
    if (!made.fired || testing::Test::HasFailure()) return nth - 1;
  }
}

}  // namespace contend::allocation_faults
