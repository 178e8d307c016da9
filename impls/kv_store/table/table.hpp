#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "impls/base/contract.hpp"
#include "impls/kv_store/kv_store.hpp"
#include "impls/kv_store/table/storage.hpp"

namespace contend::kv_store {

// The store without any synchronisation: what `reference` puts under one lock, and of which other designs keep one per
// stripe or per owner thread. Complexity as its storage says, plus O(log n) for each change of a deadline; expire
// O(log n) per removed entry.
// Memory: one node and two strings per entry, one set node per entry with a deadline.
template <class Storage>
class Table {
 public:
  static constexpr bool reads_without_lock = Storage::reads_without_lock;

  // Without the caller's lock, where the storage has it: the answer of get, or nothing where only get can tell.
  std::optional<Answer> read(std::string_view key, TimeNs now_ns, std::string& value) const
    requires reads_without_lock
  {
    return storage_.read(key, now_ns, value);
  }
  void allow_unlocked_reads(bool allowed)
    requires reads_without_lock
  {
    storage_.allow_unlocked_reads(allowed);
  }

  Answer get(std::string_view key, TimeNs now_ns, std::string& value);
  Answer set(std::string_view key, std::string_view value, DurationNs ttl_ns, TimeNs now_ns);
  Answer put_if_absent(std::string_view key, std::string_view value, DurationNs ttl_ns, TimeNs now_ns);
  Answer compare_and_set(std::string_view key, Version expected, std::string_view value, DurationNs ttl_ns,
                         TimeNs now_ns, std::string& current);
  Answer erase(std::string_view key, TimeNs now_ns);
  ExpireAnswer expire(std::size_t budget, TimeNs now_ns);
  Size size(TimeNs now_ns);

  // Appends to `entries` instead of replacing, so that several tables can be gathered.
  void scan(std::string_view prefix, std::size_t limit, TimeNs now_ns, std::vector<Entry>& entries);

  // The readers' halves of get and scan, for use under a shared lock: the same answers, but expired entries stay and
  // set `met_expired`, so that the caller can remove them under an exclusive lock, by get and by drop_expired.
  Answer peek(std::string_view key, TimeNs now_ns, std::string& value, bool& met_expired) const;
  void peek_scan(std::string_view prefix, std::size_t limit, TimeNs now_ns, std::vector<Entry>& entries,
                 bool& met_expired) const;

  // Removes the expired entries under `prefix` up to the key `last`, or all of them if `last` is null: what a scan that
  // ended there has met.
  void drop_expired(std::string_view prefix, const std::string* last, TimeNs now_ns);

  // Appends all live entries in key order, leaving expired ones in place.
  void copy_live(TimeNs now_ns, std::vector<Entry>& entries) const;

 private:
  using Place = typename Storage::Entries::iterator;
  using Deadlines = std::set<std::pair<TimeNs, std::string_view>>;

  Place find_live(std::string_view key, TimeNs now_ns);
  void remove(Place place);
  Answer write(Place place, std::string_view key, std::string_view value, DurationNs ttl_ns, TimeNs now_ns);
  // 0 where there is nothing alive.
  Version live_version(Place place, TimeNs now_ns);

  Storage storage_;
  Deadlines deadlines_;  // views into the keys of storage_
  Version last_version_ = 0;
};

using OrderedTable = Table<OrderedStorage>;
using HashedTable = Table<HashedStorage>;
extern template class Table<OrderedStorage>;
extern template class Table<HashedStorage>;

// Of an OrderedTable under one lock.
inline constexpr Contract ordered_table_contract{
    .shared_state = "table_: entries, deadlines and the version counter",
    .complexity = "point operations O(log n), scan O(log n + results), snapshot O(n), size O(expired log n)",
    .memory = "one tree node with two strings per entry, one more node per deadline; a snapshot copies all entries",
};

// The key at which a scan for `limit` entries stopped, or null if it saw everything under its prefix.
inline const std::string* last_met(const std::vector<Entry>& entries, std::size_t limit) {
  return entries.size() < limit ? nullptr : &entries.back().key;
}

}  // namespace contend::kv_store
