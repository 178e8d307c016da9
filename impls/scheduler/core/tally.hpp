#pragma once

#include <array>
#include <atomic>
#include <cstdint>

#include "impls/scheduler/scheduler.hpp"
#include "impls/sync/cache_line.hpp"

namespace contend::scheduler {

// What one worker has done in a run. One writer, so that counting takes no locked instruction; any reader.
class alignas(cache_line_bytes) Tally {
 public:
  void count_final(TaskState state) { add(finals_[static_cast<std::size_t>(state)]); }
  void count_attempt() { add(attempts_); }
  void count_late() { add(late_); }

  std::uint64_t finals(TaskState state) const { return finals_[static_cast<std::size_t>(state)].load(); }
  std::uint64_t attempts() const { return attempts_.load(); }
  std::uint64_t late() const { return late_.load(); }

  void clear() {
    for (auto& final : finals_) final = 0;
    attempts_ = 0;
    late_ = 0;
  }

 private:
  // (1) release: who counts a final state from here also sees that it is one; pairs with the loads above.
  static void add(std::atomic<std::uint64_t>& counter) {
    counter.store(counter.load(std::memory_order_relaxed) + 1, std::memory_order_release);
  }

  std::array<std::atomic<std::uint64_t>, task_states> finals_{};
  std::atomic<std::uint64_t> attempts_{0};
  std::atomic<std::uint64_t> late_{0};
};

}  // namespace contend::scheduler
