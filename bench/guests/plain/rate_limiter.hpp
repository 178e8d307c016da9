#pragma once

// A rate_limiter offers acquire, allow or try_acquire(key, units, now) -> bool, with token buckets. The key is a string_view or a const
// string&; `now` a whole number of nanoseconds, a floating number of seconds, or a time point or duration of std::chrono. Without
// `now`, it reads std::chrono's steady_clock or system_clock, which then tell the time of who judges, and never go back. It is
// made of (units that a bucket holds, units that come back per second), both double, in either order; or of (capacity, refill, period
// in ns), whole numbers. Where decisions are not exact, a static member tolerance_ns says by how much; but for times in whole
// nanoseconds it is 1000 unless it says so. Or it derives from contend::rate_limiter::RateLimiter.
// Known by: acquire allow try_acquire

#include <time.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <concepts>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "bench/guests/guest.hpp"
#include "impls/rate_limiter/rate_limiter.hpp"
#include "impls/rate_limiter/rules/quota_rules.hpp"

namespace contend::rate_limiter {

// The time that the clocks of std::chrono tell this thread; null: the machine's.
inline thread_local const TimeNs* told_time = nullptr;

inline std::chrono::nanoseconds time_of(clockid_t clock) {
  if (told_time != nullptr) return std::chrono::nanoseconds(*told_time);
  timespec time{};
  clock_gettime(clock, &time);
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

}  // namespace contend::rate_limiter

// In place of the standard library's, for a limiter that looks at them. This header is included once in a program.
std::chrono::steady_clock::time_point std::chrono::steady_clock::now() noexcept {
  return time_point(contend::rate_limiter::time_of(CLOCK_MONOTONIC));
}
std::chrono::system_clock::time_point std::chrono::system_clock::now() noexcept {
  return time_point(duration_cast<duration>(contend::rate_limiter::time_of(CLOCK_REALTIME)));
}

namespace contend::rate_limiter {

// Becomes a floating number, and no other.
struct OnlyFloating {
  template <std::floating_point Number>
  operator Number() const;
};

template <class Guest, class... Arguments>
decltype(auto) call_acquire(Guest& guest, const Arguments&... arguments)
  requires requires { guest.acquire(arguments...); } || requires { guest.allow(arguments...); } ||
           requires { guest.try_acquire(arguments...); }
{
  if constexpr (requires { guest.acquire(arguments...); }) {
    return guest.acquire(arguments...);
  } else if constexpr (requires { guest.allow(arguments...); }) {
    return guest.allow(arguments...);
  } else {
    return guest.try_acquire(arguments...);
  }
}
template <class Guest, class Text, class... Now>
concept Acquires = requires(Guest& guest, Text key, std::int64_t units, Now... now) {
  { call_acquire(guest, key, units, now...) } -> Tells;
};

// How a class is told the time.
enum class Clocking : std::uint8_t { none, seconds, nanoseconds, steady, system, duration, own };

template <class Guest, class Text>
constexpr Clocking clocking_with() {
  if (Acquires<Guest, Text, OnlyFloating>) return Clocking::seconds;
  if (Acquires<Guest, Text, TimeNs>) return Clocking::nanoseconds;
  if (Acquires<Guest, Text, std::chrono::steady_clock::time_point>) return Clocking::steady;
  if (Acquires<Guest, Text, std::chrono::system_clock::time_point>) return Clocking::system;
  if (Acquires<Guest, Text, std::chrono::nanoseconds>) return Clocking::duration;
  return Acquires<Guest, Text> ? Clocking::own : Clocking::none;
}
template <class Guest>
using TextOf =
    std::conditional_t<clocking_with<Guest, std::string_view>() == Clocking::none, std::string, std::string_view>;
template <class Guest>
inline constexpr Clocking clocking = clocking_with<Guest, TextOf<Guest>>();

template <class Guest>
bool guest_acquire(Guest& guest, std::string_view bytes, std::int64_t units, TimeNs now_ns) {
  const TextOf<Guest> key(bytes);
  const std::chrono::nanoseconds now(now_ns);
  if constexpr (clocking<Guest> == Clocking::seconds) {
    return static_cast<bool>(call_acquire(guest, key, units, static_cast<double>(now_ns) / 1e9));
  } else if constexpr (clocking<Guest> == Clocking::nanoseconds) {
    return static_cast<bool>(call_acquire(guest, key, units, now_ns));
  } else if constexpr (clocking<Guest> == Clocking::steady) {
    return static_cast<bool>(call_acquire(guest, key, units, std::chrono::steady_clock::time_point(now)));
  } else if constexpr (clocking<Guest> == Clocking::system) {
    return static_cast<bool>(call_acquire(guest, key, units, std::chrono::system_clock::time_point(now)));
  } else if constexpr (clocking<Guest> == Clocking::duration) {
    return static_cast<bool>(call_acquire(guest, key, units, now));
  } else {
    told_time = &now_ns;
    const bool allowed = static_cast<bool>(call_acquire(guest, key, units));
    told_time = nullptr;
    return allowed;
  }
}

// Of two doubles the first may be the capacity or the rate: a bucket of five units that regains one per second gives five at once.
template <class Guest>
bool takes_rate_first() {
  Guest guest(5.0, 1.0);
  return guest_acquire(guest, "a", 1, 0) && !guest_acquire(guest, "a", 1, 0);
}

// The limiter made of such a class, an instance for each quota. What is wrong with a request is found here, before it is asked.
template <class Guest>
class GuestLimiter final : public RateLimiter {
 public:
  static Guarantees guarantees() {
    Guarantees some;
    for (const Part part : {Part::retry_after, Part::remaining, Part::dimensions, Part::cleanup}) {
      some.offered.leave_out(part);
    }
    for (std::size_t i = 0; i < limit_algorithms; ++i) {
      some.supports[i] = static_cast<Algorithm>(i) == Algorithm::token_bucket;
    }
    if (clocking<Guest> == Clocking::own) some.offered.leave_out(Part::times_of_callers);
    some.tolerance_ns = clocking<Guest> == Clocking::nanoseconds ? 0 : 1000;
    if constexpr (requires { some.tolerance_ns = Guest::tolerance_ns; }) some.tolerance_ns = Guest::tolerance_ns;
    return some;
  }

  explicit GuestLimiter(const Options& options) : quotas_(make_quotas(options)) {
    for (const Quota& quota : options.quotas) {
      if (quota.algorithm != Algorithm::token_bucket) not_offered("an algorithm other than token_bucket");
      guests_.push_back(make(quota));
    }
  }

  Decision acquire_all(std::span<const Charge> charges, TimeNs now_ns) override {
    if (charges.size() > 1) not_offered("a request of several dimensions");
    if (charges.empty()) return {.status = Status::invalid_dimensions};
    const Charge& charge = charges.front();
    if (charge.quota >= guests_.size()) return {.status = Status::invalid_quota};
    if (charge.key.size() > max_limiter_key_bytes) return {.status = Status::invalid_key};
    if (charge.cost < 0) return {.status = Status::invalid_cost};
    const std::uint64_t capacity = quotas_[charge.quota].quota().capacity;
    if (static_cast<std::uint64_t>(charge.cost) > capacity) return {Status::exceeds_capacity, forever};
    if (charge.cost == 0 || acquire_one(*guests_[charge.quota], charge, now_ns)) return {};
    return {.status = Status::limited};
  }
  CleanupAnswer cleanup(std::size_t, TimeNs) override { not_offered("cleanup"); }
  std::size_t tracked() override { not_offered("tracked"); }

 private:
  static std::unique_ptr<Guest> make(const Quota& quota) {
    const auto capacity = static_cast<double>(quota.capacity);
    const double rate = static_cast<double>(quota.refill) * 1e9 / static_cast<double>(quota.period_ns);
#ifdef CONTEND_MADE_GUEST
    return std::unique_ptr<Guest>(new Guest(CONTEND_MADE_GUEST));
#else
    if constexpr (std::constructible_from<Guest, std::uint64_t, std::uint64_t, DurationNs>) {
      return std::make_unique<Guest>(quota.capacity, quota.refill, quota.period_ns);
    } else if constexpr (std::constructible_from<Guest, double, double>) {
      static const bool rate_first = takes_rate_first<Guest>();
      return rate_first ? std::make_unique<Guest>(rate, capacity) : std::make_unique<Guest>(capacity, rate);
    } else {
      static_assert(std::constructible_from<Guest, double, double>,
                    "it has no constructor of capacity and units per second, nor of capacity, refill and period in ns; "
                    "say with --make how it is made");
    }
#endif
  }
  // A clock does not go back, whoever looks at it.
  bool acquire_one(Guest& guest, const Charge& charge, TimeNs now_ns) {
    if constexpr (clocking<Guest> == Clocking::own) {
      TimeNs latest_ns = latest_ns_.load();
      while (latest_ns < now_ns && !latest_ns_.compare_exchange_weak(latest_ns, now_ns)) continue;
      now_ns = std::max(latest_ns, now_ns);
    }
    return guest_acquire(guest, charge.key, charge.cost, now_ns);
  }

  std::atomic<TimeNs> latest_ns_{std::numeric_limits<TimeNs>::min()};
  const Quotas quotas_;
  std::vector<std::unique_ptr<Guest>> guests_;
};

template <class Guest>
bool register_guest(std::string_view name) {
  if constexpr (std::derived_from<Guest, RateLimiter>) {
    return register_whole_guest<RateLimiter, Guest>(name);
  } else if constexpr (clocking<Guest> == Clocking::none) {
    static_assert(clocking<Guest> != Clocking::none, "it has no acquire that takes a key and a number of units");
    return false;
  } else {
    return register_implementation<RateLimiter, GuestLimiter<Guest>>(name, guest_contract,
                                                                     GuestLimiter<Guest>::guarantees());
  }
}

}  // namespace contend::rate_limiter
