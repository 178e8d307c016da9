#include "stress/ledger/faulty_storage.hpp"

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <thread>

namespace contend::ledger {
namespace {

constexpr std::size_t sector_bytes = 512;

// Whether a failure is due that is `left` calls away; 0: none is to come.
bool is_due(int& left) {
  return left > 0 && --left == 0;
}

}  // namespace

FaultyStorage::FaultyStorage(std::string bytes, std::size_t room)
    : bytes_(std::move(bytes)), durable_(bytes_), unsynced_(bytes_.size(), false), first_unsynced_(bytes_.size()) {
  bytes_.reserve(room);
  durable_.reserve(room);
  unsynced_.reserve(room);
}

void FaultyStorage::put(std::size_t offset, std::string_view bytes) {
  bytes_.resize(std::max(bytes_.size(), offset + bytes.size()));
  unsynced_.resize(bytes_.size());
  bytes_.replace(offset, bytes.size(), bytes);
  first_unsynced_ = std::min(first_unsynced_, offset);
  std::fill_n(unsynced_.begin() + static_cast<std::ptrdiff_t>(offset), bytes.size(), true);
}

void FaultyStorage::append(std::string_view bytes) {
  const MutexLock lock(mutex_);
  const bool fails = is_due(appends_to_failure_);
  put(bytes_.size(), fails ? bytes.substr(0, bytes_of_failure_) : bytes);
  if (fails) throw std::system_error(ENOSPC, std::generic_category(), "a faulty storage: cannot append");
}

void FaultyStorage::sync() {
  std::this_thread::yield();  // a disk takes its time
  const MutexLock lock(mutex_);
  const bool fails = is_due(syncs_to_failure_);
  if (!fails) {
    durable_.resize(bytes_.size());
    for (std::size_t i = first_unsynced_; i < bytes_.size(); ++i) {
      if (unsynced_[i]) durable_[i] = bytes_[i];
    }
    ++syncs_;
  }
  for (; first_unsynced_ < bytes_.size(); ++first_unsynced_) unsynced_[first_unsynced_] = false;
  if (fails) throw std::system_error(EIO, std::generic_category(), "a faulty storage: cannot sync");
}

void FaultyStorage::truncate(std::size_t bytes) {
  const MutexLock lock(mutex_);
  bytes_.resize(bytes);
  unsynced_.resize(bytes);
  first_unsynced_ = std::min(first_unsynced_, bytes);
}

void FaultyStorage::write_again(std::size_t offset, std::string_view bytes) {
  const MutexLock lock(mutex_);
  put(offset, bytes);
}

void FaultyStorage::fail_append(int number, std::size_t bytes) {
  const MutexLock lock(mutex_);
  appends_to_failure_ = number;
  bytes_of_failure_ = bytes;
}

void FaultyStorage::fail_sync(int number) {
  const MutexLock lock(mutex_);
  syncs_to_failure_ = number;
}

std::string FaultyStorage::after_crash(std::size_t lucky) const {
  const MutexLock lock(mutex_);
  std::string left = durable_;
  for (std::size_t i = 0; i < bytes_.size() && lucky > 0; ++i) {
    if (!unsynced_[i]) continue;
    left.resize(std::max(left.size(), i + 1));
    left[i] = bytes_[i];
    --lucky;
  }
  return left;
}

std::string FaultyStorage::after_power_loss(std::mt19937_64& random) const {
  const std::string all = bytes();
  if (random() % 2 == 0) return after_crash(random() % (all.size() + 1));
  const MutexLock lock(mutex_);
  std::string left = durable_;
  bool sector_is_written = random() % 2 == 0;
  for (std::size_t i = 0; i < bytes_.size(); ++i) {
    if (i % sector_bytes == 0) sector_is_written = random() % 2 == 0;
    if (!unsynced_[i] || !sector_is_written) continue;
    left.resize(std::max(left.size(), i + 1));
    left[i] = bytes_[i];
  }
  // The file's length may have been written down before its end was.
  if (random() % 2 == 0) left.resize(std::max(left.size(), bytes_.size()));
  return left;
}

std::string FaultyStorage::bytes() const {
  const MutexLock lock(mutex_);
  return bytes_;
}

std::size_t FaultyStorage::syncs() const {
  const MutexLock lock(mutex_);
  return syncs_;
}

}  // namespace contend::ledger
