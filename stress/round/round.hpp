#pragma once

#include <atomic>
#include <cstdint>
#include <limits>
#include <random>
#include <string>
#include <string_view>
#include <thread>

#include "stress/round/outcomes.hpp"
#include "stress/round/threads.hpp"

namespace contend {

// How large a round is. Full: as much as real threads need to meet by luck. Small: two or three threads with a few calls
// each, so that schedules can be explored one by one. Explored: small, and somebody else decides which thread runs.
enum class Scale : std::uint8_t { full, small, explored };

// One measure of a round (calls of a thread, keys, stages, pages): its value at full size, and the range from which the
// seed draws it at the small one.
struct Sized {
  struct Range {
    int least = 0;
    int most = 0;
  };
  int full = 0;
  Range small;
};

// What one round of an attack gets and what it says: given a subject, the round makes a fresh instance, runs threads on
// it, and judges what they saw. Any driver can run a round, at any size: the stress repeats it with real threads for a
// time, another may run it once under a schedule that it controls. Therefore a round draws all that it draws from its
// seed, and nothing in it waits for a wall clock or spins without a bound.
class Round {
 public:
  // `threads`: how many the driver wants at full size.
  Round(std::uint64_t seed, Scale scale, int threads, std::atomic<std::uint64_t>* operations = nullptr);
  Round(const Round&) = delete;
  Round& operator=(const Round&) = delete;

  std::uint64_t seed() const { return seed_; }
  bool is_small() const { return scale_ != Scale::full; }
  bool is_explored() const { return scale_ == Scale::explored; }
  // How many threads shall run; at least as many as the attack needs.
  int threads(int least = 1) const { return threads_ > least ? threads_ : least; }
  // The value of a measure at this size. Draws at the small size, so ask in a fixed order.
  int size(const Sized& measure);
  // From now on no measure is drawn larger than this, unless it has to be: for who wants a round smaller still.
  void limit_sizes(int largest) { largest_size_ = largest; }
  // `full` or `small`, for what is not drawn.
  template <class Value>
  Value by_size(Value full, Value small) const {
    return is_small() ? small : full;
  }

  // The round's own random numbers, for the thread that runs the round.
  std::mt19937_64& random() { return random_; }
  // Those of one of its threads: other numbers for each thread, the same for the same seed.
  std::mt19937_64 random_of(int thread) const {
    return std::mt19937_64(seed_ * 1000 + static_cast<std::uint64_t>(thread));
  }

  // Runs body(0) .. body(threads - 1) side by side, all let go at once, and waits for them.
  template <class Body>
  void run_threads(int threads, Body body) {
    contend::run_threads(threads, [&](int thread) {
      stagger(static_cast<std::uint64_t>(thread));
      body(thread);
    });
  }
  // At the small size threads are done before the next has begun, so their starts and calls are shifted against each
  // other by up to a microsecond, drawn from the seed and `place`. At other sizes nothing happens.
  void stagger(std::uint64_t place) const;

  // Outcomes, declared before the threads run and counted by anybody.
  Outcomes::Counter& required(std::string_view result, std::string_view meaning) {
    return outcomes_.declare(Expectation::required, result, meaning);
  }
  Outcomes::Counter& allowed(std::string_view result, std::string_view meaning) {
    return outcomes_.declare(Expectation::allowed, result, meaning);
  }
  Outcomes::Counter& forbidden(std::string_view result, std::string_view meaning) {
    return outcomes_.declare(Expectation::forbidden, result, meaning);
  }
  // Forbidden where the subject promises that it does not happen, else allowed.
  Outcomes::Counter& forbidden_if(bool promised, std::string_view result, std::string_view meaning) {
    return promised ? forbidden(result, meaning) : allowed(result, meaning);
  }
  // For what counts do not tell: what was seen, to be read by people. The seed is added. From any thread.
  void conclude(Verdict found, const std::string& why);
  // Whether the round has shown what it must not: loops may end.
  bool illegal() const { return outcomes_.illegal(); }
  // Says with the seed what counts alone have shown, where nobody said more. For the driver, after the round.
  void tell_counts();
  // Whether somebody has already told why: finding the smallest proof is expensive.
  bool evidence_given() const { return outcomes_.concluded(); }
  const Outcomes& outcomes() const { return outcomes_; }

  // For who wants to know how far a round came that did not end.
  void count_operation() const {
    if (operations_ != nullptr) operations_->fetch_add(1, std::memory_order_relaxed);  // statistics
  }

 private:
  const std::uint64_t seed_;
  const Scale scale_;
  std::mt19937_64 random_;
  int threads_;
  int largest_size_ = std::numeric_limits<int>::max();
  std::atomic<std::uint64_t>* const operations_;
  Outcomes outcomes_;
};

// Gives the core away until the condition holds, or so often that whoever it waits for will not come. Answers whether it
// holds.
template <class Condition>
bool yield_until(Condition condition, int most_yields = 100'000) {
  for (int yields = 0; yields < most_yields; ++yields) {
    if (condition()) return true;
    std::this_thread::yield();
  }
  return condition();
}

}  // namespace contend
