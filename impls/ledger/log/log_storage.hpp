#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace contend::ledger {

// Where a log keeps its bytes. One thread at a time calls it.
class LogStorage {
 public:
  LogStorage() = default;
  virtual ~LogStorage() = default;
  LogStorage(const LogStorage&) = delete;
  LogStorage& operator=(const LogStorage&) = delete;

  virtual std::string read_all() = 0;
  // For logs that are larger than what one wants to hold in memory: at most `bytes` from `offset` on, fewer where it ends.
  // A storage that does not say how it does it reads all for each.
  virtual std::string read(std::size_t offset, std::size_t bytes) {
    const std::string all = read_all();
    return offset < all.size() ? all.substr(offset, bytes) : std::string();
  }
  virtual std::size_t size() { return read_all().size(); }
  // After success the bytes may still be lost with the power, any part of them.
  virtual void append(std::string_view bytes) = 0;
  // After success everything appended, written again and cut off so far survives a loss of power. After a failure
  // nobody knows what does: the system may take for written what is not.
  virtual void sync() = 0;
  virtual void truncate(std::size_t bytes) = 0;
  // Writes bytes that have been read from `offset` on to where they stand, for the next sync to make them durable:
  // a sync that failed before this opening may have left them in memory alone. Storages that cannot have that do
  // nothing.
  virtual void write_again(std::size_t offset, std::string_view bytes) {
    static_cast<void>(offset);
    static_cast<void>(bytes);
  }
  // For messages: what its owner knows it by.
  virtual std::string name() const { return "a storage of the caller's"; }

  // A storage belongs to one log at a time. False if another has it.
  bool claim() noexcept { return !claimed_.exchange(true); }
  void release() noexcept { claimed_ = false; }

 private:
  std::atomic<bool> claimed_{false};
};

// A regular file, made if need be, synced by fdatasync; its name is made durable too. It is locked (flock) as long as
// the storage lives: to open it a second time, in this program or another, is an error. Throws std::system_error that
// names the file and what failed. An empty path gives a nameless temporary file that goes away with the storage.
std::unique_ptr<LogStorage> open_log_file(const std::string& path);

}  // namespace contend::ledger
