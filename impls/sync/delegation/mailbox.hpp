#pragma once

#include <atomic>
#include <boost/lockfree/queue.hpp>
#include <cstddef>
#include <cstdint>

#include "impls/sync/backoff.hpp"
#include "impls/sync/cache_line.hpp"

namespace contend {

// A bounded queue of pointers from any number of threads to one reader, which sleeps while there is nothing.
//
// Guarantee: messages are read in the order in which they entered; what the sender wrote before `post` is visible to the
// reader of its message. `post` waits while the mailbox is full, and wakes the reader. Only one thread may read.
// Memory: `capacity` pointers, allocated once. Source: Boost.Lockfree's bounded queue.
template <class Message, std::size_t capacity>
class Mailbox {
 public:
  void post(Message* message) {
    Backoff full;
    while (!messages_.bounded_push(message)) full.pause();
    ring();
  }

  // Wakes the reader if it sleeps, without a message. The reader announces its sleep before it looks at the queue for
  // the last time, and a sender pushes before it looks for the announcement (both seq_cst), so one of the two sees the
  // other.
  void ring() {
    if (asleep_.load() == 0) return;
    asleep_.store(0);
    asleep_.notify_one();
  }

  // For the reader: handles what has arrived; false if nothing had.
  template <class Handle>
  bool read_all(Handle handle) {
    return messages_.consume_all(handle) > 0;
  }
  // For the reader: spins for about as long as a short call takes, then sleeps until something has arrived, or somebody
  // rings and `stop` is true. May return early.
  void await_messages(const std::atomic<bool>& stop) {
    for (int spin = 0; spin < spins_before_sleep; ++spin) {
      if (!messages_.empty()) return;
      cpu_relax();
    }
    asleep_.store(1);
    if (messages_.empty() && !stop) asleep_.wait(1);
    asleep_.store(0);
  }

 private:
  static constexpr int spins_before_sleep = 200;

  boost::lockfree::queue<Message*, boost::lockfree::capacity<capacity>> messages_;
  alignas(cache_line_bytes) std::atomic<std::uint32_t> asleep_{0};
};

}  // namespace contend
