// Retries and timeouts of schedulers, in simulated time: what waits for a retry holds no worker, and what a timed-out
// attempt returns is ignored.

#include <fmt/core.h>

#include <atomic>
#include <string>
#include <vector>

#include "impls/base/clock.hpp"
#include "impls/scheduler/scheduler.hpp"
#include "stress/driver/attack.hpp"

namespace contend::scheduler {
namespace {

constexpr Sized retried_of_worker{.full = 2, .small = {1, 1}};
constexpr Sized other_tasks{.full = 20, .small = {2, 4}};
constexpr Sized slow_tasks{.full = 4, .small = {1, 2}};
constexpr int others_in_chain = 5;  // each group of so many tasks is a chain
constexpr DurationNs retry_wait_ns = 1'000'000'000;
constexpr DurationNs slow_timeout_ns = 1'000;

// Time passes only when nobody has anything to do, so whatever needs no time is done before the first retry.
void retry_after_the_others(const Subject<Scheduler>& subject, Round& round, int workers) {
  Outcomes::Counter& retries = round.required("retries", "after a wait");
  Outcomes::Counter& held = round.forbidden("workers held", "a retry came before work that needed no time");
  const int retried = round.size(retried_of_worker) * workers;
  const int others = round.size(other_tasks);
  SimulatedClock clock;
  std::atomic<int> others_done{0};
  const auto scheduler = subject.make({.workers = workers, .clock = &clock, .seed = round.seed()});
  for (int i = 0; i < retried; ++i) {
    scheduler->add({fmt::format("again {}", i),
                    [&](TaskContext& context) {
                      if (context.attempt() == 1) return Outcome::failure;
                      ++retries;
                      if (others_done < others) ++held;
                      return Outcome::success;
                    },
                    {},
                    1,
                    {.max_attempts = 2, .base_ns = retry_wait_ns, .factor = 1, .cap_ns = retry_wait_ns}});
  }
  for (int i = 0; i < others; ++i) {
    const bool first = i % others_in_chain == 0;
    scheduler->add({fmt::format("other {}", i),
                    [&](TaskContext&) {
                      ++others_done;
                      return Outcome::success;
                    },
                    first ? std::vector<std::string>{} : std::vector{fmt::format("other {}", i - 1)}});
  }
  scheduler->run();
}

// The first attempt is late with a success, the second says for good that it is none.
void succeed_too_late(const Subject<Scheduler>& subject, Round& round, int workers) {
  Outcomes::Counter& timeouts = round.required("timeouts", "attempts that went on after their time");
  Outcomes::Counter& given_up = round.allowed("timeouts not waited for", "nobody was told to stop for a long while");
  Outcomes::Counter& late_wins =
      round.forbidden("late successes", "the result of an attempt that had timed out was taken");
  Outcomes::Counter& wrong_attempts = round.forbidden("wrong attempts", "each slow task has two");
  const int tasks = round.size(slow_tasks);
  SimulatedClock clock;
  const auto scheduler = subject.make({.workers = workers, .clock = &clock, .seed = round.seed()});
  for (int i = 0; i < tasks; ++i) {
    scheduler->add({fmt::format("slow {}", i),
                    [&](TaskContext& context) {
                      if (context.attempt() == 2) return Outcome::permanent_failure;
                      clock.advance(slow_timeout_ns);
                      if (!yield_until([&] { return context.stop_requested(); })) {
                        ++given_up;
                        return Outcome::failure;
                      }
                      ++timeouts;
                      return Outcome::success;
                    },
                    {},
                    0,
                    {.max_attempts = 2, .base_ns = 10},
                    slow_timeout_ns});
  }
  scheduler->run();
  const Report report = scheduler->report();
  late_wins.add(report.succeeded);
  // Time moves in another task's first attempt too, so a second one may be over before it begins.
  if (report.attempts != 2 * static_cast<std::uint64_t>(tasks)) ++wrong_attempts;
}

void round_of_time(const Subject<Scheduler>& subject, Round& round) {
  const int workers = 1 + static_cast<int>(round.random()() % static_cast<unsigned>(round.threads(2)));
  retry_after_the_others(subject, round, workers);
  round.count_operation();
  succeed_too_late(subject, round, workers);
  round.count_operation();
}
const bool time_registered =
    register_attack<Scheduler>({"time", "retries wait without a worker, late results are ignored", round_of_time});

}  // namespace
}  // namespace contend::scheduler
