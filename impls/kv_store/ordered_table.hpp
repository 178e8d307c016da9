#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "impls/kv_store/kv_store.hpp"

namespace contend {

// The store without any synchronisation: the plain sequential structure that `reference` puts under one lock, and of
// which other designs keep one per stripe or per owner thread. An ordered map, with an index of deadlines for expiry.
// Point operations O(log n); scan O(log n + examined); expire O(log n) per removed entry.
// Memory: one map node and two strings per entry, one set node per entry with a deadline.
class OrderedTable {
 public:
  KvAnswer get(std::string_view key, TimeNs now_ns, std::string& value);
  KvAnswer set(std::string_view key, std::string_view value, DurationNs ttl_ns, TimeNs now_ns);
  KvAnswer put_if_absent(std::string_view key, std::string_view value, DurationNs ttl_ns, TimeNs now_ns);
  KvAnswer compare_and_set(std::string_view key, Version expected, std::string_view value, DurationNs ttl_ns,
                           TimeNs now_ns, std::string& current);
  KvAnswer erase(std::string_view key, TimeNs now_ns);
  ExpireAnswer expire(std::size_t budget, TimeNs now_ns);
  KvSize size(TimeNs now_ns);

  // Appends to `entries` instead of replacing, so that several tables can be gathered.
  void scan(std::string_view prefix, std::size_t limit, TimeNs now_ns, std::vector<KvEntry>& entries);

  // All live entries in key order, leaving expired ones in place.
  std::vector<KvEntry> copy_live(TimeNs now_ns) const;

  // The reader's half of get, for use under a shared lock: the same answer, but an expired entry stays and sets
  // `met_expired`, so that the caller can remove it under an exclusive lock.
  KvAnswer peek(std::string_view key, TimeNs now_ns, std::string& value, bool& met_expired) const;

 private:
  struct Entry {
    std::string value;
    Version version = 0;
    TimeNs deadline_ns = never;
  };
  using Entries = std::map<std::string, Entry, std::less<>>;

  Entries::iterator find_live(std::string_view key, TimeNs now_ns);
  Entries::iterator remove(Entries::iterator place);
  KvAnswer write(Entries::iterator place, std::string_view key, std::string_view value, DurationNs ttl_ns,
                 TimeNs now_ns);
  void set_deadline(Entries::iterator place, TimeNs deadline_ns);

  Entries entries_;
  std::set<std::pair<TimeNs, std::string_view>> deadlines_;  // views into the keys of entries_
  Version last_version_ = 0;
};

}  // namespace contend
