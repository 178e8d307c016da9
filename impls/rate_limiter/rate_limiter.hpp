#pragma once

#include <boost/describe/enum.hpp>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "impls/base/offered_parts.hpp"
#include "impls/base/time.hpp"

namespace contend::rate_limiter {

// Decides whether a caller may do something now: quotas per key, several of them charged together or not at all, and an
// exact answer to "when, then?".
//
// Sequential meaning
//   Buckets    A quota and a key name a bucket. A bucket that nobody has charged is full, and a full one is the same as
//              none: dropping it changes no answer. Only what is allowed changes a bucket; a refusal and a probe change
//              nothing.
//   Exactness  Whole numbers throughout, no drift however many calls. `retry_after_ns` is the least wait after which
//              the same request would be allowed if nothing else were charged: one nanosecond earlier it would be
//              refused.
//   Time       `now_ns` comes from the caller, within max_limiter_time_ns of zero (beyond that it counts as that). Time
//              that goes backwards mints nothing: a bucket never holds more than it would at the latest time at which
//              it was charged. Asked for an earlier time, a token bucket holds less, by what comes back in between; the
//              window algorithms count the charge as made at that latest time, and see their windows as they were then.
//              The wait counts from the caller's own time in any case.
//   Several    acquire_all charges all its dimensions or none. If several refuse, the one with the longest wait is
//              named, of equal ones the first.
//   Errors     The first that applies, in the order of Status; within one, the first dimension.
//
// Algorithms, where something comes back (refill > 0); else all of them count what was ever taken
//   token_bucket     holds `capacity` units and regains `refill` units per period, continuously; what is available is
//                    rounded down to whole units, the bucket itself is not (GCRA: the state is the time at which it
//                    will be full)
//   fixed_window     `capacity` units in each window [n * period, (n + 1) * period). Two full windows can meet at a
//                    border: up to twice the capacity within one period.
//   sliding_log      `capacity` units in any window (t - period, t]; remembers each charge, O(capacity) memory a bucket
//   sliding_counter  the same, estimated from counts of the same windows as fixed_window: those of the window before
//                    count by the part of it that is still within one period, rounded up to whole units
//
// Concurrency: every method may be called from any thread at any time. acquire is linearizable unless the guarantees
// say otherwise; acquire_all is as they say. cleanup drops each bucket at an instant of its own. Memory grows by one
// entry per bucket that is not full, and shrinks by cleanup only.
//
// Out of memory: acquire and acquire_all throw std::bad_alloc and nothing has happened. cleanup throws only where it has
// dropped nothing; else it answers for what it has dropped, and `more`.

enum class Algorithm : std::uint8_t { token_bucket, fixed_window, sliding_log, sliding_counter };
BOOST_DESCRIBE_ENUM(Algorithm, token_bucket, fixed_window, sliding_log, sliding_counter)
inline constexpr std::size_t limit_algorithms = 4;
std::string_view to_string(Algorithm algorithm);

inline constexpr TimeNs max_limiter_time_ns = TimeNs{1} << 61;  // 73 years either way
inline constexpr std::size_t max_limiter_key_bytes = 256;
inline constexpr std::size_t max_dimensions = 8;
inline constexpr std::uint64_t max_quota_units = (std::uint64_t{1} << 32) - 1;
inline constexpr std::size_t max_expected_keys = std::size_t{1} << 24;

struct Quota {
  Algorithm algorithm = Algorithm::token_bucket;
  std::uint64_t capacity = 10;  // units; 1 to max_quota_units
  // Units per period, up to max_quota_units; 0: what is taken never comes back. The window algorithms take `capacity`
  // or 0.
  std::uint64_t refill = 10;
  DurationNs period_ns = 1'000'000'000;  // 1 to max_limiter_time_ns; an empty bucket must fill within the same
};

enum class Status : std::uint8_t {
  allowed,
  invalid_dimensions,  // none, more than max_dimensions, or one bucket twice
  invalid_quota,       // there is no quota with this number
  invalid_key,         // longer than max_limiter_key_bytes
  invalid_cost,        // negative
  exceeds_capacity,    // more than the bucket ever holds
  limited,             // not now
};
BOOST_DESCRIBE_ENUM(Status, allowed, invalid_dimensions, invalid_quota, invalid_key, invalid_cost, exceeds_capacity,
                    limited)
std::string_view to_string(Status status);

struct Decision {
  Status status = Status::allowed;
  // limited: the exact wait, or `forever` where nothing comes back; exceeds_capacity: `forever`; else 0.
  DurationNs retry_after_ns = 0;
  // allowed and limited: units that could be taken now, after this decision; the least of all dimensions. See
  // Guarantees::remaining_counts_all.
  std::uint64_t remaining = 0;
  std::uint32_t dimension = 0;  // not allowed: the one that refused

  bool operator==(const Decision&) const = default;
};

// One dimension of a request. A cost of 0 is a probe: allowed, and changes nothing.
struct Charge {
  std::uint32_t quota = 0;  // its number in the options
  std::string_view key;     // bytes, any of them; empty is a key too
  std::int64_t cost = 1;    // units
};

struct CleanupAnswer {
  std::size_t removed = 0;  // full buckets
  bool more = false;        // the round through all buckets is not finished
};

// What an implementation may leave out. Every design here offers all of it; a file that somebody brings to be judged need not.
enum class Part : std::uint8_t {
  retry_after,  // without it Decision::retry_after_ns is 0
  remaining,    // without it Decision::remaining is 0
  dimensions,   // several charges in one request
  cleanup,      // and tracked
  times_of_callers,  // without them now_ns does not go back: a request is decided as at the latest time that any call has told
};
BOOST_DESCRIBE_ENUM(Part, retry_after, remaining, dimensions, cleanup, times_of_callers)

struct Guarantees {
  bool atomic_dimensions = true;  // acquire_all is one instant; if not, others may be refused by a charge undone
  double stranded_part = 0;  // of a quota's capacity that threads may hold back: refused early here, spent late there
  // Decision::remaining counts what all threads have charged. If not, it may leave out what others have charged since
  // this thread last looked at the bucket; it is exact while only one thread charges it.
  bool remaining_counts_all = true;
  bool supports[limit_algorithms] = {true, true, true, true};
  // A request is decided as at some time no further than this from its own. No design here needs it: they are exact.
  DurationNs tolerance_ns = 0;
  OfferedParts<Part> offered{};

  std::vector<std::pair<std::string_view, std::string>> describe() const;
};

class RateLimiter {
 public:
  struct Options {
    std::vector<Quota> quotas{Quota{}};
    std::size_t expected_keys = 1024;  // room made beforehand, at most for max_expected_keys; not a limit
  };
  using Guarantees = rate_limiter::Guarantees;

  virtual ~RateLimiter() = default;

  // Charges `cost` units to the key under the first quota. O(1) expected; with a sliding log O(log entries), amortised.
  Decision acquire(std::string_view key, std::int64_t cost, TimeNs now_ns) {
    const Charge charge{0, key, cost};
    return acquire_all(std::span(&charge, 1), now_ns);
  }

  // All or nothing. O(dimensions log dimensions) expected.
  virtual Decision acquire_all(std::span<const Charge> charges, TimeNs now_ns) = 0;

  // Looks at about `budget` buckets, going round them call by call, and drops those that are full at `now_ns`. A round
  // that is not disturbed by new keys meets every bucket. Where the callers' times differ, pass the least of them: who
  // comes with an earlier time than `now_ns` finds a full bucket where one has been dropped that was not yet full then.
  virtual CleanupAnswer cleanup(std::size_t budget, TimeNs now_ns) = 0;

  // Buckets in memory: exact while nobody else calls. What calls that have not returned yet add or drop may be counted
  // or not.
  virtual std::size_t tracked() = 0;
};

}  // namespace contend::rate_limiter
