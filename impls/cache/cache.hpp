#pragma once

#include <boost/describe/enum.hpp>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "impls/base/offered_parts.hpp"
#include "impls/base/time.hpp"

namespace contend::cache {

// A cache of byte strings with a weight limit, expiry, and loading by one caller for all.
//
// Sequential meaning
//   Expiry     A value put with a ttl at time `now` lives in [now, now + ttl). An expired entry is never answered: it
//              counts as a miss, and whoever meets it removes it for good. A get refreshes how recently a key was used,
//              not its ttl; a put replaces value, ttl and weight.
//   Weight     The weights of all entries together never exceed the capacity. To make room, expired entries go first,
//              then what the policy chooses, in the whole cache or in the key's part of it (Guarantees). An entry heavier
//              than `largest_weight()` is not stored, and the old value of its key is removed all the same: a cache that
//              refuses must not go on answering what was replaced. An entry of weight 0 takes no room and is never
//              evicted: such entries are not bounded, and go by expiry, put or erase.
//   Replacing  A put over a live value is a use of it: the policy keeps what it knew of the key, and the entry its
//              place, unless it would have to go for its own growth.
//   Loading    However many callers miss one key at once, one of them loads it and the others wait for its result. If
//              the loader throws, all of them get the exception, and nothing is stored; so it is with a value longer than
//              max_cache_value_bytes, for which all get a std::runtime_error. What has been put or erased
//              during a load wins over it: the loaded value is answered to those who waited, and not stored.
//   Counting   Every get and get_or_load is a hit or a miss. Entries stored, less those removed, is what is there.
//   Memory     An operation for which there is no memory throws std::bad_alloc and has not happened: nothing was stored,
//              removed or evicted but what had expired, and nobody waits for ever. Where that befalls a load, the load
//              has failed. `value` may then hold anything.
//   Errors     invalid_key, invalid_value, invalid_ttl, then the state. A refused operation changes nothing.
//
// Concurrency: every method may be called from any thread at any time. get, put and erase of one key are linearizable,
// but for entries that vanish by eviction; a value that has been put and not evicted is seen by every later get. The
// listener and the loader run on the caller's thread while no lock is held. The listener is told once of each entry that
// was removed, before the operation that removed it returns and after any load of that operation; it may call the cache.
// It should not throw: what it throws is counted and dropped, for the entry is gone all the same.
// Memory: the entries, what the policy remembers of keys that left, and what is being loaded.

enum class Status : std::uint8_t {
  hit,
  miss,
  stored,         // put: there was nothing
  replaced,       // put: there was a live value
  too_heavy,      // put: heavier than largest_weight; what was there has been removed
  removed,        // erase
  absent,         // erase
  loaded,         // get_or_load: this caller has loaded it
  joined,         // get_or_load: another caller was loading it, or has just done so
  invalid_key,    // longer than max_cache_key_bytes
  invalid_value,  // longer than max_cache_value_bytes
  invalid_ttl,    // zero or negative
};
BOOST_DESCRIBE_ENUM(Status, hit, miss, stored, replaced, too_heavy, removed, absent, loaded, joined, invalid_key,
                    invalid_value, invalid_ttl)
std::string_view to_string(Status status);

inline constexpr std::size_t max_cache_key_bytes = 1024;
inline constexpr std::size_t max_cache_value_bytes = std::size_t{1} << 20;

// What is wrong with a put, the first of the errors; stored where nothing is.
constexpr Status check_input(std::string_view key, std::string_view value, DurationNs ttl_ns) {
  if (key.size() > max_cache_key_bytes) return Status::invalid_key;
  if (value.size() > max_cache_value_bytes) return Status::invalid_value;
  return ttl_ns <= 0 ? Status::invalid_ttl : Status::stored;
}

enum class RemovalCause : std::uint8_t { evicted, expired, replaced, erased };
BOOST_DESCRIBE_ENUM(RemovalCause, evicted, expired, replaced, erased)
std::string_view to_string(RemovalCause cause);

struct Stats {
  std::uint64_t hits = 0;
  std::uint64_t misses = 0;
  std::uint64_t stored = 0;   // entries that came, those that replaced another included
  std::uint64_t evicted = 0;  // entries that went, by cause
  std::uint64_t expired = 0;
  std::uint64_t replaced = 0;
  std::uint64_t erased = 0;
  std::uint64_t loads = 0;
  std::uint64_t failed_loads = 0;
  std::uint64_t listener_throws = 0;  // removals of which the listener was told, and threw

  bool operator==(const Stats&) const = default;
};

struct Size {
  std::size_t entries = 0;  // expired ones included that nobody has met
  std::uint64_t weight = 0;

  bool operator==(const Size&) const = default;
};

struct CleanupAnswer {
  std::size_t removed = 0;
  bool more = false;  // expired entries were left because the budget ran out
};

// Which entry goes when there is no room.
enum class EvictionOrder : std::uint8_t {
  exact_lru,    // the least recently used of all
  sharded_lru,  // the least recently used of its shard; one shard below sharded_capacity
  approximate,  // what the policy of the design says
};
// Where a put looks for room: for what has expired first, then for what the policy gives up.
enum class Room : std::uint8_t {
  whole_cache,
  own_shard,  // the sixteenth of the cache to which its key belongs; the whole below sharded_capacity
};
// What an implementation may leave out. Every design here offers all of it; a file that somebody brings to be judged need not.
enum class Part : std::uint8_t {
  expiry,   // a ttl other than `forever`
  weights,  // other than 1
  erase,    // and what it answers
  get_or_load,
  answers_of_put,  // whether there was a live value; without them stored
  replacing,  // as above; without it a put over a live value may cost an entry its place, and what was known of the key
  counting,   // stats, size and largest_weight
  listener,
  cleanup,
};
BOOST_DESCRIBE_ENUM(Part, expiry, weights, erase, get_or_load, answers_of_put, replacing, counting, listener, cleanup)

struct Guarantees {
  EvictionOrder order = EvictionOrder::exact_lru;
  Room room = Room::whole_cache;
  OfferedParts<Part> offered{};

  std::vector<std::pair<std::string_view, std::string>> describe() const;
};

// Below this capacity no design deals its entries over several shards.
inline constexpr std::uint64_t sharded_capacity = 4096;

class Cache {
 public:
  using Listener = std::function<void(std::string_view key, std::string_view value, RemovalCause cause)>;
  // Gives the value of a key that is not there; may throw.
  using Loader = std::function<std::string(std::string_view key)>;

  struct Options {
    std::uint64_t capacity = 1024;  // the most that all weights may come to; at least 1
    Listener on_removal = nullptr;  // null: nobody wants to know
  };
  using Guarantees = cache::Guarantees;

  virtual ~Cache() = default;

  // hit and the value, miss or invalid_key. O(1) expected. `value` is assigned only on a hit.
  virtual Status get(std::string_view key, TimeNs now_ns, std::string& value) = 0;

  // stored, replaced, too_heavy or invalid. `forever` does not expire. O(1) expected, amortised over evictions, and
  // O(log n) for an entry that expires.
  virtual Status put(std::string_view key, std::string_view value, std::uint64_t weight, DurationNs ttl_ns,
                     TimeNs now_ns) = 0;

  virtual Status erase(std::string_view key, TimeNs now_ns) = 0;

  // hit, loaded or joined with the value, or invalid. Throws what the loader threw, and std::logic_error where a loader
  // asks for the very key that it loads. Loaders that wait for each other's keys in a circle wait for ever.
  virtual Status get_or_load(std::string_view key, std::uint64_t weight, DurationNs ttl_ns, TimeNs now_ns,
                             const Loader& loader, std::string& value) = 0;

  // Removes at most `budget` entries that have expired at `now_ns`.
  virtual CleanupAnswer cleanup(std::size_t budget, TimeNs now_ns) = 0;

  // Exact when nobody else is calling.
  virtual Stats stats() const = 0;
  virtual Size size() = 0;
  virtual std::uint64_t largest_weight() const = 0;
};

}  // namespace contend::cache
