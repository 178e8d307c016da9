#pragma once

#include <atomic>
#include <cstddef>

namespace contend {

// A number for the calling thread: 0, 1, 2, ... in the order in which threads first ask, never given twice. Spreads
// threads over striped state more evenly than their ids would. After the first call, the price of a thread-local read.
inline std::size_t thread_number() noexcept {
  static std::atomic<std::size_t> next{0};
  // Relaxed: the numbers only have to differ.
  thread_local const std::size_t number = next.fetch_add(1, std::memory_order_relaxed);
  return number;
}

}  // namespace contend
