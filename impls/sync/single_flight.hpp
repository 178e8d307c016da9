#pragma once

#include <array>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <unordered_map>
#include <utility>

#include "impls/base/hashing.hpp"
#include "impls/sync/cache_line.hpp"
#include "impls/sync/mutex.hpp"

namespace contend {

// Work for which many ask at once, by key, and which one of them does for all: a load, a fetch.
//
// Guarantee, for each key:
//   One loader    While a load is in flight, all others who ask join it.
//   One answer    What the loader gets, value or exception, reaches everybody who has joined.
//   Overtaking    `overtake` wins over a load in flight: what that load keeps is undone or was never kept, its value
//                 goes only to those who had joined before, and the next to ask begins a load of his own.
//   No self-wait  A loader that waits for its own load gets std::logic_error. Loaders that wait for each other's keys
//                 in a cycle wait for ever.
//
// The functions that callers pass as `look`, `keep` and `change` run while the stripe of the key is held, so that
// nothing comes between them and what this class does about flights; they must not call it again. Lock order: stripe,
// then what those functions lock. Loaders run while no lock is held.
// Complexity: O(1) expected. Memory: the loads in flight, and 64 stripes.
template <class Value>
class SingleFlight {
 public:
  // One load. It ends exactly once, by `land` or `fail`.
  class Flight {
   public:
    explicit Flight(std::string_view loaded_key) : key(loaded_key) {}

    // Waits for the end of the load; the value, or throws what the load threw.
    Value wait() {
      if (loader == std::this_thread::get_id()) throw std::logic_error("a loader waits for its own load: " + key);
      const MutexLock lock(mutex_);
      while (!ended()) ended_.wait(mutex_);
      if (error_) std::rethrow_exception(error_);
      return *value_;  // NOLINT(bugprone-unchecked-optional-access): what has ended without an error has a value
    }

    const std::string key;
    const std::thread::id loader = std::this_thread::get_id();

   private:
    friend class SingleFlight;

    bool ended() const REQUIRES(mutex_) { return value_.has_value() || error_ != nullptr; }
    // With a value or an error.
    void end(std::optional<Value> value, std::exception_ptr error) {
      const MutexLock lock(mutex_);
      value_ = std::move(value);
      error_ = std::move(error);
      ended_.notify_all();
    }

    Mutex mutex_{{"flight", 0}};
    ConditionVariable ended_;
    std::optional<Value> value_ GUARDED_BY(mutex_);
    std::exception_ptr error_ GUARDED_BY(mutex_);
  };

  struct Boarding {
    std::shared_ptr<Flight> flight = nullptr;  // null: `look` has found what was asked for
    bool mine = false;                         // the caller is the loader, and must end the flight whatever happens
  };

  // Joins the load of the key that is in flight. Where there is none, begins one, unless `look()` is true: a load may
  // have ended since the caller last looked.
  template <class Look>
  Boarding board(std::string_view key, Look look) {
    Stripe& stripe = stripe_of(key);
    const MutexLock lock(stripe.mutex);
    const auto place = stripe.flights.find(key);
    if (place != stripe.flights.end()) return {place->second, false};
    if (look()) return {};
    auto flight = std::make_shared<Flight>(key);
    stripe.flights.emplace(flight->key, flight);
    return {std::move(flight), true};
  }

  // Ends a load with its value. `keep(value)` is called before, unless the load has been overtaken; if it throws, the
  // load has not ended.
  template <class Keep>
  void land(Flight& flight, Value value, Keep keep) {
    {
      Stripe& stripe = stripe_of(flight.key);
      const MutexLock lock(stripe.mutex);
      const auto place = stripe.find(flight);
      if (place != stripe.flights.end()) {
        keep(value);
        stripe.flights.erase(place);
      }
    }
    flight.end(std::move(value), nullptr);
  }

  // Ends a load with an exception.
  void fail(Flight& flight, std::exception_ptr error) {
    {
      Stripe& stripe = stripe_of(flight.key);
      const MutexLock lock(stripe.mutex);
      const auto place = stripe.find(flight);
      if (place != stripe.flights.end()) stripe.flights.erase(place);
    }
    flight.end(std::nullopt, std::move(error));
  }

  // Runs `change()`, which wins over a load of the key that is in flight.
  template <class Change>
  auto overtake(std::string_view key, Change change) {
    Stripe& stripe = stripe_of(key);
    const MutexLock lock(stripe.mutex);
    const auto place = stripe.flights.find(key);
    auto changed = change();  // where it throws, nothing has been overtaken
    if (place != stripe.flights.end()) stripe.flights.erase(place);
    return changed;
  }

  enum class Share : std::uint8_t { found, loaded, joined };

  // All of it for callers that can wait: `look()` finds the value, or `load()` gets it and `keep(value)` keeps it, or
  // another caller's load is waited for. `take(value)` is called where it was loaded or joined.
  template <class Look, class Load, class Keep, class Take>
  Share share(std::string_view key, Look look, Load load, Keep keep, Take take) {
    const Boarding boarding = board(key, look);
    if (boarding.flight == nullptr) return Share::found;
    if (!boarding.mine) {
      take(boarding.flight->wait());
      return Share::joined;
    }
    std::optional<Value> loaded;
    try {
      loaded = load();
      land(*boarding.flight, *loaded, keep);
    } catch (...) {
      fail(*boarding.flight, std::current_exception());
      throw;
    }
    take(*std::move(loaded));
    return Share::loaded;
  }

 private:
  struct alignas(cache_line_bytes) Stripe {
    // A load that was overtaken stands here no more, and perhaps another one of its key does.
    auto find(const Flight& flight) REQUIRES(mutex) {
      const auto place = flights.find(flight.key);
      return place != flights.end() && place->second.get() == &flight ? place : flights.end();
    }

    Mutex mutex{{"flights", 0}};
    // By the flights' own keys.
    std::unordered_map<std::string_view, std::shared_ptr<Flight>, BytesHash> flights GUARDED_BY(mutex);
  };
  static constexpr std::size_t stripe_count = 64;
  // Not by the bits of the hash by which others deal out their shards: a shard would then use few of the stripes.
  Stripe& stripe_of(std::string_view key) { return stripes_[(hash_bytes(key) >> 8) % stripe_count]; }

  std::array<Stripe, stripe_count> stripes_;
};

}  // namespace contend
