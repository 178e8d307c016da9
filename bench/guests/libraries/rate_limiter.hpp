#pragma once

#include <cstdint>
#include <memory>
#include <new>
#include <string_view>

#include "bench/guests/libraries/library.hpp"
#include "bench/guests/plain/rate_limiter.hpp"
#include "impls/rate_limiter/rate_limiter_abi.h"

namespace contend::rate_limiter {

// Its functions; null where the library has none.
struct LibraryLimiterCalls {
  decltype(&contend_rate_limiter_create) create = nullptr;
  decltype(&contend_rate_limiter_destroy) destroy = nullptr;
  decltype(&contend_rate_limiter_acquire) acquire = nullptr;
  decltype(&contend_rate_limiter_tolerance_ns) tolerance_ns = nullptr;
};

// The limiter of a shared library, for GuestLimiter.
class LibraryLimiter {
 public:
  static inline DurationNs tolerance_ns = 0;

  static void load(const char* file) {
    const GuestLibrary library(file);
    library.require("contend_rate_limiter_create", calls.create);
    library.require("contend_rate_limiter_destroy", calls.destroy);
    library.require("contend_rate_limiter_acquire", calls.acquire);
    library.find("contend_rate_limiter_tolerance_ns", calls.tolerance_ns);
    if (calls.tolerance_ns != nullptr) tolerance_ns = calls.tolerance_ns();
  }

  LibraryLimiter(std::uint64_t capacity, std::uint64_t refill, DurationNs period_ns)
      : limiter_(calls.create(capacity, refill, period_ns)) {
    if (limiter_ == nullptr) throw std::bad_alloc();
  }

  bool acquire(std::string_view key, std::int64_t units, TimeNs now_ns) {
    return abi_done(calls.acquire(limiter_.get(), key.data(), key.size(), units, now_ns));
  }

 private:
  static inline LibraryLimiterCalls calls;
  struct Destroy {
    void operator()(void* limiter) const { calls.destroy(limiter); }
  };

  std::unique_ptr<void, Destroy> limiter_;
};

inline bool register_library(std::string_view name, const char* file) {
  LibraryLimiter::load(file);
  return register_guest<LibraryLimiter>(name);
}

}  // namespace contend::rate_limiter
