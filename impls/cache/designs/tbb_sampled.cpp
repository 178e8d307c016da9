#include <tbb/concurrent_hash_map.h>

#include <algorithm>
#include <array>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "impls/base/registry.hpp"
#include "impls/cache/front/shared_front.hpp"

namespace contend::cache {
namespace {

// TBB's concurrent_hash_map and no queue at all: every entry remembers when it was last used, and to make room a few
// entries are drawn at random, of which the one goes that has not been used for longest. Time is the number of puts so
// far, which a hit only reads.
constexpr Contract contract =
    Contract{
        .technique = "tbb",
        .summary =
            "TBB's concurrent_hash_map; of five entries drawn at random the one goes that was not used for longest",
        .shared_state = "entries_: one element per key; ring_: the keys, to draw from; weight_, puts_; loads in flight",
        .protected_by =
            "an element's accessor guards its entry; a ring stripe's mutex its keys; the accessor is taken first",
        .claim_point = "the accessor of the key's element; a load: its place among the flights",
        .ordering = "operations on one key are ordered by its element lock; stamps are relaxed and only guide eviction",
        .progress = "blocking, spinning: a stalled holder keeps those who need the same key spinning",
        .complexity =
            "get, erase O(1) expected; put O(1) expected and five probes for each entry that goes; cleanup O(n)",
        .memory = "two copies of the key and one of the value an entry, a hash node and a place in the ring",
        .source = "oneTBB concurrent_hash_map; sampled eviction as in Redis",
    }
        .within(front_contract);

class TbbSampledCache final : public SharedFront {
 public:
  explicit TbbSampledCache(const Options& options) : SharedFront(options) {}

  Size size() override { return {entries_.size(), weight_}; }
  std::uint64_t largest_weight() const override { return options_.capacity; }

 private:
  struct Resident {
    std::unique_ptr<Entry> entry;
    std::string_view key;  // of the element, which never moves: the ring may read it while the entry is replaced
    std::atomic<std::uint64_t> used{0};
    std::size_t place = 0;  // in its stripe of the ring
  };
  // Finds and inserts by std::string_view: no string is built for a key that is there.
  struct Compare {
    using is_transparent = void;
    static std::size_t hash(std::string_view key) { return mix_bits(hash_bytes(key)); }
    static bool equal(std::string_view a, std::string_view b) { return a == b; }
  };
  // std::allocator instead of TBB's own: memory that the sanitizers see.
  using Element = std::pair<const std::string, std::unique_ptr<Resident>>;
  using Entries = tbb::concurrent_hash_map<std::string, std::unique_ptr<Resident>, Compare, std::allocator<Element>>;
  struct alignas(cache_line_bytes) RingStripe {
    Mutex mutex{{"cache ring", 0}};
    std::vector<Resident*> residents GUARDED_BY(mutex);
  };
  static constexpr std::size_t ring_stripes = 16;
  static constexpr int samples = 5;

  bool get_entry(std::string_view key, TimeNs now_ns, std::string& value, RemovedEntries& removed) override {
    {
      Entries::const_accessor held;
      if (!entries_.find(held, key)) return false;
      Resident& resident = *held->second;
      if (is_alive(resident.entry->deadline_ns, now_ns)) {
        value = resident.entry->value;
        resident.used.store(puts_.load(std::memory_order_relaxed), std::memory_order_relaxed);
        return true;
      }
    }
    // It may be another entry by the time that it is held alone.
    Entries::accessor held;
    if (!entries_.find(held, key)) return false;
    if (!is_alive(held->second->entry->deadline_ns, now_ns)) {
      remove(held, RemovalCause::expired, removed);
      return false;
    }
    value = held->second->entry->value;
    return true;
  }

  Status put_entry(std::string_view key, std::string_view value, std::uint64_t weight, TimeNs deadline_ns,
                   TimeNs now_ns, RemovedEntries& removed) override {
    if (weight > options_.capacity) {
      const RemovalCause cause = RemovalCause::erased;
      Entries::accessor held;
      if (entries_.find(held, key)) {
        remove(held, is_alive(held->second->entry->deadline_ns, now_ns) ? cause : RemovalCause::expired, removed);
      }
      return Status::too_heavy;
    }
    auto fresh = std::make_unique<Entry>();
    fresh->key = key;
    fresh->value = value;
    fresh->weight = weight;
    fresh->deadline_ns = deadline_ns;
    auto newcomer = std::make_unique<Resident>();
    reserve(weight, removed);
    const std::uint64_t stamp = puts_.fetch_add(1, std::memory_order_relaxed) + 1;
    newcomer->used.store(stamp, std::memory_order_relaxed);
    Entries::accessor held;
    try {
      if (entries_.insert(held, key)) {
        newcomer->entry = std::move(fresh);
        newcomer->key = held->first;
        held->second = std::move(newcomer);
        add_to_ring(*held->second);
        return Status::stored;
      }
    } catch (...) {
      if (!held.empty()) entries_.erase(held);
      weight_ -= weight;
      throw;
    }
    Resident& resident = *held->second;
    const bool there = is_alive(resident.entry->deadline_ns, now_ns);
    weight_ -= resident.entry->weight;
    std::swap(resident.entry, fresh);
    resident.used.store(stamp, std::memory_order_relaxed);
    removed.push_back({std::move(fresh), there ? RemovalCause::replaced : RemovalCause::expired});
    return there ? Status::replaced : Status::stored;
  }

  bool erase_entry(std::string_view key, TimeNs now_ns, RemovedEntries& removed) override {
    Entries::accessor held;
    if (!entries_.find(held, key)) return false;
    const bool there = is_alive(held->second->entry->deadline_ns, now_ns);
    remove(held, there ? RemovalCause::erased : RemovalCause::expired, removed);
    return there;
  }

  CleanupAnswer cleanup_entries(std::size_t budget, TimeNs now_ns, RemovedEntries& removed) override {
    CleanupAnswer answer;
    for (std::size_t stripe = 0; stripe < ring_stripes; ++stripe) {
      for (const std::string& key : keys_of(ring_[stripe])) {
        Entries::accessor held;
        if (!entries_.find(held, key) || is_alive(held->second->entry->deadline_ns, now_ns)) continue;
        if (answer.removed == budget) {
          answer.more = true;
          return answer;
        }
        remove(held, RemovalCause::expired, removed);
        ++answer.removed;
      }
    }
    return answer;
  }

  // Takes the weight of what is to come out of what is left. Who finds nothing to evict waits for others to store what
  // they have reserved.
  void reserve(std::uint64_t weight, RemovedEntries& removed) {
    std::uint64_t now = weight_;
    while (true) {
      if (now + weight <= options_.capacity) {
        if (weight_.compare_exchange_weak(now, now + weight)) return;
        continue;
      }
      if (!evict_one(removed)) std::this_thread::yield();
      now = weight_;
    }
  }

  bool evict_one(RemovedEntries& removed) {
    std::string oldest;
    std::uint64_t oldest_used = ~std::uint64_t{0};
    const std::uint64_t seed = draws_.fetch_add(1, std::memory_order_relaxed);
    // A stripe may be empty: go round until one is not.
    for (std::size_t i = 0; i < ring_stripes && oldest_used == ~std::uint64_t{0}; ++i) {
      RingStripe& stripe = ring_[(mix_bits(seed) + i) % ring_stripes];
      const MutexLock lock(stripe.mutex);
      for (std::uint64_t draw = 0; draw < samples && !stripe.residents.empty(); ++draw) {
        const Resident& drawn = *stripe.residents[mix_bits(seed * samples + draw) % stripe.residents.size()];
        const std::uint64_t used = drawn.used.load(std::memory_order_relaxed);
        if (used < oldest_used) {
          oldest_used = used;
          oldest = drawn.key;
        }
      }
    }
    Entries::accessor held;
    if (oldest_used == ~std::uint64_t{0} || !entries_.find(held, oldest)) return false;
    remove(held, RemovalCause::evicted, removed);
    return true;
  }

  void remove(Entries::accessor& held, RemovalCause cause, RemovedEntries& removed) {
    remove_from_ring(*held->second);
    weight_ -= held->second->entry->weight;
    removed.push_back({std::move(held->second->entry), cause});
    entries_.erase(held);
  }

  RingStripe& ring_of(const Resident& resident) { return ring_[hash_bytes(resident.key) % ring_stripes]; }
  void add_to_ring(Resident& resident) {
    RingStripe& stripe = ring_of(resident);
    const MutexLock lock(stripe.mutex);
    resident.place = stripe.residents.size();
    stripe.residents.push_back(&resident);
  }
  void remove_from_ring(const Resident& resident) {
    RingStripe& stripe = ring_of(resident);
    const MutexLock lock(stripe.mutex);
    stripe.residents[resident.place] = stripe.residents.back();
    stripe.residents[resident.place]->place = resident.place;
    stripe.residents.pop_back();
  }
  static std::vector<std::string> keys_of(RingStripe& stripe) {
    const MutexLock lock(stripe.mutex);
    std::vector<std::string> keys;
    keys.reserve(stripe.residents.size());
    for (const Resident* resident : stripe.residents) keys.emplace_back(resident->key);
    return keys;
  }

  Entries entries_;
  std::array<RingStripe, ring_stripes> ring_;
  std::atomic<std::uint64_t> weight_{0};
  std::atomic<std::uint64_t> puts_{0};
  std::atomic<std::uint64_t> draws_{0};
};

const bool registered =
    register_implementation<Cache, TbbSampledCache>("tbb_sampled", contract, {.order = EvictionOrder::approximate});

}  // namespace
}  // namespace contend::cache
