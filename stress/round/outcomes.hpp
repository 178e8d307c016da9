#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "impls/sync/mutex.hpp"

namespace contend {

// What an attack concludes. `unknown` is an answer of its own: it is never shown as ok.
enum class Verdict : std::uint8_t { ok, illegal, unknown };
std::string_view to_string(Verdict verdict);

// Forbidden: seen once, it is a violation. Required: asked of a whole campaign, which proves nothing and is unknown if it
// never happens.
enum class Expectation : std::uint8_t { required, allowed, forbidden };
std::string_view to_string(Expectation expectation);

// One line of an outcome table: how often something was seen, and what that means.
struct OutcomeRow {
  std::string result;
  std::uint64_t samples = 0;
  Expectation expectation = Expectation::allowed;
  std::string meaning;
};

struct AttackReport {
  Verdict verdict = Verdict::ok;
  std::vector<OutcomeRow> rows;
  std::string evidence;  // for people: what was seen, small enough to read
};

// What was seen in a round, or in all rounds of a campaign. An outcome is declared once, with what it means, and counted
// by whoever sees it; the verdict follows from the counts.
//
// Declaring belongs to one thread; counting, concluding and the verdict to any.
class Outcomes {
 public:
  class Counter {
   public:
    Counter& operator++() {
      add(1);
      return *this;
    }
    // Statistics only: relaxed orders nothing, and the threads that count are joined before anybody judges.
    void add(std::uint64_t samples) { samples_.fetch_add(samples, std::memory_order_relaxed); }
    std::uint64_t samples() const { return samples_.load(std::memory_order_relaxed); }

   private:
    std::atomic<std::uint64_t> samples_{0};
  };

  // The same result declared again, with the same expectation, is the same counter. O(outcomes declared).
  Counter& declare(Expectation expectation, std::string_view result, std::string_view meaning);

  // Says what was seen, beyond the counts. The worse verdict stays, and of equal ones the first reason.
  void conclude(Verdict found, const std::string& why);

  // Something forbidden has been seen, or somebody concluded that what was seen is illegal.
  bool illegal() const;
  // Somebody concluded so, and said why.
  bool concluded() const {
    const MutexLock lock(mutex_);
    return concluded_ == Verdict::illegal;
  }

  // Adds what another saw to what is here.
  void add(const Outcomes& other);

  // Of one round: what is required need not have happened.
  AttackReport report_round() const { return report(false); }
  // Of a campaign: where something required did not happen, it is unknown.
  AttackReport report_campaign() const { return report(true); }

 private:
  struct Outcome {
    std::string result;
    Expectation expectation = Expectation::allowed;
    std::string meaning;
    Counter counter;
  };

  AttackReport report(bool whole_campaign) const;

  std::deque<Outcome> outcomes_;  // declared by one thread; a deque, so that counters stay where they are
  mutable Mutex mutex_{{"conclusion", 0}};
  Verdict concluded_ GUARDED_BY(mutex_) = Verdict::ok;
  std::string evidence_ GUARDED_BY(mutex_);
};

}  // namespace contend
