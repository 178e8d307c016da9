#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "impls/ledger/log/log_storage.hpp"
#include "impls/ledger/log/record_groups.hpp"
#include "impls/sync/mutex.hpp"

namespace contend::ledger {

// Records that survive a loss of power, with one sync for all that were appended while the last sync ran (group commit:
// DeWitt et al., SIGMOD 1984).
//
// Opening claims the storage, hands out the records, cuts off what a loss of power has left of the last group, and syncs:
// what the next answer tells of is durable, whoever wrote it. A log that is damaged anywhere else is refused, and left as
// it is.
//
// Guarantee: any thread may call anything at any time. Records are kept in the order of append. Blocking: await_durable
// waits for the storage. Failure: once the storage has failed, await_durable and throw_if_failed throw for ever, also for
// records that are durable; reopening gives what became durable, and perhaps some of what was appended after it.
// Out of memory: reserve throws and changes nothing; nothing else asks for memory.
// Memory: the records not yet handed to the storage, twice.
class WriteAheadLog {
 public:
  using Position = std::uint64_t;  // how many records there are up to here

  static constexpr std::size_t max_record_bytes = 4096;

  // Calls `replay` with every record that the storage holds, oldest first. What it throws leaves the storage as it was.
  // Throws std::runtime_error that names the log and the place for a log that is damaged, in use, or none.
  WriteAheadLog(std::shared_ptr<LogStorage> storage, const std::function<void(std::string_view)>& replay);
  ~WriteAheadLog();
  WriteAheadLog(const WriteAheadLog&) = delete;
  WriteAheadLog& operator=(const WriteAheadLog&) = delete;

  // Room for one record of at most max_record_bytes. May throw. Who reserves and appends does so alone, under a lock of
  // its own, for the order of the records is its order.
  void reserve();
  // Requires reserve, and no other append since. Of a log that has failed nobody will be told that it is durable.
  Position append(std::string_view record) noexcept;
  // Position of the last record appended.
  Position appended() const;
  // Returns when the first `position` records are durable. One waiter writes and syncs for all.
  void await_durable(Position position);

  // Makes the log fail: for an owner whose state no longer is what its records say.
  void poison(std::string_view reason) noexcept;
  void throw_if_failed() const;

 private:
  void open(const std::function<void(std::string_view)>& replay) REQUIRES(mutex_);
  void fail(std::string_view reason) noexcept REQUIRES(mutex_);
  void throw_if_failed_locked() const REQUIRES(mutex_);
  void commit_group() REQUIRES(mutex_);

  const std::shared_ptr<LogStorage> storage_;  // touched by the thread that has set committing_

  mutable Mutex mutex_{{"log", 0}};
  ConditionVariable committed_;
  // The group that is being gathered, and the one that the thread that has set committing_ writes. Each has room for one
  // record at least, so that the room that was reserved in one is there when they have changed places.
  std::string pending_ GUARDED_BY(mutex_);
  std::string writing_;
  LogEnd end_ GUARDED_BY(mutex_);
  Position appended_ GUARDED_BY(mutex_) = 0;
  Position durable_ GUARDED_BY(mutex_) = 0;
  bool committing_ GUARDED_BY(mutex_) = false;
  bool failed_ GUARDED_BY(mutex_) = false;
  std::string failure_ GUARDED_BY(mutex_);
};

}  // namespace contend::ledger
