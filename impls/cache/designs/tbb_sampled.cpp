#include <tbb/concurrent_hash_map.h>

#include <array>
#include <boost/intrusive/set.hpp>
#include <memory>
#include <new>
#include <string>
#include <thread>
#include <utility>

#include "impls/base/registry.hpp"
#include "impls/cache/front/sampling_ring.hpp"
#include "impls/cache/front/shared_front.hpp"

namespace contend::cache {
namespace {

// TBB's concurrent_hash_map and no queue at all: every entry remembers when it was last used, and to make room a few
// entries are drawn at random, of which the one goes that has not been used for longest. Time is the number of puts so
// far, which a hit only reads.
//
// A put holds the element of its key while it makes room, and for that the elements of others, one at a time. No cycle
// of waits can close: what it holds it has first taken out of the ring and marked among the deadlines, and the others
// choose from the rest. Nor does it hold any weight while it waits for some. A cleanup holds nothing, and waits for what
// is marked: an entry that takes the place of one that has expired may have expired too.
constexpr Contract contract =
    Contract{
        .technique = "tbb",
        .summary =
            "TBB's concurrent_hash_map; of five entries drawn at random the one goes that was not used for longest",
        .shared_state =
            "entries_: one element per key; ring_: those with weight, to draw from; deadlines_; weight_, puts_; loads "
            "in "
            "flight",
        .protected_by =
            "an element's accessor guards its entry; a ring stripe's mutex its residents; deadlines_mutex_ the order "
            "of "
            "deadlines; the accessor is taken first, of the mutexes one at a time",
        .claim_point = "the accessor of the key's element; a load: its place among the flights",
        .ordering = "operations on one key are ordered by its element lock; stamps are relaxed and only guide eviction",
        .progress =
            "blocking, spinning: a stalled holder keeps those who need the same key spinning; a put without room waits "
            "for those who have reserved weight to store what it is for",
        .complexity =
            "get, erase O(1) expected; put O(1) expected and five draws for each entry that goes; O(log n) for an "
            "entry "
            "with a deadline",
        .memory = "two copies of the key and one of the value an entry, two nodes and a place in the ring",
        .source = "oneTBB concurrent_hash_map; sampled eviction as in Redis",
    }
        .within(front_contract);

class TbbSampledCache final : public SharedFront {
 public:
  explicit TbbSampledCache(const Options& options) : SharedFront(options), ring_(options.capacity < sharded_capacity) {}

  Size size() override { return {entries_.size(), weight_}; }
  std::uint64_t largest_weight() const override { return options_.capacity; }

 private:
  struct Resident : DeadlineHook {
    Resident(std::string_view element_key, std::uint64_t cleanups) : key(element_key), cleanups_before(cleanups) {}
    std::uint64_t hash() const { return hash_bytes(key); }
    std::unique_ptr<Entry> entry = nullptr;
    const std::string_view key;  // of the element, which never moves: the ring may read it while the entry is replaced
    const std::uint64_t cleanups_before;  // had begun when the element was made
    TimeNs deadline_ns = never;           // of the entry, while it stands among the deadlines
    bool is_replaced = false;             // a put holds the element, and the deadline is that of the entry before
    std::atomic<std::uint64_t> used{0};
    std::size_t place = 0;  // in the ring
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
  struct DeadlineOf {
    using type = TimeNs;
    type operator()(const Resident& resident) const { return resident.deadline_ns; }
  };
  using Deadlines = boost::intrusive::multiset<Resident, boost::intrusive::base_hook<DeadlineHook>,
                                               boost::intrusive::key_of_value<DeadlineOf>>;
  static constexpr std::uint64_t samples = 5;

  // The key of an element that is to be looked for, without memory of its own.
  class KeyCopy {
   public:
    void operator=(std::string_view key) {
      size_ = key.copy(bytes_.data(), bytes_.size());
      empty_ = false;
    }
    bool empty() const { return empty_; }
    std::string_view key() const { return {bytes_.data(), size_}; }

   private:
    std::array<char, max_cache_key_bytes> bytes_;
    std::size_t size_ = 0;
    bool empty_ = true;
  };

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
      erase_entry(key, now_ns, removed);
      return Status::too_heavy;
    }
    auto fresh = make_entry(key, value, hash_bytes(key), weight, deadline_ns);
    Entries::accessor held;
    const bool created = insert(held, key);
    try {
      if (created) held->second = std::make_unique<Resident>(held->first, cleanups_);
      if (weight != 0) ring_.promise(*held->second);
    } catch (...) {
      if (created) entries_.erase(held);
      throw;
    }
    // From here nothing can fail.
    Resident& resident = *held->second;
    Status status = Status::stored;
    if (!created) {
      const bool there = is_alive(resident.entry->deadline_ns, now_ns);
      if (there) status = Status::replaced;
      begin_replacing(resident);
      removed.add(std::move(resident.entry), there ? RemovalCause::replaced : RemovalCause::expired);
    }
    reserve(weight, now_ns, removed);
    resident.used.store(puts_.fetch_add(1, std::memory_order_relaxed) + 1, std::memory_order_relaxed);
    resident.entry = std::move(fresh);
    enter(resident);
    return status;
  }

  bool erase_entry(std::string_view key, TimeNs now_ns, RemovedEntries& removed) override {
    Entries::accessor held;
    if (!entries_.find(held, key)) return false;
    const bool there = is_alive(held->second->entry->deadline_ns, now_ns);
    remove(held, there ? RemovalCause::erased : RemovalCause::expired, removed);
    return there;
  }

  CleanupAnswer cleanup_entries(std::size_t budget, TimeNs now_ns, RemovedEntries& removed) override {
    // A key that was made since has been absent meanwhile. So no key is removed twice, which would be two cleanups.
    const std::uint64_t number = ++cleanups_;
    const auto made_since = [&](const Resident& resident) { return resident.cleanups_before >= number; };
    CleanupAnswer answer;
    KeyCopy dead;
    while (find_expired(now_ns, made_since, dead)) {
      if (answer.removed == budget) {
        answer.more = true;
        break;
      }
      answer.removed += remove_expired(dead.key(), now_ns, removed) ? 1 : 0;
    }
    return answer;
  }

  // True: the key was not there. TBB throws also where it has added the element, but has no memory for more buckets:
  // that is no reason to refuse it.
  bool insert(Entries::accessor& held, std::string_view key) {
    try {
      return entries_.insert(held, key);
    } catch (const std::bad_alloc&) {
      if (held.empty()) throw;
      return true;
    }
  }

  // Takes the weight of what is to come out of what is left. Who finds nothing to evict waits for others to store what
  // they have reserved.
  void reserve(std::uint64_t weight, TimeNs now_ns, RemovedEntries& removed) noexcept {
    std::uint64_t now = weight_;
    while (true) {
      if (now <= options_.capacity - weight) {
        if (weight_.compare_exchange_weak(now, now + weight)) return;
        continue;
      }
      if (!evict_one(now_ns, removed)) std::this_thread::yield();
      now = weight_;
    }
  }

  bool evict_one(TimeNs now_ns, RemovedEntries& removed) noexcept {
    KeyCopy chosen;
    // Who holds an element does not wait for one that a put holds.
    const auto is_held = [](const Resident& resident) { return resident.is_replaced; };
    if (find_expired(now_ns, is_held, chosen)) return remove_expired(chosen.key(), now_ns, removed);
    std::uint64_t oldest_used = ~std::uint64_t{0};
    const std::uint64_t seed = draws_.fetch_add(1, std::memory_order_relaxed) * samples;
    for (std::uint64_t draw = 0; draw < samples; ++draw) {
      ring_.draw(mix_bits(seed + draw), [&](const Resident& drawn) {
        const std::uint64_t used = drawn.used.load(std::memory_order_relaxed);
        if (used >= oldest_used) return;
        oldest_used = used;
        chosen = drawn.key;
      });
    }
    Entries::accessor held;
    if (chosen.empty() || !entries_.find(held, chosen.key())) return false;
    // Used or replaced since it was drawn: somebody else is to go.
    if (held->second->used.load(std::memory_order_relaxed) != oldest_used || held->second->entry->weight == 0)
      return true;
    remove(held, RemovalCause::evicted, removed);
    return true;
  }

  // The first of those for which pass_over(resident) is false.
  template <class PassOver>
  bool find_expired(TimeNs now_ns, PassOver pass_over, KeyCopy& dead) noexcept {
    const MutexLock lock(deadlines_mutex_);
    for (const Resident& first : deadlines_) {
      if (is_alive(first.deadline_ns, now_ns)) return false;
      if (pass_over(first)) continue;
      dead = first.key;
      return true;
    }
    return false;
  }
  bool remove_expired(std::string_view key, TimeNs now_ns, RemovedEntries& removed) noexcept {
    Entries::accessor held;
    if (!entries_.find(held, key) || is_alive(held->second->entry->deadline_ns, now_ns)) return false;
    remove(held, RemovalCause::expired, removed);
    return true;
  }

  void remove(Entries::accessor& held, RemovalCause cause, RemovedEntries& removed) noexcept {
    leave(*held->second);
    removed.add(std::move(held->second->entry), cause);
    entries_.erase(held);
  }

  // What is told of a resident beside its element, and takes back; its entry is there.
  void enter(Resident& resident) noexcept {
    if (resident.entry->weight != 0) ring_.enter(resident);
    if (resident.entry->deadline_ns == never && !resident.is_replaced) return;
    const MutexLock lock(deadlines_mutex_);
    if (std::exchange(resident.is_replaced, false)) deadlines_.erase(deadlines_.iterator_to(resident));
    if (resident.entry->deadline_ns == never) return;
    resident.deadline_ns = resident.entry->deadline_ns;
    deadlines_.insert(resident);
  }
  void leave(Resident& resident) noexcept {
    leave_ring(resident);
    if (resident.entry->deadline_ns == never) return;
    const MutexLock lock(deadlines_mutex_);
    deadlines_.erase(deadlines_.iterator_to(resident));
  }
  // As leave, but for the deadlines, where it stands until another entry has entered.
  void begin_replacing(Resident& resident) noexcept {
    leave_ring(resident);
    if (resident.entry->deadline_ns == never) return;
    const MutexLock lock(deadlines_mutex_);
    resident.is_replaced = true;
  }
  void leave_ring(Resident& resident) noexcept {
    if (resident.entry->weight != 0) ring_.leave(resident);
    weight_ -= resident.entry->weight;
  }

  Entries entries_;
  SamplingRing<Resident> ring_;
  Mutex deadlines_mutex_{{"cache deadlines", 0}};
  Deadlines deadlines_ GUARDED_BY(deadlines_mutex_);
  std::atomic<std::uint64_t> weight_{0};  // of what is there, and of what is reserved
  std::atomic<std::uint64_t> puts_{0};
  std::atomic<std::uint64_t> draws_{0};
  std::atomic<std::uint64_t> cleanups_{0};  // that have begun
};

const bool registered =
    register_implementation<Cache, TbbSampledCache>("tbb_sampled", contract, {.order = EvictionOrder::approximate});

}  // namespace
}  // namespace contend::cache
