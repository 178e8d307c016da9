#pragma once

#include <boost/describe/enum.hpp>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "impls/base/offered_parts.hpp"
#include "impls/base/time.hpp"

namespace contend::kv_store {

// An in-memory key/value store with expiry, ordered prefix scan, compare-and-set by version, transactions and
// snapshots. Keys and values are byte strings; NUL bytes and the empty string are allowed in both.
//
// Sequential meaning
//   Expiry     A value set with a ttl at time `now` lives in [now, now + ttl): at its deadline it is gone. An expired
//              key is absent to every operation. Operations may pass times out of order; the first operation that
//              meets a key at or past its deadline removes it for good, so that an earlier time passed later never
//              revives it. A scan meets the keys under its prefix up to the last that it answers, or all of them where
//              it answers fewer than it was asked for. Taking a snapshot, what is asked of it, and commit remove
//              nothing but what is written.
//   Versions   Every successful write gives the key a version greater than all that this key had before, also over
//              erase, expiry and re-creation. Versions of different keys say nothing about each other. 0 means
//              "no live value".
//   Errors     Checked in this order: invalid_key, invalid_value, invalid_ttl, then the state of the key. A refused
//              operation changes nothing.
//   Time       `now_ns` is any instant of the caller's choice; it must not be `never`.
//   Memory     An operation for which there is no memory throws std::bad_alloc and has not happened: the store is as
//              it was, a transaction still open, and nobody waits for ever. What answers are written to (value,
//              current, entries) may then hold anything.
//
// Concurrency: every method of Store may be called from any thread at any time and is linearizable, apart from
// scan, size, expire and transactions, for which each implementation states its guarantee (Guarantees).

using Version = std::uint64_t;

enum class Status : std::uint8_t {
  ok,
  absent,            // no live value under this key
  exists,            // put_if_absent found a live value
  version_mismatch,  // compare_and_set expected another version
  conflict,          // a transaction could not commit: what it has read, or writes, has been written by others since
  finished,          // the transaction has been committed or rolled back before
  invalid_key,       // longer than max_key_bytes
  invalid_value,     // longer than max_value_bytes
  invalid_ttl,       // zero or negative
};
BOOST_DESCRIBE_ENUM(Status, ok, absent, exists, version_mismatch, conflict, finished, invalid_key, invalid_value,
                    invalid_ttl)
std::string_view to_string(Status status);

inline constexpr std::size_t max_key_bytes = 1024;
inline constexpr std::size_t max_value_bytes = std::size_t{1} << 20;

inline constexpr std::size_t max_expected_entries = std::size_t{1} << 26;

// The answer of an operation on one key.
struct Answer {
  Status status = Status::ok;
  Version version = 0;   // of the live value after the operation; 0 if there is none or the input was invalid
  Version previous = 0;  // of the live value before the operation; 0 if there was none or the input was invalid

  bool operator==(const Answer&) const = default;
};

struct Entry {
  std::string key;
  std::string value;
  Version version = 0;

  bool operator==(const Entry&) const = default;
};

struct ExpireAnswer {
  std::size_t removed = 0;
  bool more = false;  // expired keys were left because the budget ran out
};

struct Size {
  std::size_t live = 0;      // keys alive at the time of the call
  std::size_t resident = 0;  // keys that still occupy memory, those that only open snapshots see included; >= live
};

// What one scan (and size) may mix of other threads' work.
enum class ScanGuarantee : std::uint8_t {
  snapshot,    // all entries at one instant between call and return
  per_stripe,  // each part of the key space at its own instant; a key present throughout appears exactly once
};
// What committed transactions may see of each other.
enum class Isolation : std::uint8_t {
  serializable,  // equal to some one-at-a-time order that respects real time
  snapshot,      // reads at one instant, first committer of a key wins; write skew is possible
};
// What an implementation may leave out. Every design here offers all of it; a file that somebody brings to be judged need not.
enum class Part : std::uint8_t {
  expiry,    // a ttl other than `forever`
  expire,    // the operation of that name
  versions,  // answers tell versions; without them they are 0
  put_if_absent,
  compare_and_set,  // needs versions
  answer_of_erase,  // whether erase found something; without it the answer is ok
  scan,
  size,
  transactions,
  snapshots,
};
BOOST_DESCRIBE_ENUM(Part, expiry, expire, versions, put_if_absent, compare_and_set, answer_of_erase, scan, size,
                    transactions, snapshots)

struct Guarantees {
  ScanGuarantee scan = ScanGuarantee::snapshot;
  Isolation isolation = Isolation::serializable;
  OfferedParts<Part> offered{};

  std::vector<std::pair<std::string_view, std::string>> describe() const;
};

// The store as it was at one instant, at the time passed to Store::snapshot. Later writes and expiry do not change
// it. May be used by several threads, and must not outlive its store.
class Snapshot {
 public:
  virtual ~Snapshot() = default;

  // ok, absent or invalid_key; `value` is assigned only on ok.
  virtual Answer get(std::string_view key, std::string& value) const = 0;
  // As Store::scan.
  virtual void scan(std::string_view prefix, std::size_t limit, std::vector<Entry>& entries) const = 0;
};

// A group of operations that take effect together at commit, or not at all. Belongs to one thread. It sees its own
// writes, also in scan, with version 0 since they have none yet. All its times are the `now_ns` it was begun with, that of
// its commit too: what expires while it is open stays as it was read unless others meet it, and a ttl counts from then.
// Dropping it without commit is a rollback. After commit or rollback its operations answer finished, scans nothing.
// It must not outlive its store.
class Transaction {
 public:
  virtual ~Transaction() = default;

  virtual Answer get(std::string_view key, std::string& value) = 0;
  // `previous` is the version that the transaction would read here.
  virtual Answer set(std::string_view key, std::string_view value, DurationNs ttl_ns) = 0;
  virtual Answer erase(std::string_view key) = 0;
  virtual void scan(std::string_view prefix, std::size_t limit, std::vector<Entry>& entries) = 0;

  // ok: all writes took effect at one instant. conflict: nothing happened, begin again. finished: it was over before.
  // Where it throws, the transaction is still open, and commit may be tried again.
  virtual Status commit() = 0;
  virtual void rollback() = 0;
};

class Store {
 public:
  struct Options {
    // How many there will be, at most max_expected_entries: hash tables begin with buckets for so many. Not a limit.
    std::size_t expected_entries = 1024;
  };
  using Guarantees = kv_store::Guarantees;

  virtual ~Store() = default;

  // ok and the value, or absent. O(1) or O(log n) by implementation. `value` is assigned only on ok; reusing it across
  // calls saves the allocation.
  virtual Answer get(std::string_view key, TimeNs now_ns, std::string& value) = 0;

  // Stores the value and replaces the ttl; `forever` means that it does not expire. now + ttl saturates to `never`.
  virtual Answer set(std::string_view key, std::string_view value, DurationNs ttl_ns, TimeNs now_ns) = 0;

  // As set, if there is no live value; otherwise exists, with version == previous == that of the live value.
  virtual Answer put_if_absent(std::string_view key, std::string_view value, DurationNs ttl_ns, TimeNs now_ns) = 0;

  // As set, if the live version is `expected` (0: if there is no live value). Otherwise version_mismatch with version
  // == previous == that of the live value, which is also copied to `current`; both 0 and no copy if there is none.
  virtual Answer compare_and_set(std::string_view key, Version expected, std::string_view value, DurationNs ttl_ns,
                                 TimeNs now_ns, std::string& current) = 0;

  // ok with the version that was removed in `previous`, or absent.
  virtual Answer erase(std::string_view key, TimeNs now_ns) = 0;

  // The first `limit` live entries whose key begins with `prefix`, in byte order (unsigned), replacing `entries`.
  // A prefix longer than max_key_bytes matches nothing.
  virtual void scan(std::string_view prefix, std::size_t limit, TimeNs now_ns, std::vector<Entry>& entries) = 0;

  virtual std::unique_ptr<Transaction> begin(TimeNs now_ns) = 0;
  virtual std::unique_ptr<Snapshot> snapshot(TimeNs now_ns) = 0;

  // Removes at most `budget` entries that have expired at `now_ns`, each at an instant of its own: a key that is written
  // meanwhile by a caller whose clock is behind may be removed again, and counts again.
  virtual ExpireAnswer expire(std::size_t budget, TimeNs now_ns) = 0;

  // Removes what has expired, and counts what is left.
  virtual Size size(TimeNs now_ns) = 0;
};

// What the options say, or throws std::invalid_argument.
std::size_t expected_entries(const Store::Options& options);

// The checks that come before the state of the key: ok, or the first error.
constexpr Status check_input(std::string_view key) {
  return key.size() > max_key_bytes ? Status::invalid_key : Status::ok;
}
constexpr Status check_input(std::string_view key, std::string_view value, DurationNs ttl_ns) {
  if (key.size() > max_key_bytes) return Status::invalid_key;
  if (value.size() > max_value_bytes) return Status::invalid_value;
  return ttl_ns <= 0 ? Status::invalid_ttl : Status::ok;
}

}  // namespace contend::kv_store
