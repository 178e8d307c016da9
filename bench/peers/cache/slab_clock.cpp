#include <boost/unordered/unordered_flat_map.hpp>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "bench/peers/cache/plain_cache.hpp"
#include "bench/peers/plain_mutex.hpp"
#include "bench/peers/texts.hpp"
#include "impls/base/contract.hpp"
#include "impls/base/registry.hpp"
#include "impls/sync/cache_line.hpp"
#include "impls/sync/spin_lock.hpp"

namespace contend::cache::peers {
namespace {

class SlabClock final : public PlainCache {
 public:
  explicit SlabClock(const Options& options)
      : shards_(options.capacity < sharded_capacity ? 1 : 64), rest_(options.capacity % shards_.size()) {
    if (options.capacity == 0) throw std::invalid_argument("capacity: 0; allowed is 1 or more");
    for (std::size_t i = 0; i < shards_.size(); ++i) {
      const LockGuard<SpinLock> guard(shards_[i].lock);
      shards_[i].room = options.capacity / shards_.size() + (i < rest_ ? 1 : 0);
    }
  }

  Status get(std::string_view key, TimeNs now_ns, std::string& value) override {
    if (key.size() > max_cache_key_bytes) return Status::invalid_key;
    const HashedKey wanted(key);
    Shard& shard = shards_[wanted.shard(shards_.size())];
    const LockGuard<SpinLock> guard(shard.lock);
    Slot* const slot = shard.find(wanted, now_ns);
    if (slot == nullptr) return Status::miss;
    value.assign(slot->value);
    slot->used = true;
    return Status::hit;
  }

  Status put(std::string_view key, std::string_view value, std::uint64_t, DurationNs ttl_ns, TimeNs now_ns) override {
    if (const Status wrong = check_input(key, value, ttl_ns); wrong != Status::stored) return wrong;
    const HashedKey wanted(key);
    Shard& shard = shards_[wanted.shard(shards_.size())];
    const LockGuard<SpinLock> guard(shard.lock);
    Slot* slot = shard.find(wanted, now_ns);
    const Status status = slot == nullptr ? Status::stored : Status::replaced;
    if (slot == nullptr) {
      slot = &shard.come(wanted, value);
    } else {
      replace_text(slot->value, value);
    }
    slot->deadline_ns = deadline_after(now_ns, ttl_ns);
    slot->used = status == Status::replaced;
    return status;
  }

  Status erase(std::string_view key, TimeNs now_ns) override {
    if (key.size() > max_cache_key_bytes) return Status::invalid_key;
    const HashedKey wanted(key);
    Shard& shard = shards_[wanted.shard(shards_.size())];
    const LockGuard<SpinLock> guard(shard.lock);
    Slot* const slot = shard.find(wanted, now_ns);
    if (slot == nullptr) return Status::absent;
    shard.leave(*slot);
    return Status::removed;
  }

 private:
  struct Slot {
    std::string key;
    std::size_t hash = 0;  // of the key
    std::string value;
    TimeNs deadline_ns = never;
    bool used = false;
    Slot* next_free = nullptr;
  };

  struct alignas(cache_line_bytes) Shard {
    Slot* find(const HashedKey& key, TimeNs now_ns) REQUIRES(lock) {
      const auto found = places.find(key);
      if (found == places.end()) return nullptr;
      if (is_alive(found->second->deadline_ns, now_ns)) return found->second;
      leave(*found->second);
      return nullptr;
    }
    // A slot with the key and the value: a free one, a new one, or that of the first that nobody used for a round.
    Slot& come(const HashedKey& key, std::string_view value) REQUIRES(lock) {
      if (free == nullptr && slots.size() < room) {
        slots.emplace_back();
        free = &slots.back();
      }
      while (free == nullptr) {
        Slot& next = slots[hand];
        hand = (hand + 1) % slots.size();
        if (!next.used) leave(next);
        next.used = false;
      }
      Slot& slot = *free;
      slot.key.assign(key.bytes);
      slot.hash = key.hash;
      replace_text(slot.value, value);
      places.emplace(HashedKey(slot.key, slot.hash), &slot);
      free = slot.next_free;
      return slot;
    }
    void leave(Slot& slot) REQUIRES(lock) {
      places.erase(HashedKey(slot.key, slot.hash));
      replace_text(slot.value, "");
      slot.next_free = free;
      free = &slot;
    }

    SpinLock lock;
    std::uint64_t room GUARDED_BY(lock) = 0;
    std::size_t hand GUARDED_BY(lock) = 0;
    Slot* free GUARDED_BY(lock) = nullptr;
    std::deque<Slot> slots GUARDED_BY(lock);  // none moves: the keys of places lie there
    boost::unordered_flat_map<HashedKey, Slot*, KeyHash, KeyEqual> places GUARDED_BY(lock);
  };

  std::vector<Shard> shards_;
  const std::uint64_t rest_;
};

constexpr Contract contract =
    Contract{
        .technique = "hand_written",
        .summary = "64 spin locks, each over a slab of entries that a clock's hand goes round, and a flat map of Boost",
        .shared_state = "shards_: slots, where their keys are, the hand",
        .protected_by = "the lock of its shard, the only one that a thread holds",
        .claim_point = "put: the insertion under the shard's lock",
        .ordering = "operations on a key are ordered by the lock of its shard",
        .progress = "blocking: a stalled lock holder delays whoever wants a key of its shard",
        .failure = "a put without memory is not stored, but a victim may have gone for it",
        .complexity = "O(1) expected, amortised over evictions",
        .memory = "a slot with two strings per entry, and one of the map; neither shrinks",
        .source = "CLOCK (Corbato, 1968); slabs and shards are common practice",
    }
        .within(without_threads);

const bool registered = register_peer<Cache, SlabClock>("slab_clock", contract, plain_guarantees());

}  // namespace
}  // namespace contend::cache::peers
