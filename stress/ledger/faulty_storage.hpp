#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "impls/ledger/log/log_storage.hpp"
#include "impls/sync/mutex.hpp"

namespace contend::ledger {

// A storage that behaves as disks do, in memory. What is appended lies in a cache until a sync writes it down; a loss of
// power takes what lies there, or any part of it; appends and syncs fail when they are told to. Safe to look at, and to
// cut the power of, from another thread.
class FaultyStorage final : public LogStorage {
 public:
  // With room for so many bytes that are appended without asking for memory.
  explicit FaultyStorage(std::string bytes = {}, std::size_t room = 0);

  std::string read_all() override { return bytes(); }
  void append(std::string_view bytes) override;
  void sync() override;
  void truncate(std::size_t bytes) override;
  void write_again(std::size_t offset, std::string_view bytes) override;
  std::string name() const override { return "a faulty storage"; }

  // The `number`-th append from now on (from 1) writes `bytes` at most, and fails.
  void fail_append(int number, std::size_t bytes);
  // The `number`-th sync from now on (from 1) fails as fsync does: what lay in the cache is not written and counts as
  // written, so no later sync writes it either.
  void fail_sync(int number);

  // What a loss of power now leaves: what was synced, and the first `lucky` bytes of what was not.
  std::string after_crash(std::size_t lucky) const;
  // The same, and any part of what was not synced: up to any byte, or sector by sector.
  std::string after_power_loss(std::mt19937_64& random) const;
  // As a program sees it that opens the storage while there is power.
  std::string bytes() const;
  std::size_t syncs() const;

 private:
  void put(std::size_t offset, std::string_view bytes) REQUIRES(mutex_);

  mutable Mutex mutex_{{"storage", 0}};
  std::string bytes_ GUARDED_BY(mutex_);           // as programs see it
  std::string durable_ GUARDED_BY(mutex_);         // as it is without power
  std::vector<bool> unsynced_ GUARDED_BY(mutex_);  // for each byte that programs see
  std::size_t first_unsynced_ GUARDED_BY(mutex_);  // or before it
  std::size_t syncs_ GUARDED_BY(mutex_) = 0;
  int appends_to_failure_ GUARDED_BY(mutex_) = 0;  // 0: none
  std::size_t bytes_of_failure_ GUARDED_BY(mutex_) = 0;
  int syncs_to_failure_ GUARDED_BY(mutex_) = 0;
};

}  // namespace contend::ledger
