#pragma once

#include <atomic>
#include <boost/container/small_vector.hpp>
#include <boost/intrusive/list.hpp>
#include <memory>
#include <string>

#include "impls/cache/cache.hpp"

namespace contend::cache {

// One entry, and what policies keep beside it.
struct Entry : boost::intrusive::list_base_hook<> {
  std::string key;
  std::string value;
  std::uint64_t weight = 1;
  TimeNs deadline_ns = never;
  // How often it was hit since the policy last looked, up to a small limit. Written by readers that hold the shard only
  // shared; nothing is inferred from its order, so all accesses are relaxed.
  std::atomic<std::uint8_t> hits{0};
  bool in_main = false;  // s3_fifo: which queue it is in
};
using EntryQueue = boost::intrusive::list<Entry>;

// Entries that have left a cache, kept until no lock is held: their memory is freed there, and the listener told.
struct RemovedEntry {
  std::unique_ptr<Entry> entry;
  RemovalCause cause = RemovalCause::evicted;
};
using RemovedEntries = boost::container::small_vector<RemovedEntry, 4>;

}  // namespace contend::cache
