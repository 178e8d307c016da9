#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>

#include "impls/base/hashing.hpp"
#include "impls/kv_store/kv_store.hpp"

namespace contend::kv_store {

// What a Table keeps of a key.
struct TableEntry {
  std::string value;
  Version version = 0;
  TimeNs deadline_ns = never;
};

// What a Table asks of its storage:
//   Entries               places by key: find, end, size; a place's key stays where it is until the place is erased
//   entry(*place)         the entry there
//   write(place, ...)     stores an entry at the place, or creates it if place is end
//   erase(place)          removes the entry at the place
//   walk(first, visit)    visits the entries from `first` on in key order until `visit` answers false
//   reads_without_lock    whether it has `read` and `allow_unlocked_reads` too (epoch_storage.hpp)
// Where write throws, nothing has changed.

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

}  // namespace contend::kv_store
