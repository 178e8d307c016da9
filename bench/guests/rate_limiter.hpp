#pragma once

// A rate_limiter offers acquire, allow or try_acquire(key, units, now) -> bool, with token buckets. The key is a string_view or a
// const string&, `now` a whole number of nanoseconds or a floating number of seconds. It is made of (units that a bucket holds,
// units that come back per second), both double, or of (capacity, refill, period in ns), whole numbers. Where decisions are not
// exact, a static member tolerance_ns says by how much; with seconds it is 1000 unless it says so. Or it derives from
// contend::rate_limiter::RateLimiter.

#include <concepts>
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

// Becomes a floating number, and no other.
struct OnlyFloating {
  template <std::floating_point Number>
  operator Number() const;
};

template <class Text, class Guest, class Now>
bool guest_acquire(Guest& guest, Text key, std::int64_t units, Now now)
  requires requires {
    { guest.acquire(key, units, now) } -> Tells;
  } ||
           requires {
             { guest.allow(key, units, now) } -> Tells;
           } || requires {
             { guest.try_acquire(key, units, now) } -> Tells;
           }
{
  if constexpr (requires {
                  { guest.acquire(key, units, now) } -> Tells;
                }) {
    return static_cast<bool>(guest.acquire(key, units, now));
  } else if constexpr (requires {
                         { guest.allow(key, units, now) } -> Tells;
                       }) {
    return static_cast<bool>(guest.allow(key, units, now));
  } else {
    return static_cast<bool>(guest.try_acquire(key, units, now));
  }
}

template <class Guest, class Text>
concept IsLimiter = requires(Guest& guest, Text key, TimeNs now_ns) { guest_acquire<Text>(guest, key, 1, now_ns); };

// The limiter made of such a class, an instance for each quota. What is wrong with a request is found here, before it is asked.
template <class Guest>
class GuestLimiter final : public RateLimiter {
  static_assert(IsLimiter<Guest, std::string_view> || IsLimiter<Guest, std::string>,
                "acquire is missing, or takes or answers something else");
  using Text = std::conditional_t<IsLimiter<Guest, std::string_view>, std::string_view, std::string>;
  static constexpr bool in_seconds =
      requires(Guest& guest, Text key) { guest_acquire<Text>(guest, key, 1, OnlyFloating()); };

 public:
  static Guarantees guarantees() {
    Guarantees some;
    for (const Part part : {Part::retry_after, Part::remaining, Part::dimensions, Part::cleanup}) {
      some.offered.leave_out(part);
    }
    for (std::size_t i = 0; i < limit_algorithms; ++i) {
      some.supports[i] = static_cast<Algorithm>(i) == Algorithm::token_bucket;
    }
    some.tolerance_ns = in_seconds ? 1000 : 0;
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
    constexpr double second_ns = 1e9;
    if constexpr (std::constructible_from<Guest, std::uint64_t, std::uint64_t, DurationNs>) {
      return std::make_unique<Guest>(quota.capacity, quota.refill, quota.period_ns);
    } else {
      static_assert(std::constructible_from<Guest, double, double>,
                    "the class is made of capacity and units per second, or of capacity, refill and period in ns");
      return std::make_unique<Guest>(
          static_cast<double>(quota.capacity),
          static_cast<double>(quota.refill) * second_ns / static_cast<double>(quota.period_ns));
    }
  }
  static bool acquire_one(Guest& guest, const Charge& charge, TimeNs now_ns) {
    if constexpr (in_seconds) {
      return guest_acquire<Text>(guest, Text(charge.key), charge.cost, static_cast<double>(now_ns) / 1e9);
    } else {
      return guest_acquire<Text>(guest, Text(charge.key), charge.cost, now_ns);
    }
  }

  const Quotas quotas_;
  std::vector<std::unique_ptr<Guest>> guests_;
};

template <class Guest>
bool register_guest(std::string_view name) {
  if constexpr (std::derived_from<Guest, RateLimiter>) {
    return register_whole_guest<RateLimiter, Guest>(name);
  } else {
    return register_implementation<RateLimiter, GuestLimiter<Guest>>(name, guest_contract,
                                                                     GuestLimiter<Guest>::guarantees());
  }
}

}  // namespace contend::rate_limiter
