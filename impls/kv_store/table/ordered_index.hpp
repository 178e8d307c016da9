#pragma once

#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "impls/base/time.hpp"
#include "impls/sync/mutex.hpp"

namespace contend::kv_store {

// The keys of a table that has no order, once more: in byte order, and those that have a deadline in the order of it.
// Holds views into keys, which must stay where they are until they have left.
//
// Any thread may call at any time; a mutex is held for one step, or for a walk. Only to make a Place takes memory, and can
// fail. O(log n) each; a node for each key, and one for each deadline.
class OrderedIndex {
  using Keys = std::set<std::string_view>;
  using Deadlines = std::set<std::pair<TimeNs, std::string_view>>;

 public:
  // What the index needs to take a key up, or its new deadline.
  class Place {
   public:
    Place() = default;
    // `is_new`: the key is not in the index; `before_ns`: the deadline that it has there.
    Place(std::string_view key, bool is_new, TimeNs before_ns, TimeNs deadline_ns) {
      if (is_new) keys_.insert(key);
      if (deadline_ns != never && deadline_ns != before_ns) deadlines_.emplace(deadline_ns, key);
    }

   private:
    friend class OrderedIndex;
    Keys keys_;            // one node at most
    Deadlines deadlines_;  // one node at most
  };

  // The key has this deadline from now on, of which the place knows.
  void enter(std::string_view key, Place place, TimeNs before_ns, TimeNs deadline_ns) noexcept {
    if (place.keys_.empty() && before_ns == deadline_ns) return;
    const MutexLock lock(mutex_);
    if (before_ns != deadline_ns) deadlines_.erase({before_ns, key});
    keys_.merge(place.keys_);
    deadlines_.merge(place.deadlines_);
  }
  void leave(std::string_view key, TimeNs deadline_ns) noexcept {
    const MutexLock lock(mutex_);
    keys_.erase(key);
    deadlines_.erase({deadline_ns, key});
  }

  std::size_t size() const {
    const MutexLock lock(mutex_);
    return keys_.size();
  }
  // The key whose deadline came first; false: none has come.
  bool next_expired(TimeNs now_ns, std::string& key) const {
    const MutexLock lock(mutex_);
    if (deadlines_.empty() || deadlines_.begin()->first > now_ns) return false;
    key = deadlines_.begin()->second;
    return true;
  }
  // The first key at or after `prefix`, or the one after `key`; false: it does not begin with `prefix`.
  bool next_key(std::string_view prefix, bool first, std::string& key) const {
    const MutexLock lock(mutex_);
    const auto place = first ? keys_.lower_bound(prefix) : keys_.upper_bound(key);
    if (place == keys_.end() || !place->starts_with(prefix)) return false;
    key = *place;
    return true;
  }
  // Calls visit(key) for the keys at or after `from`, in order, until it says false. Holds the mutex meanwhile.
  template <class Visit>
  void walk(std::string_view from, Visit visit) const {
    const MutexLock lock(mutex_);
    for (auto key = keys_.lower_bound(from); key != keys_.end(); ++key) {
      if (!visit(*key)) return;
    }
  }

 private:
  mutable Mutex mutex_{{"index of the store", 0}};
  Keys keys_ GUARDED_BY(mutex_);
  Deadlines deadlines_ GUARDED_BY(mutex_);
};

}  // namespace contend::kv_store
