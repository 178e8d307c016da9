#pragma once

#include <atomic>
#include <boost/intrusive/list.hpp>
#include <boost/intrusive/set.hpp>
#include <memory>
#include <string>

#include "impls/base/hash_index.hpp"
#include "impls/cache/cache.hpp"

namespace contend::cache {

// One entry, what policies keep beside it, and the links by which it stands in tables, queues and among what has left:
// so none of these needs memory of its own, and to move an entry cannot fail.
using QueueHook = boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::normal_link>>;
using DeadlineHook = boost::intrusive::set_base_hook<boost::intrusive::link_mode<boost::intrusive::normal_link>,
                                                     boost::intrusive::optimize_size<true>>;
struct Entry : QueueHook, DeadlineHook, HashHook {
  std::string key;
  std::string value;
  std::uint64_t hash = 0;
  std::uint64_t weight = 1;
  TimeNs deadline_ns = never;
  // How often it was hit since the policy last looked, up to a small limit. Written by readers that hold the shard only
  // shared; nothing is inferred from its order, so all accesses are relaxed.
  std::atomic<std::uint8_t> hits{0};
  bool in_main = false;                        // s3_fifo: which queue it is in
  RemovalCause cause = RemovalCause::evicted;  // once it has left
};
using EntryQueue = boost::intrusive::list<Entry, boost::intrusive::constant_time_size<false>>;

inline std::unique_ptr<Entry> make_entry(std::string_view key, std::string_view value, std::uint64_t hash,
                                         std::uint64_t weight, TimeNs deadline_ns) {
  auto entry = std::make_unique<Entry>();
  entry->key = key;
  entry->value = value;
  entry->hash = hash;
  entry->weight = weight;
  entry->deadline_ns = deadline_ns;
  return entry;
}

// Entries that have left a cache, kept until no lock is held: the listener is told there, and their memory freed.
class RemovedEntries {
 public:
  RemovedEntries() = default;
  ~RemovedEntries() { clear(); }
  RemovedEntries(const RemovedEntries&) = delete;
  RemovedEntries& operator=(const RemovedEntries&) = delete;

  void add(std::unique_ptr<Entry> entry, RemovalCause cause) noexcept {
    entry->cause = cause;
    entries_.push_back(*entry.release());
  }
  void clear() noexcept { entries_.clear_and_dispose(std::default_delete<Entry>()); }

  auto begin() const noexcept { return entries_.begin(); }
  auto end() const noexcept { return entries_.end(); }

 private:
  EntryQueue entries_;
};

}  // namespace contend::cache
