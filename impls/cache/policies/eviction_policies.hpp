#pragma once

#include <algorithm>
#include <memory>
#include <new>

#include "impls/base/hash_index.hpp"
#include "impls/cache/table/entry.hpp"

namespace contend::cache {

// Which entry is evicted. A policy is told of every entry that is about to come, before room is made for it, then that it
// has come, is hit, gets another weight or goes, and names the next victim; one that must not go after all it is told to
// spare, so that it names another. It
// owns no entry. Nothing fails. Every call requires exclusive access to the shard, except on_hit where `shared_hits` says
// that several readers may call it side by side. Entries without weight are none of its business. `capacity` is the most
// that the entries of the shard may weigh together.

// What the policies of one queue, newest first, have in common. `Queued` is an entry with a QueueHook and `hits`.
template <class Queued>
class QueueOf {
 public:
  void on_arrival(Queued&) {}
  void on_insert(Queued& entry) { queue_.push_front(entry); }
  void on_reweigh(Queued&, std::uint64_t) {}
  void on_remove(Queued& entry, bool) { queue_.erase(Queue::s_iterator_to(entry)); }
  void spare(Queued& entry) { queue_.splice(queue_.begin(), queue_, Queue::s_iterator_to(entry)); }

 protected:
  using Queue = boost::intrusive::list<Queued, boost::intrusive::constant_time_size<false>>;
  Queue queue_;
};
using OneQueue = QueueOf<Entry>;

// One bit of what has been hit. Only read where it is set already: the line need not be written by every hit.
template <class Queued>
void note_hit(Queued& entry) {
  if (entry.hits.load(std::memory_order_relaxed) == 0) entry.hits.store(1, std::memory_order_relaxed);
}
// Whether there was one, for who has the shard alone.
template <class Queued>
bool take_hit(Queued& entry) {
  const bool hit = entry.hits.load(std::memory_order_relaxed) != 0;
  if (hit) entry.hits.store(0, std::memory_order_relaxed);
  return hit;
}

// The one that came first. A hit changes nothing.
class FifoPolicy : public OneQueue {
 public:
  static constexpr bool shared_hits = true;
  explicit FifoPolicy(std::uint64_t) {}

  static void on_hit(Entry&) {}
  Entry& victim() { return queue_.back(); }
};

// The least recently used. A hit moves the entry, so hits exclude each other.
class LruPolicy : public OneQueue {
 public:
  static constexpr bool shared_hits = false;
  explicit LruPolicy(std::uint64_t) {}

  void on_hit(Entry& entry) { spare(entry); }
  Entry& victim() { return queue_.back(); }
};

// A ring of entries with a hand: an entry that was hit since the hand last passed gets a second chance (Corbato, 1968).
// Kept as a queue: the hand is its end, and a second chance is a place at its front.
class ClockPolicy : public OneQueue {
 public:
  static constexpr bool shared_hits = true;
  explicit ClockPolicy(std::uint64_t) {}

  static void on_hit(Entry& entry) { note_hit(entry); }
  Entry& victim() {
    while (take_hit(queue_.back())) spare(queue_.back());
    return queue_.back();
  }
};

// Like a clock, but an entry that gets a second chance stays where it is, and only the hand moves on: new entries are
// met soon, and evicted if nobody has asked for them (Zhang et al., NSDI 2024).
template <class Queued>
class SieveOf : public QueueOf<Queued> {
 public:
  static constexpr bool shared_hits = true;
  explicit SieveOf(std::uint64_t) {}

  static void on_hit(Queued& entry) { note_hit(entry); }
  void on_remove(Queued& entry, bool evicted) {
    pass(entry);
    QueueOf<Queued>::on_remove(entry, evicted);
  }
  void spare(Queued& entry) {
    pass(entry);
    QueueOf<Queued>::spare(entry);
  }
  // `fresh` takes the place of `entry`, which leaves.
  void take_place(Queued& fresh, Queued& entry) {
    this->queue_.insert(Queue::s_iterator_to(entry), fresh);
    if (hand_ == &entry) hand_ = &fresh;
    QueueOf<Queued>::on_remove(entry, false);
  }
  Queued& victim() {
    if (hand_ == nullptr) hand_ = &this->queue_.back();
    while (take_hit(*hand_)) {
      Queued* const next = newer_than(*hand_);
      hand_ = next == nullptr ? &this->queue_.back() : next;
    }
    return *hand_;
  }

 private:
  using Queue = QueueOf<Queued>::Queue;

  void pass(Queued& entry) {
    if (hand_ == &entry) hand_ = newer_than(entry);
  }
  Queued* newer_than(Queued& entry) {
    const auto place = Queue::s_iterator_to(entry);
    return place == this->queue_.begin() ? nullptr : &*std::prev(place);
  }

  Queued* hand_ = nullptr;  // null: at the oldest
};
using SievePolicy = SieveOf<Entry>;

// Keys that have left, by their hashes, oldest first: a mistake only costs a place in the wrong queue. Kept as long as
// they weighed no more together than `capacity`; where there is no memory, one is forgotten at once.
class Ghosts {
 public:
  explicit Ghosts(std::uint64_t capacity) : capacity_(capacity) {}
  ~Ghosts() { queue_.clear_and_dispose(std::default_delete<Ghost>()); }
  Ghosts(const Ghosts&) = delete;
  Ghosts& operator=(const Ghosts&) = delete;

  void remember(std::uint64_t hash, std::uint64_t weight) noexcept {
    if (weight > capacity_ || index_.find(hash, hash) != nullptr) return;
    while (weight_ > capacity_ - weight) forget(queue_.back());
    auto* const ghost = new (std::nothrow) Ghost;
    if (ghost == nullptr) return;
    ghost->hash = hash;
    ghost->weight = weight;
    weight_ += weight;
    queue_.push_front(*ghost);
    index_.insert(*ghost);
  }
  // Whether it was remembered: it is so no longer.
  bool recall(std::uint64_t hash) noexcept {
    Ghost* const ghost = index_.find(hash, hash);
    if (ghost != nullptr) forget(*ghost);
    return ghost != nullptr;
  }

 private:
  struct Ghost : QueueHook, HashHook {
    std::uint64_t hash = 0;
    std::uint64_t weight = 0;
  };
  struct Identity {
    static std::uint64_t hash(const Ghost& ghost) { return ghost.hash; }
    static bool equal(const Ghost& ghost, std::uint64_t hash) { return ghost.hash == hash; }
  };
  using Queue = boost::intrusive::list<Ghost, boost::intrusive::constant_time_size<false>>;

  void forget(Ghost& ghost) noexcept {
    weight_ -= ghost.weight;
    index_.erase(ghost);
    queue_.erase_and_dispose(Queue::s_iterator_to(ghost), std::default_delete<Ghost>());
  }

  const std::uint64_t capacity_;
  std::uint64_t weight_ = 0;
  Queue queue_;
  HashIndex<Ghost, Identity> index_;
};

// Three queues. New entries wait in a small one, which has what the main one leaves, a tenth of the capacity when that is
// full. Those that are hit there twice move to the main one; the others are evicted and their keys remembered, as many as
// would fit into the full main queue: one that comes back goes to the main queue at once. The main queue is a clock with
// up to three chances (Yang et al., SOSP 2023; in what the paper leaves open, as libCacheSim does it).
class S3FifoPolicy {
 public:
  static constexpr bool shared_hits = true;
  explicit S3FifoPolicy(std::uint64_t capacity) : main_limit_(capacity - capacity / 10), ghosts_(main_limit_) {}

  void on_arrival(Entry& entry) { entry.in_main = ghosts_.recall(entry.hash); }
  void on_insert(Entry& entry) { add(entry); }
  static void on_hit(Entry& entry) {
    // Two readers may lose one of their counts: it is a hint, and a locked addition would cost more than it is worth.
    const std::uint8_t hits = entry.hits.load(std::memory_order_relaxed);
    if (hits < 3) entry.hits.store(static_cast<std::uint8_t>(hits + 1), std::memory_order_relaxed);
  }
  void on_reweigh(Entry& entry, std::uint64_t before) {
    if (entry.in_main) main_weight_ += entry.weight - before;
  }
  void on_remove(Entry& entry, bool evicted) {
    if (evicted && !entry.in_main) ghosts_.remember(entry.hash, entry.weight);
    drop(entry);
  }
  // In the main queue: it may be all that is in the small one, which would name it again.
  void spare(Entry& entry) {
    drop(entry);
    entry.in_main = true;
    add(entry);
  }
  Entry& victim() {
    while (true) {
      const bool from_small = !small_.empty() && main_weight_ <= main_limit_;
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
    if (entry.in_main) main_weight_ += entry.weight;
  }
  void drop(Entry& entry) {
    EntryQueue& queue = entry.in_main ? main_ : small_;
    queue.erase(EntryQueue::s_iterator_to(entry));
    if (entry.in_main) main_weight_ -= entry.weight;
  }

  const std::uint64_t main_limit_;
  std::uint64_t main_weight_ = 0;
  EntryQueue small_;
  EntryQueue main_;
  Ghosts ghosts_;
};

}  // namespace contend::cache
