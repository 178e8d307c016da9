#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <thread>

#include "impls/ledger/log/write_ahead_log.hpp"
#include "impls/sync/mutex.hpp"

namespace contend::ledger {

// A log's storage that can be looked at as a crash would leave it. Safe to look at from another thread.
class CrashingStorage final : public LogStorage {
 public:
  explicit CrashingStorage(std::string bytes = {}) : bytes_(std::move(bytes)), synced_(bytes_.size()) {}

  std::string read_all() override { return bytes(); }
  void append(std::string_view bytes) override {
    const MutexLock lock(mutex_);
    bytes_.append(bytes);
  }
  void sync() override {
    std::this_thread::yield();  // a disk takes its time
    const MutexLock lock(mutex_);
    synced_ = bytes_.size();
    ++syncs_;
  }
  void truncate(std::size_t bytes) override {
    const MutexLock lock(mutex_);
    bytes_.resize(bytes);
    synced_ = std::min(synced_, bytes);
  }

  // What a crash now leaves: all that was synced, and up to `lucky` bytes of what was not.
  std::string after_crash(std::size_t lucky) const {
    const MutexLock lock(mutex_);
    return bytes_.substr(0, synced_ + lucky);
  }
  std::string bytes() const {
    const MutexLock lock(mutex_);
    return bytes_;
  }
  std::size_t syncs() const {
    const MutexLock lock(mutex_);
    return syncs_;
  }

 private:
  mutable Mutex mutex_{{"storage", 0}};
  std::string bytes_ GUARDED_BY(mutex_);
  std::size_t synced_ GUARDED_BY(mutex_);
  std::size_t syncs_ GUARDED_BY(mutex_) = 0;
};

}  // namespace contend::ledger
