#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "impls/sync/mutex.hpp"

namespace contend::ledger {

// Where a log keeps its bytes. One thread at a time calls it.
class LogStorage {
 public:
  virtual ~LogStorage() = default;
  virtual std::string read_all() = 0;
  // After success the bytes may still be lost in a crash, from any byte on.
  virtual void append(std::string_view bytes) = 0;
  // After success everything appended so far survives a crash.
  virtual void sync() = 0;
  virtual void truncate(std::size_t bytes) = 0;
};

// A file, synced by fdatasync. A new file's name is made durable too. Throws std::system_error that names the file and
// what failed; an empty path gives a nameless temporary file that goes away with the storage.
std::unique_ptr<LogStorage> open_log_file(const std::string& path);

// Records that survive a crash, with one sync for all that were appended while the last sync ran (group commit: DeWitt
// et al., SIGMOD 1984).
//
// Bytes: a magic number, then per record its length and a checksum (4 bytes each, little endian) and the record. The
// checksum of a record also covers the one before it, so what is left over from an older log is never taken for a
// record. Opening keeps the longest prefix of whole records and cuts off what follows: a crash tears only what nobody
// was told to be durable.
//
// Guarantee: any thread may call anything at any time. Records are kept in the order of append. Blocking: await_durable
// waits for the storage. Failure: once the storage has failed, append and await_durable throw for ever; reopening gives
// what became durable, and perhaps some of what was appended after it.
// Memory: the records not yet handed to the storage.
class WriteAheadLog {
 public:
  using Position = std::uint64_t;  // how many records there are up to here

  // Calls `replay` with every record that the storage holds, oldest first.
  WriteAheadLog(std::shared_ptr<LogStorage> storage, const std::function<void(std::string_view)>& replay);

  Position append(std::string_view record);
  // Position of the last record appended.
  Position appended() const;
  // Returns when the first `position` records are durable. One waiter writes and syncs for all.
  void await_durable(Position position);

  // Makes the log fail: for an owner whose state no longer is what its records say.
  void poison(std::string_view reason) noexcept;

 private:
  void fail(std::string_view reason) noexcept REQUIRES(mutex_);
  void throw_if_failed() const REQUIRES(mutex_);
  void commit_group() REQUIRES(mutex_);

  const std::shared_ptr<LogStorage> storage_;  // touched by the thread that has set committing_

  mutable Mutex mutex_{{"log", 0}};
  ConditionVariable committed_;
  std::string pending_ GUARDED_BY(mutex_);  // framed records not yet handed to the storage
  std::string writing_;                     // belongs to the thread that has set committing_
  std::uint32_t checksum_ GUARDED_BY(mutex_) = 0;
  Position appended_ GUARDED_BY(mutex_) = 0;
  Position durable_ GUARDED_BY(mutex_) = 0;
  bool committing_ GUARDED_BY(mutex_) = false;
  bool failed_ GUARDED_BY(mutex_) = false;
  std::string failure_ GUARDED_BY(mutex_);
};

}  // namespace contend::ledger
