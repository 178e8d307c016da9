#pragma once

#include <array>
#include <atomic>
#include <cstdint>

#include "impls/ledger/ledger.hpp"
#include "impls/sync/cache_line.hpp"
#include "impls/sync/thread_number.hpp"

namespace contend::ledger {

// Counts attempts and aborts without making a shared line hot: each thread adds to one of a few padded pairs.
class AttemptCounters {
 public:
  void add(std::uint64_t attempts, std::uint64_t aborts) noexcept {
    Pair& pair = pairs_[thread_number() % pairs_.size()];
    // Relaxed: statistics; nothing is inferred from their order.
    pair.attempts.fetch_add(attempts, std::memory_order_relaxed);
    if (aborts != 0) pair.aborts.fetch_add(aborts, std::memory_order_relaxed);
  }

  Counters sum() const noexcept {
    Counters total;
    for (const Pair& pair : pairs_) {
      total.attempts += pair.attempts.load(std::memory_order_relaxed);
      total.aborts += pair.aborts.load(std::memory_order_relaxed);
    }
    return total;
  }

 private:
  struct alignas(cache_line_bytes) Pair {
    std::atomic<std::uint64_t> attempts{0};
    std::atomic<std::uint64_t> aborts{0};
  };
  std::array<Pair, 16> pairs_;
};

}  // namespace contend::ledger
