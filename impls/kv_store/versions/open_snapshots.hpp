#pragma once

#include <atomic>
#include <boost/intrusive/set.hpp>
#include <utility>

#include "impls/kv_store/versions/record.hpp"
#include "impls/sync/cache_line.hpp"
#include "impls/sync/mutex.hpp"

namespace contend::kv_store {

// A snapshot that is open, and the records that have ended and are kept for it.
struct OpenSnapshot : boost::intrusive::set_base_hook<> {
  Stamp at = 0;
  Records kept;

  bool operator<(const OpenSnapshot& other) const { return at < other.at; }
};

// The commit clock, and which of its stamps can still be read.
//
// An ended record is kept for the youngest open snapshot that sees it; when that closes, it is asked about again. So it
// goes with the last one, and what nobody sees goes at once. The argument why none is opened too late to be seen here: a
// snapshot is opened at the present stamp under the mutex, and a record is asked about after its end was stamped; so
// whoever is not among the open ones by then opens at or after that end.
//
// Nothing throws. open O(log open), keep O(log open). Lock order: a stripe of the store, then this.
class OpenSnapshots {
 public:
  Stamp next_stamp() noexcept { return clock_.fetch_add(1) + 1; }

  void open(OpenSnapshot& snapshot) noexcept {
    const MutexLock lock(mutex_);
    snapshot.at = clock_.load();
    open_.insert(snapshot);
  }
  // What was kept for it; each has to be asked about again.
  Records close(OpenSnapshot& snapshot) noexcept {
    const MutexLock lock(mutex_);
    open_.erase(open_.iterator_to(snapshot));
    return std::move(snapshot.kept);
  }
  // False: no open snapshot sees this record, which has ended.
  bool keep(Record& record) noexcept {
    const MutexLock lock(mutex_);
    auto younger = open_.lower_bound(record.until, Before());
    if (younger == open_.begin()) return false;
    OpenSnapshot& last = *std::prev(younger);
    if (last.at < record.from) return false;
    last.kept.push_back(record);
    return true;
  }

 private:
  struct Before {
    bool operator()(const OpenSnapshot& snapshot, Stamp stamp) const { return snapshot.at < stamp; }
    bool operator()(Stamp stamp, const OpenSnapshot& snapshot) const { return stamp < snapshot.at; }
  };

  alignas(cache_line_bytes) std::atomic<Stamp> clock_{0};
  Mutex mutex_{{"open snapshots", 0}};
  boost::intrusive::multiset<OpenSnapshot> open_ GUARDED_BY(mutex_);
};

}  // namespace contend::kv_store
