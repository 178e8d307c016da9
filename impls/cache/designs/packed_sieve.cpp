#include <atomic>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "impls/base/hashing.hpp"
#include "impls/base/registry.hpp"
#include "impls/cache/cache.hpp"
#include "impls/cache/packed/packed_shard.hpp"
#include "impls/cache/packed/stack_flights.hpp"
#include "impls/sync/cache_line.hpp"
#include "impls/sync/spin_lock.hpp"

namespace contend::cache {
namespace {

// What a get costs is the cache lines it waits for, one after the other; here they are the shard's, a bucket and an entry. All that
// belongs to a key, its load in flight and its counters too, stands under one spin lock, and one hash finds it.
constexpr Contract contract =
    Contract{
        .technique = "striped",
        .summary =
            "SIEVE in 16 spin-locked shards of one-line buckets, one-piece entries and loads on their loaders' stacks",
        .shared_state = "shards_: entries, their order, deadlines, counters, loads in flight; listener_throws_",
        .protected_by =
            "each shard's spin lock guards what is in it, and no thread holds two; landing.mutex guards how a load "
            "that "
            "others joined ends, and is taken while no spin lock is held",
        .claim_point =
            "the entry in the shard under its lock; a load: its place in the shard's list, in the step that misses",
        .ordering = "operations on one shard are ordered by its lock",
        .progress =
            "blocking, waiting actively: a stalled lock holder delays its shard; values are copied under the lock, so "
            "a "
            "large one delays its shard too, and so does a put that evicts many",
        .failure =
            "bad_alloc: the operation has not happened, and nothing was evicted for it; a loader's exception reaches "
            "all "
            "who wait for it and stores nothing; what the listener throws is counted and dropped",
        .complexity =
            "get, put, erase O(1) expected, evictions amortised; O(log n) for an entry with a deadline; O(loads in "
            "flight "
            "in the shard) for whoever misses or writes",
        .memory = "56 bytes, the key and the value in one piece, a slot of 10 to 16; a tree node for each deadline",
        .source =
            "SIEVE (Zhang et al., NSDI 2024); F14 (Bronson and Shi, 2019) for buckets that count what passed them by; "
            "lock "
            "striping (Lea 2004)",
    }
        .within(without_threads);

class PackedSieveCache final : public Cache {
 public:
  explicit PackedSieveCache(const Options& options)
      : options_(options), shards_(options.capacity < sharded_capacity ? 1 : most_shards) {
    if (options.capacity == 0) throw std::invalid_argument("capacity: 0; allowed is 1 or more");
    for (Shard& shard : shards_) {
      const SpinGuard guard(shard.lock);
      shard.entries.start(largest_weight(), options.on_removal != nullptr);
    }
  }

  Status get(std::string_view key, TimeNs now_ns, std::string& value) override {
    if (key.size() > max_cache_key_bytes) return Status::invalid_key;
    const std::uint64_t hash = hash_bytes(key);
    Shard& shard = shard_of(hash);
    Leaving leaving(*this);
    const SpinGuard guard(shard.lock);
    return shard.entries.get(key, hash, now_ns, value, leaving.removed) ? Status::hit : Status::miss;
  }

  Status put(std::string_view key, std::string_view value, std::uint64_t weight, DurationNs ttl_ns,
             TimeNs now_ns) override {
    if (const Status wrong = check_input(key, value, ttl_ns); wrong != Status::stored) return wrong;
    const std::uint64_t hash = hash_bytes(key);
    Shard& shard = shard_of(hash);
    Leaving leaving(*this);
    const SpinGuard guard(shard.lock);
    const Status status =
        shard.entries.put(key, hash, value, weight, deadline_after(now_ns, ttl_ns), now_ns, leaving.removed);
    shard.flights.overtake(key);
    return status;
  }

  Status erase(std::string_view key, TimeNs now_ns) override {
    if (key.size() > max_cache_key_bytes) return Status::invalid_key;
    const std::uint64_t hash = hash_bytes(key);
    Shard& shard = shard_of(hash);
    Leaving leaving(*this);
    const SpinGuard guard(shard.lock);
    shard.flights.overtake(key);
    return shard.entries.erase(key, hash, now_ns, leaving.removed) ? Status::removed : Status::absent;
  }

  // Nothing of the caller's but the loader runs while a load is in flight: the listener is told after it.
  Status get_or_load(std::string_view key, std::uint64_t weight, DurationNs ttl_ns, TimeNs now_ns, const Loader& loader,
                     std::string& value) override {
    if (key.size() > max_cache_key_bytes) return Status::invalid_key;
    if (ttl_ns <= 0) return Status::invalid_ttl;
    const std::uint64_t hash = hash_bytes(key);
    Shard& shard = shard_of(hash);
    Leaving leaving(*this);
    StackFlight mine(key, shard.landing);
    StackFlight* theirs = nullptr;
    {
      const SpinGuard guard(shard.lock);
      if (shard.entries.get(key, hash, now_ns, value, leaving.removed)) return Status::hit;
      theirs = shard.flights.join(key);
      if (theirs == nullptr) {
        shard.flights.begin(mine);
        shard.entries.count_load();
      }
    }
    if (theirs != nullptr) {
      value = theirs->wait();
      return Status::joined;
    }
    std::string loaded;
    std::exception_ptr error = load(key, loader, loaded);
    unsigned joined = 0;
    {
      const SpinGuard guard(shard.lock);
      if (shard.flights.end(mine, joined) && error == nullptr) {
        error = keep(shard.entries, key, hash, loaded, weight, deadline_after(now_ns, ttl_ns), now_ns, leaving.removed);
      }
      if (error != nullptr) shard.entries.count_failed_load();
    }
    if (joined != 0) mine.land(loaded, error, joined);
    if (error != nullptr) std::rethrow_exception(error);
    value = std::move(loaded);
    return Status::loaded;
  }

  CleanupAnswer cleanup(std::size_t budget, TimeNs now_ns) override {
    CleanupAnswer total;
    for (Shard& shard : shards_) {
      bool more = true;
      while (more) {
        Leaving leaving(*this);
        const SpinGuard guard(shard.lock);
        const std::size_t some = std::min(budget - total.removed, most_at_once);
        const CleanupAnswer part = shard.entries.cleanup(some, now_ns, leaving.removed);
        total.removed += part.removed;
        more = part.more && total.removed != budget;
        total.more = total.more || (part.more && total.removed == budget);
      }
    }
    return total;
  }

  Stats stats() const override {
    Stats sum;
    for (const Shard& shard : shards_) {
      const SpinGuard guard(shard.lock);
      add(sum, shard.entries.stats());
    }
    sum.listener_throws = listener_throws_.load();
    return sum;
  }
  Size size() override {
    Size sum;
    for (Shard& shard : shards_) {
      const SpinGuard guard(shard.lock);
      sum.entries += shard.entries.size().entries;
      sum.weight += shard.entries.size().weight;
    }
    return sum;
  }
  std::uint64_t largest_weight() const override { return options_.capacity / shards_.size(); }

 private:
  static constexpr std::size_t most_shards = 16;
  static constexpr std::size_t most_at_once = 64;  // expired entries that cleanup removes before others get the shard

  struct alignas(cache_line_bytes) Shard {
    mutable SpinLock lock;
    PackedShard entries GUARDED_BY(lock);
    StackFlights flights GUARDED_BY(lock);
    Landing landing;
  };

  // What leaves the cache during an operation. Declared before any lock is taken, so that it is told and freed when none is
  // held any more, however the operation ends.
  struct Leaving {
    explicit Leaving(PackedSieveCache& owner) : cache(owner) {}
    ~Leaving() {
      if (cache.options_.on_removal != nullptr) cache.tell(removed);
    }
    Leaving(const Leaving&) = delete;
    Leaving& operator=(const Leaving&) = delete;

    PackedSieveCache& cache;
    RemovedPieces removed;
  };
  void tell(const RemovedPieces& removed) noexcept {
    for (const PackedEntry& entry : removed) {
      try {
        options_.on_removal(entry.key(), entry.value(), entry.cause);
      } catch (...) {
        ++listener_throws_;
      }
    }
  }

  // Null, or why there is nothing.
  static std::exception_ptr load(std::string_view key, const Loader& loader, std::string& loaded) {
    try {
      loaded = loader(key);
      if (loaded.size() > max_cache_value_bytes) throw std::runtime_error("a loaded value is longer than allowed");
      return nullptr;
    } catch (...) {
      return std::current_exception();
    }
  }
  // Null, or why it was not kept.
  static std::exception_ptr keep(PackedShard& entries, std::string_view key, std::uint64_t hash,
                                 std::string_view loaded, std::uint64_t weight, TimeNs deadline_ns, TimeNs now_ns,
                                 RemovedPieces& removed) {
    try {
      entries.put(key, hash, loaded, weight, deadline_ns, now_ns, removed);
      return nullptr;
    } catch (...) {
      return std::current_exception();
    }
  }

  static void add(Stats& sum, const Stats& part) {
    sum.hits += part.hits;
    sum.misses += part.misses;
    sum.stored += part.stored;
    sum.evicted += part.evicted;
    sum.expired += part.expired;
    sum.replaced += part.replaced;
    sum.erased += part.erased;
    sum.loads += part.loads;
    sum.failed_loads += part.failed_loads;
  }

  // Not by the bits that choose a bucket, nor by all of those that are its tag.
  Shard& shard_of(std::uint64_t hash) { return shards_[(hash >> 40) % shards_.size()]; }

  const Options options_;
  std::vector<Shard> shards_;
  std::atomic<std::uint64_t> listener_throws_{0};
};

const bool registered = register_implementation<Cache, PackedSieveCache>(
    "packed_sieve", contract, {.order = EvictionOrder::approximate, .room = Room::own_shard});

}  // namespace
}  // namespace contend::cache
