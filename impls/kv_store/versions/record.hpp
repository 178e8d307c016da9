#pragma once

#include <boost/intrusive/list.hpp>
#include <cstdint>
#include <limits>
#include <string>

#include "impls/kv_store/table/storage.hpp"

namespace contend::kv_store {

// The number of a commit in the order in which commits take effect.
using Stamp = std::uint64_t;
inline constexpr Stamp not_ended = std::numeric_limits<Stamp>::max();

struct VersionedKey;

// A value of a key from the stamp that wrote it until the stamp that overwrote or erased it.
struct Record : DeadlineHook, boost::intrusive::list_base_hook<> {
  Stamp from = 0;
  Stamp until = not_ended;
  TimeNs deadline_ns = never;
  std::string value;
  VersionedKey* key = nullptr;
  Record* older = nullptr;
  Record* newer = nullptr;
};
using Records = boost::intrusive::list<Record, boost::intrusive::constant_time_size<false>>;

// A key, with the records that somebody can still see.
struct VersionedKey : KeyHook {
  std::string key;
  Record* newest = nullptr;

  // The one that has not ended, or null.
  Record* current() const { return newest != nullptr && newest->until == not_ended ? newest : nullptr; }
  // What a snapshot taken at this stamp sees, or null.
  const Record* at(Stamp stamp) const {
    const Record* record = newest;
    while (record != nullptr && record->from > stamp) record = record->older;
    return record != nullptr && stamp < record->until ? record : nullptr;
  }
};

inline bool is_live(const Record* record, TimeNs now_ns) {
  return record != nullptr && is_alive(record->deadline_ns, now_ns);
}

}  // namespace contend::kv_store
