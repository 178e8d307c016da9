#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "impls/base/hashing.hpp"
#include "impls/kv_store/kv_store.hpp"

namespace contend::kv_store {

// Where a Table keeps its entries.
struct TableEntry {
  std::string value;
  Version version = 0;
  TimeNs deadline_ns = never;
};

// What a Table asks of its storage:
//   Entries               places by key: find, end, size; a place's key stays where it is until the place is erased
//   entry(*place)         the entry there
//   write(place, ...)     stores an entry at the place, or creates it if place is end; if it throws, nothing has
//   changed erase(place)          likewise walk(first, visit)    visits the entries from `first` on in key order until
//   `visit` answers false reads_without_lock    whether it has `read` and `allow_unlocked_reads` too
//   (epoch_storage.hpp)

// Writes over the old value, whose memory is used again.
template <class Storage>
typename Storage::Entries::iterator write_in_place(Storage& storage, typename Storage::Entries::iterator place,
                                                   std::string_view key, std::string_view value, Version version,
                                                   TimeNs deadline_ns) {
  const bool created = place == storage.entries().end();
  if (created) place = storage.insert(key);
  TableEntry& entry = place->second;
  try {
    entry.value.reserve(value.size());
  } catch (...) {
    if (created) storage.erase(place);
    throw;
  }
  entry.value = value;
  entry.version = version;
  entry.deadline_ns = deadline_ns;
  return place;
}

// A tree: everything O(log n), and scans walk it as it is.
class OrderedStorage {
 public:
  static constexpr bool reads_without_lock = false;
  using Entries = std::map<std::string, TableEntry, std::less<>>;

  Entries& entries() { return entries_; }
  const Entries& entries() const { return entries_; }
  static const TableEntry& entry(const Entries::value_type& place) { return place.second; }
  Entries::iterator write(Entries::iterator place, std::string_view key, std::string_view value, Version version,
                          TimeNs deadline_ns) {
    return write_in_place(*this, place, key, value, version, deadline_ns);
  }
  Entries::iterator insert(std::string_view key) { return entries_.try_emplace(std::string(key)).first; }
  void erase(Entries::iterator place) { entries_.erase(place); }

  template <class Visit>
  void walk(std::string_view first, Visit visit) const {
    for (auto place = entries_.lower_bound(first); place != entries_.end(); ++place) {
      if (!visit(place->first, place->second)) return;
    }
  }

 private:
  Entries entries_;
};

// A hash table with an ordered index of its keys: finding O(1) expected, while creating and removing an entry also
// costs O(log n) and scans one probe per entry.
class HashedStorage {
 public:
  static constexpr bool reads_without_lock = false;
  using Entries = std::unordered_map<std::string, TableEntry, BytesHash, std::equal_to<>>;

  Entries& entries() { return entries_; }
  const Entries& entries() const { return entries_; }
  static const TableEntry& entry(const Entries::value_type& place) { return place.second; }
  Entries::iterator write(Entries::iterator place, std::string_view key, std::string_view value, Version version,
                          TimeNs deadline_ns) {
    return write_in_place(*this, place, key, value, version, deadline_ns);
  }
  Entries::iterator insert(std::string_view key) {
    const auto place = entries_.try_emplace(std::string(key)).first;
    try {
      order_.insert(place->first);
    } catch (...) {
      entries_.erase(place);
      throw;
    }
    return place;
  }
  void erase(Entries::iterator place) {
    order_.erase(place->first);
    entries_.erase(place);
  }

  template <class Visit>
  void walk(std::string_view first, Visit visit) const {
    for (auto key = order_.lower_bound(first); key != order_.end(); ++key) {
      if (!visit(*key, entries_.find(*key)->second)) return;
    }
  }

 private:
  Entries entries_;
  std::set<std::string_view> order_;  // views into the keys of entries_
};

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

// The key at which a scan for `limit` entries stopped, or null if it saw everything under its prefix.
inline const std::string* last_met(const std::vector<Entry>& entries, std::size_t limit) {
  return entries.size() < limit ? nullptr : &entries.back().key;
}

}  // namespace contend::kv_store
