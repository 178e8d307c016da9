#include "impls/ledger/log/write_ahead_log.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <exception>
#include <new>
#include <random>
#include <stdexcept>

#include "impls/base/check.hpp"

namespace contend::ledger {
namespace {

constexpr std::size_t room_for_one_record = group_frame_bytes + record_frame_bytes + WriteAheadLog::max_record_bytes;

}  // namespace

WriteAheadLog::WriteAheadLog(std::shared_ptr<LogStorage> storage, const std::function<void(std::string_view)>& replay)
    : storage_(std::move(storage)) {
  const MutexLock lock(mutex_);
  pending_.reserve(room_for_one_record);
  writing_.reserve(room_for_one_record);
  begin_group(pending_);
  begin_group(writing_);
  if (!storage_->claim()) {
    throw std::runtime_error(fmt::format("the log {} cannot be opened: another ledger has it open", storage_->name()));
  }
  try {
    open(replay);
  } catch (...) {
    storage_->release();
    throw;
  }
}

WriteAheadLog::~WriteAheadLog() {
  storage_->release();
}

void WriteAheadLog::open(const std::function<void(std::string_view)>& replay) {
  Position replayed = 0;
  const LogContent content = read_groups(*storage_, [&](std::string_view record, std::size_t place) {
    try {
      replay(record);
    } catch (const std::runtime_error& error) {
      throw std::runtime_error(fmt::format("the log {}, byte {}: {}", storage_->name(), place, error.what()));
    }
    ++replayed;
  });
  appended_ = durable_ = replayed;
  end_ = content.end;
  if (content.fresh) {
    end_.log_number = std::random_device()() | std::uint64_t{std::random_device()()} << 32;
    storage_->truncate(0);
    storage_->append(log_head(end_.log_number));
  } else {
    if (end_.place < storage_->size()) storage_->truncate(end_.place);
    storage_->write_again(content.last_group, storage_->read(content.last_group, end_.place - content.last_group));
  }
  storage_->sync();
}

void WriteAheadLog::throw_if_failed() const {
  const MutexLock lock(mutex_);
  throw_if_failed_locked();
}

void WriteAheadLog::throw_if_failed_locked() const {
  if (failed_) throw std::runtime_error("the log has failed before; open it again to go on: " + failure_);
}

// Without memory for the words it fails all the same.
void WriteAheadLog::fail(std::string_view reason) noexcept {
  failed_ = true;
  try {
    failure_ = reason;
  } catch (const std::bad_alloc&) {
    failure_.clear();
  }
  committed_.notify_all();
}

void WriteAheadLog::poison(std::string_view reason) noexcept {
  const MutexLock lock(mutex_);
  fail(reason);
}

void WriteAheadLog::reserve() {
  const MutexLock lock(mutex_);
  const std::size_t needed = pending_.size() + room_for_one_record;
  if (pending_.capacity() < needed) pending_.reserve(std::max(needed, 2 * pending_.capacity()));
}

WriteAheadLog::Position WriteAheadLog::append(std::string_view record) noexcept {
  CONTEND_CHECK(record.size() <= max_record_bytes, "a record is longer than what reserve makes room for");
  const MutexLock lock(mutex_);
  add_record(pending_, record);
  return ++appended_;
}

WriteAheadLog::Position WriteAheadLog::appended() const {
  const MutexLock lock(mutex_);
  return appended_;
}

void WriteAheadLog::await_durable(Position position) {
  const MutexLock lock(mutex_);
  throw_if_failed_locked();
  while (durable_ < position) {
    if (committing_) {
      committed_.wait(mutex_);
    } else {
      commit_group();
    }
    throw_if_failed_locked();
  }
}

// Lets go of the mutex while the storage works, so that others can append the next group meanwhile.
void WriteAheadLog::commit_group() {
  committing_ = true;
  begin_group(writing_);
  writing_.swap(pending_);
  end_group(writing_, end_);
  const Position until = appended_;
  mutex_.unlock();
  std::exception_ptr error;
  try {
    storage_->append(writing_);
    storage_->sync();
  } catch (...) {
    error = std::current_exception();
  }
  mutex_.lock();
  committing_ = false;
  if (error) {
    fail("its storage refused a group of records");
    std::rethrow_exception(error);
  }
  durable_ = until;
  committed_.notify_all();
}

}  // namespace contend::ledger
