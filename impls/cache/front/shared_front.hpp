#pragma once

#include <array>
#include <atomic>
#include <exception>
#include <stdexcept>
#include <thread>
#include <unordered_map>
#include <utility>

#include "impls/base/hashing.hpp"
#include "impls/cache/table/entry.hpp"
#include "impls/sync/cache_line.hpp"
#include "impls/sync/thread_number.hpp"
#include "impls/sync/mutex.hpp"

namespace contend::cache {

// What all cache designs do alike, around what they do each in their way (the protected functions): checks, loading by
// one for all, counting, and telling the listener.
//
// Loads in flight stand in a striped table. A put and an erase of a key hold the key's stripe while they change the
// cache, and mark a load of it as overtaken; a load that has finished holds the stripe while it stores its value, and
// does not if it has been overtaken. So a put or erase either comes before the load is stored, and then wins, or after
// it, and then undoes it. Lock order: stripe, then whatever the design locks.
class SharedFront : public Cache {
 public:
  explicit SharedFront(const Options& options) : options_(options) {
    if (options.capacity == 0) throw std::invalid_argument("capacity: 0; allowed is 1 or more");
  }

  Status get(std::string_view key, TimeNs now_ns, std::string& value) final {
    if (key.size() > max_cache_key_bytes) return Status::invalid_key;
    return look_up(key, now_ns, value) ? Status::hit : Status::miss;
  }

  Status put(std::string_view key, std::string_view value, std::uint64_t weight, DurationNs ttl_ns,
             TimeNs now_ns) final {
    if (key.size() > max_cache_key_bytes) return Status::invalid_key;
    if (value.size() > max_cache_value_bytes) return Status::invalid_value;
    if (ttl_ns <= 0) return Status::invalid_ttl;
    RemovedEntries removed;
    Status status{};
    {
      FlightStripe& stripe = stripe_of(key);
      const MutexLock lock(stripe.mutex);
      overtake(stripe, key);
      status = put_entry(key, value, weight, deadline_after(now_ns, ttl_ns), now_ns, removed);
    }
    if (status != Status::too_heavy) count(stored);
    settle(removed);
    return status;
  }

  Status erase(std::string_view key, TimeNs now_ns) final {
    if (key.size() > max_cache_key_bytes) return Status::invalid_key;
    RemovedEntries removed;
    bool there = false;
    {
      FlightStripe& stripe = stripe_of(key);
      const MutexLock lock(stripe.mutex);
      overtake(stripe, key);
      there = erase_entry(key, now_ns, removed);
    }
    settle(removed);
    return there ? Status::removed : Status::absent;
  }

  Status get_or_load(std::string_view key, std::uint64_t weight, DurationNs ttl_ns, TimeNs now_ns, const Loader& loader,
                     std::string& value) final {
    if (key.size() > max_cache_key_bytes) return Status::invalid_key;
    if (ttl_ns <= 0) return Status::invalid_ttl;
    if (look_up(key, now_ns, value)) return Status::hit;
    RemovedEntries removed;
    const Boarding boarding = board(key, now_ns, value, removed);
    if (boarding.landed) return Status::joined;
    Flight& flight = *boarding.flight;
    if (!boarding.mine) return join(flight, value);
    settle(removed);
    removed.clear();
    try {
      count(loads);
      std::string loaded = loader(key);
      if (loaded.size() > max_cache_value_bytes) throw std::length_error("a loaded value is longer than allowed");
      land(flight, key, loaded, weight, deadline_after(now_ns, ttl_ns), now_ns, removed);
      value = std::move(loaded);
    } catch (...) {
      count(failed_loads);
      settle(removed);
      fail(flight, key, std::current_exception());
      throw;
    }
    settle(removed);
    return Status::loaded;
  }

  CleanupAnswer cleanup(std::size_t budget, TimeNs now_ns) final {
    RemovedEntries removed;
    const CleanupAnswer answer = cleanup_entries(budget, now_ns, removed);
    settle(removed);
    return answer;
  }

  Stats stats() const final {
    std::array<std::uint64_t, counters> sums{};
    for (const Counters& of_place : counts_) {
      for (std::size_t i = 0; i < counters; ++i) sums[i] += of_place.values[i].load(std::memory_order_relaxed);
    }
    return {sums[hits],     sums[misses], sums[stored], sums[evicted],     sums[expired],
            sums[replaced], sums[erased], sums[loads],  sums[failed_loads]};
  }

 protected:
  // The design's part. What leaves the cache is moved to `removed`, under whatever lock; it is let go of outside.
  virtual bool get_entry(std::string_view key, TimeNs now_ns, std::string& value, RemovedEntries& removed) = 0;
  virtual Status put_entry(std::string_view key, std::string_view value, std::uint64_t weight, TimeNs deadline_ns,
                           TimeNs now_ns, RemovedEntries& removed) = 0;
  virtual bool erase_entry(std::string_view key, TimeNs now_ns, RemovedEntries& removed) = 0;
  virtual CleanupAnswer cleanup_entries(std::size_t budget, TimeNs now_ns, RemovedEntries& removed) = 0;

  const Options options_;

 private:
  // One load, shared by those who wait for it.
  struct Flight {
    const std::thread::id loader = std::this_thread::get_id();
    bool overtaken = false;  // guarded by the stripe
    Mutex mutex{{"cache load", 0}};
    ConditionVariable landed;
    bool done GUARDED_BY(mutex) = false;
    std::string value GUARDED_BY(mutex);
    std::exception_ptr error GUARDED_BY(mutex);
  };
  struct alignas(cache_line_bytes) FlightStripe {
    Mutex mutex{{"cache flights", 0}};
    std::unordered_map<std::string, std::shared_ptr<Flight>, BytesHash, std::equal_to<>> flights GUARDED_BY(mutex);
  };
  static constexpr std::size_t stripe_count = 64;
  FlightStripe& stripe_of(std::string_view key) { return flights_[(hash_bytes(key) >> 8) % stripe_count]; }

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
    counters
  };
  // Each thread counts at one of a few padded places. Relaxed: statistics, exact once nobody calls.
  struct alignas(cache_line_bytes) Counters {
    std::array<std::atomic<std::uint64_t>, counters> values{};
  };
  void count(Counter counter) {
    counts_[thread_number() % counts_.size()].values[counter].fetch_add(
        1, std::memory_order_relaxed);
  }

  bool look_up(std::string_view key, TimeNs now_ns, std::string& value) {
    RemovedEntries removed;
    const bool hit = get_entry(key, now_ns, value, removed);
    count(hit ? hits : misses);
    settle(removed);
    return hit;
  }

  // Counts what has left, tells the listener, and frees it at the end of the caller's scope.
  void settle(const RemovedEntries& removed) {
    for (const auto& [entry, cause] : removed) {
      switch (cause) {
        case RemovalCause::evicted:
          count(evicted);
          break;
        case RemovalCause::expired:
          count(expired);
          break;
        case RemovalCause::replaced:
          count(replaced);
          break;
        case RemovalCause::erased:
          count(erased);
          break;
      }
    }
    if (options_.on_removal == nullptr) return;
    for (const auto& [entry, cause] : removed) options_.on_removal(entry->key, entry->value, cause);
  }

  static void overtake(FlightStripe& stripe, std::string_view key) REQUIRES(stripe.mutex) {
    const auto flight = stripe.flights.find(key);
    if (flight != stripe.flights.end()) flight->second->overtaken = true;
  }

  struct Boarding {
    std::shared_ptr<Flight> flight = nullptr;
    bool mine = false;    // nobody else loads it
    bool landed = false;  // a load has ended since this caller missed: the value is there
  };
  // Who comes when a load has been overtaken may not share its value: he begins another.
  Boarding board(std::string_view key, TimeNs now_ns, std::string& value, RemovedEntries& removed) {
    FlightStripe& stripe = stripe_of(key);
    const MutexLock lock(stripe.mutex);
    const auto place = stripe.flights.find(key);
    if (place != stripe.flights.end() && !place->second->overtaken) {
      if (place->second->loader == std::this_thread::get_id()) {
        throw std::logic_error("a loader asks the cache for the key that it is loading");
      }
      return {.flight = place->second};
    }
    if (get_entry(key, now_ns, value, removed)) return {.landed = true};
    Boarding boarding{.flight = std::make_shared<Flight>(), .mine = true};
    stripe.flights.insert_or_assign(std::string(key), boarding.flight);
    return boarding;
  }

  static Status join(Flight& flight, std::string& value) {
    const MutexLock lock(flight.mutex);
    while (!flight.done) flight.landed.wait(flight.mutex);
    if (flight.error) std::rethrow_exception(flight.error);
    value = flight.value;
    return Status::joined;
  }

  void land(Flight& flight, std::string_view key, const std::string& loaded, std::uint64_t weight, TimeNs deadline_ns,
            TimeNs now_ns, RemovedEntries& removed) {
    {
      FlightStripe& stripe = stripe_of(key);
      const MutexLock lock(stripe.mutex);
      if (!flight.overtaken) {
        if (put_entry(key, loaded, weight, deadline_ns, now_ns, removed) != Status::too_heavy) count(stored);
      }
      leave(stripe, flight, key);
    }
    const MutexLock lock(flight.mutex);
    flight.value = loaded;
    flight.done = true;
    flight.landed.notify_all();
  }

  void fail(Flight& flight, std::string_view key, std::exception_ptr error) {
    {
      FlightStripe& stripe = stripe_of(key);
      const MutexLock lock(stripe.mutex);
      leave(stripe, flight, key);
    }
    const MutexLock lock(flight.mutex);
    flight.error = std::move(error);
    flight.done = true;
    flight.landed.notify_all();
  }

  // Another may have taken its place since it was overtaken.
  static void leave(FlightStripe& stripe, const Flight& flight, std::string_view key) REQUIRES(stripe.mutex) {
    const auto place = stripe.flights.find(key);
    if (place != stripe.flights.end() && place->second.get() == &flight) stripe.flights.erase(place);
  }

  std::array<FlightStripe, stripe_count> flights_;
  std::array<Counters, 16> counts_;
};

}  // namespace contend::cache
