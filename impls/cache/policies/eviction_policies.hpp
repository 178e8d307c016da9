#pragma once

#include <algorithm>
#include <list>
#include <unordered_map>
#include <utility>

#include "impls/base/hashing.hpp"
#include "impls/cache/table/entry.hpp"

namespace contend::cache {

// Which entry is evicted. A policy is told of every entry that comes, is hit or goes, and names the next victim; it owns
// nothing. Every call requires exclusive access to the shard, except on_hit where `shared_hits` says that several
// readers may call it side by side. `capacity` is the most that the entries of the shard may weigh together.

// The least recently used. A hit moves the entry, so hits exclude each other.
class LruPolicy {
 public:
  static constexpr bool shared_hits = false;
  explicit LruPolicy(std::uint64_t) {}

  void on_insert(Entry& entry) { queue_.push_front(entry); }
  void on_hit(Entry& entry) { queue_.splice(queue_.begin(), queue_, EntryQueue::s_iterator_to(entry)); }
  void on_remove(Entry& entry, bool) { queue_.erase(EntryQueue::s_iterator_to(entry)); }
  Entry& victim() { return queue_.back(); }

 private:
  EntryQueue queue_;  // most recently used first
};

// A ring of entries with a hand: an entry that was hit since the hand last passed gets a second chance (Corbato, 1968).
// Kept as a queue: the hand is its end, and a second chance is a place at its front.
class ClockPolicy {
 public:
  static constexpr bool shared_hits = true;
  explicit ClockPolicy(std::uint64_t) {}

  void on_insert(Entry& entry) { queue_.push_front(entry); }
  static void on_hit(Entry& entry) {
    if (entry.hits.load(std::memory_order_relaxed) == 0) entry.hits.store(1, std::memory_order_relaxed);
  }
  void on_remove(Entry& entry, bool) { queue_.erase(EntryQueue::s_iterator_to(entry)); }
  Entry& victim() {
    while (queue_.back().hits.exchange(0, std::memory_order_relaxed) != 0) {
      queue_.splice(queue_.begin(), queue_, std::prev(queue_.end()));
    }
    return queue_.back();
  }

 private:
  EntryQueue queue_;
};

// Like a clock, but an entry that gets a second chance stays where it is, and only the hand moves on: new entries are
// met soon, and evicted if nobody has asked for them (Zhang et al., NSDI 2024).
class SievePolicy {
 public:
  static constexpr bool shared_hits = true;
  explicit SievePolicy(std::uint64_t) {}

  void on_insert(Entry& entry) { queue_.push_front(entry); }
  static void on_hit(Entry& entry) { ClockPolicy::on_hit(entry); }
  void on_remove(Entry& entry, bool) {
    if (hand_ == &entry) hand_ = newer_than(entry);
    queue_.erase(EntryQueue::s_iterator_to(entry));
  }
  Entry& victim() {
    if (hand_ == nullptr) hand_ = &queue_.back();
    while (hand_->hits.exchange(0, std::memory_order_relaxed) != 0) {
      Entry* const next = newer_than(*hand_);
      hand_ = next == nullptr ? &queue_.back() : next;
    }
    return *hand_;
  }

 private:
  Entry* newer_than(Entry& entry) {
    const auto place = EntryQueue::s_iterator_to(entry);
    return place == queue_.begin() ? nullptr : &*std::prev(place);
  }

  EntryQueue queue_;       // newest first
  Entry* hand_ = nullptr;  // null: at the oldest
};

// Three queues. New entries wait in a small one, a tenth of the capacity. Those that are hit there move to the main one;
// the others are evicted and their keys remembered for a while: one that comes back goes to the main queue at once. The
// main queue is a clock with up to three chances (Yang et al., SOSP 2023).
class S3FifoPolicy {
 public:
  static constexpr bool shared_hits = true;
  explicit S3FifoPolicy(std::uint64_t capacity) : small_limit_(std::max<std::uint64_t>(capacity / 10, 1)) {}

  void on_insert(Entry& entry) {
    const auto ghost = ghosts_.find(hash_bytes(entry.key));
    entry.in_main = ghost != ghosts_.end();
    if (entry.in_main) {
      ghost_queue_.erase(ghost->second);
      ghosts_.erase(ghost);
    }
    add(entry);
  }
  static void on_hit(Entry& entry) {
    // Two readers may lose one of their counts: it is a hint, and a locked addition would cost more than it is worth.
    const std::uint8_t hits = entry.hits.load(std::memory_order_relaxed);
    if (hits < 3) entry.hits.store(static_cast<std::uint8_t>(hits + 1), std::memory_order_relaxed);
  }
  void on_remove(Entry& entry, bool evicted) {
    if (evicted && !entry.in_main) remember(entry);
    drop(entry);
  }
  Entry& victim() {
    while (true) {
      const bool from_small = !small_.empty() && (small_weight_ > small_limit_ || main_.empty());
      Entry& oldest = from_small ? small_.back() : main_.back();
      const std::uint8_t hits = oldest.hits.load(std::memory_order_relaxed);
      if (hits <= (from_small ? 1 : 0)) return oldest;
      drop(oldest);
      oldest.hits.store(from_small ? 0 : static_cast<std::uint8_t>(hits - 1), std::memory_order_relaxed);
      oldest.in_main = true;
      add(oldest);
    }
  }

 private:
  void add(Entry& entry) {
    (entry.in_main ? main_ : small_).push_front(entry);
    if (!entry.in_main) small_weight_ += entry.weight;
  }
  void drop(Entry& entry) {
    EntryQueue& queue = entry.in_main ? main_ : small_;
    queue.erase(EntryQueue::s_iterator_to(entry));
    if (!entry.in_main) small_weight_ -= entry.weight;
  }
  // As many keys as there are entries in the main queue, as hashes: a mistake only costs a place in the wrong queue.
  void remember(const Entry& entry) {
    const std::uint64_t hash = hash_bytes(entry.key);
    if (ghosts_.contains(hash)) return;
    ghost_queue_.push_front(hash);
    ghosts_.emplace(hash, ghost_queue_.begin());
    while (ghost_queue_.size() > std::max<std::size_t>(main_.size(), 16)) {
      ghosts_.erase(ghost_queue_.back());
      ghost_queue_.pop_back();
    }
  }

  const std::uint64_t small_limit_;
  std::uint64_t small_weight_ = 0;
  EntryQueue small_;
  EntryQueue main_;
  std::list<std::uint64_t> ghost_queue_;
  std::unordered_map<std::uint64_t, std::list<std::uint64_t>::iterator> ghosts_;
};

}  // namespace contend::cache
