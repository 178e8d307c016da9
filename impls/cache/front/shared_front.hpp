#pragma once

#include <array>
#include <atomic>
#include <stdexcept>
#include <utility>

#include "impls/base/contract.hpp"
#include "impls/cache/table/entry.hpp"
#include "impls/sync/cache_line.hpp"
#include "impls/sync/single_flight.hpp"
#include "impls/sync/thread_number.hpp"

namespace contend::cache {

// What most designs say; each says where it differs.
inline constexpr Contract front_contract =
    Contract{
        .claim_point = "the entry in the shard under its lock; a load: its place among the flights",
        .failure =
            "bad_alloc: the operation has not happened, and nothing was evicted for it; a loader's exception reaches "
            "all "
            "who wait for it and stores nothing; what the listener throws is counted and dropped",
        .complexity = "get, put, erase O(1) expected, evictions amortised; O(log n) for an entry with a deadline",
    }
        .within(without_threads);

// What all cache designs do alike, around what each does in its own way (the protected functions): checks, loading by
// one for all, counting, and telling the listener.
//
// A put and an erase change the cache while they overtake a load of their key, and a load stores its value unless it
// has been overtaken. So a put or erase comes either before the load is stored, and then wins, or after it, and then
// undoes it. Lock order: the key's stripe of the loads in flight, then whatever the design locks.
class SharedFront : public Cache {
 public:
  explicit SharedFront(const Options& options) : options_(options) {
    if (options.capacity == 0) throw std::invalid_argument("capacity: 0; allowed is 1 or more");
  }

  Status get(std::string_view key, TimeNs now_ns, std::string& value) final {
    if (key.size() > max_cache_key_bytes) return Status::invalid_key;
    Leaving leaving(*this);
    const bool hit = get_entry(key, now_ns, value, leaving.removed);
    count(hit ? hits : misses);
    return hit ? Status::hit : Status::miss;
  }

  Status put(std::string_view key, std::string_view value, std::uint64_t weight, DurationNs ttl_ns,
             TimeNs now_ns) final {
    if (const Status wrong = check_input(key, value, ttl_ns); wrong != Status::stored) return wrong;
    Leaving leaving(*this);
    const Status status = flights_.overtake(
        key, [&] { return put_entry(key, value, weight, deadline_after(now_ns, ttl_ns), now_ns, leaving.removed); });
    if (status != Status::too_heavy) count(stored);
    return status;
  }

  Status erase(std::string_view key, TimeNs now_ns) final {
    if (key.size() > max_cache_key_bytes) return Status::invalid_key;
    Leaving leaving(*this);
    const bool there = flights_.overtake(key, [&] { return erase_entry(key, now_ns, leaving.removed); });
    return there ? Status::removed : Status::absent;
  }

  // Nothing of the caller's but the loader runs while a flight is in the air: the listener is told after it.
  Status get_or_load(std::string_view key, std::uint64_t weight, DurationNs ttl_ns, TimeNs now_ns, const Loader& loader,
                     std::string& value) final {
    if (key.size() > max_cache_key_bytes) return Status::invalid_key;
    if (ttl_ns <= 0) return Status::invalid_ttl;
    Leaving leaving(*this);
    if (get_entry(key, now_ns, value, leaving.removed)) {
      count(hits);
      return Status::hit;
    }
    bool loading = false;
    SingleFlight<std::string>::Share share{};
    try {
      share = flights_.share(
          key, [&] { return get_entry(key, now_ns, value, leaving.removed); },
          [&] {
            loading = true;
            return load(key, loader);
          },
          [&](const std::string& loaded) {
            const TimeNs deadline_ns = deadline_after(now_ns, ttl_ns);
            const Status status = put_entry(key, loaded, weight, deadline_ns, now_ns, leaving.removed);
            if (status != Status::too_heavy) count(stored);
          },
          [&](std::string answer) { value = std::move(answer); });
    } catch (...) {
      count(misses);
      if (loading) count(failed_loads);
      throw;
    }
    count(misses);
    return share == SingleFlight<std::string>::Share::loaded ? Status::loaded : Status::joined;
  }

  CleanupAnswer cleanup(std::size_t budget, TimeNs now_ns) final {
    Leaving leaving(*this);
    return cleanup_entries(budget, now_ns, leaving.removed);
  }

  Stats stats() const final {
    std::array<std::uint64_t, counters> sums{};
    for (const Counters& of_place : counts_) {
      for (std::size_t i = 0; i < counters; ++i) sums[i] += of_place.values[i].load(std::memory_order_relaxed);
    }
    return {sums[hits],     sums[misses], sums[stored], sums[evicted],      sums[expired],
            sums[replaced], sums[erased], sums[loads],  sums[failed_loads], sums[listener_throws]};
  }

 protected:
  // The design's part. What leaves the cache is moved to `removed`, under whatever lock; it is let go of outside. Where
  // one throws, nothing has happened.
  virtual bool get_entry(std::string_view key, TimeNs now_ns, std::string& value, RemovedEntries& removed) = 0;
  virtual Status put_entry(std::string_view key, std::string_view value, std::uint64_t weight, TimeNs deadline_ns,
                           TimeNs now_ns, RemovedEntries& removed) = 0;
  virtual bool erase_entry(std::string_view key, TimeNs now_ns, RemovedEntries& removed) = 0;
  virtual CleanupAnswer cleanup_entries(std::size_t budget, TimeNs now_ns, RemovedEntries& removed) = 0;

  const Options options_;

 private:
  enum Counter : std::uint8_t {
    hits,
    misses,
    stored,
    evicted,
    expired,
    replaced,
    erased,
    loads,
    failed_loads,
    listener_throws,
    counters
  };
  // Each thread counts at one of a few padded places. Relaxed: statistics, exact once nobody calls.
  struct alignas(cache_line_bytes) Counters {
    std::array<std::atomic<std::uint64_t>, counters> values{};
  };
  void count(Counter counter) {
    counts_[thread_number() % counts_.size()].values[counter].fetch_add(1, std::memory_order_relaxed);
  }

  // What leaves the cache during an operation. Declared before any lock is taken, so that it is counted, told and freed
  // when none is held any more, however the operation ends.
  struct Leaving {
    explicit Leaving(SharedFront& cache) : front(cache) {}
    ~Leaving() { front.settle(removed); }
    Leaving(const Leaving&) = delete;
    Leaving& operator=(const Leaving&) = delete;

    SharedFront& front;
    RemovedEntries removed;
  };

  static Counter counter_of(RemovalCause cause) {
    switch (cause) {
      case RemovalCause::evicted:
        return evicted;
      case RemovalCause::expired:
        return expired;
      case RemovalCause::replaced:
        return replaced;
      case RemovalCause::erased:
        return erased;
    }
    return evicted;
  }

  void settle(const RemovedEntries& removed) noexcept {
    for (const Entry& entry : removed) count(counter_of(entry.cause));
    if (options_.on_removal == nullptr) return;
    for (const Entry& entry : removed) {
      try {
        options_.on_removal(entry.key, entry.value, entry.cause);
      } catch (...) {
        count(listener_throws);
      }
    }
  }

  std::string load(std::string_view key, const Loader& loader) {
    count(loads);
    std::string loaded = loader(key);
    if (loaded.size() > max_cache_value_bytes) throw std::runtime_error("a loaded value is longer than allowed");
    return loaded;
  }

  SingleFlight<std::string> flights_;
  std::array<Counters, 16> counts_;
};

}  // namespace contend::cache
