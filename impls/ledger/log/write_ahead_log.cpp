#include "impls/ledger/log/write_ahead_log.hpp"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/crc.hpp>
#include <boost/endian/conversion.hpp>
#include <cerrno>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <new>
#include <stdexcept>
#include <system_error>

namespace contend::ledger {
namespace {

constexpr std::string_view magic = "CONTEND1";
constexpr std::size_t frame_bytes = 8;

[[noreturn]] void fail(const std::string& path, const char* what) {
  throw std::system_error(errno, std::generic_category(), fmt::format("the log {}: cannot {}", path, what));
}

class FileDescriptor {
 public:
  explicit FileDescriptor(int number) : number_(number) {}
  ~FileDescriptor() {
    if (number_ >= 0) close(number_);
  }
  FileDescriptor(const FileDescriptor&) = delete;
  FileDescriptor& operator=(const FileDescriptor&) = delete;
  int number() const { return number_; }

 private:
  int number_;
};

class LogFile final : public LogStorage {
 public:
  LogFile(std::string path, int file) : path_(std::move(path)), file_(file) {}

  std::string read_all() override {
    struct stat status{};
    if (fstat(file_.number(), &status) != 0) fail(path_, "find its size");
    std::string bytes(static_cast<std::size_t>(status.st_size), '\0');
    for (std::size_t done = 0; done < bytes.size();) {
      const ssize_t got = pread(file_.number(), bytes.data() + done, bytes.size() - done, static_cast<off_t>(done));
      if (got < 0 && errno == EINTR) continue;
      if (got <= 0) fail(path_, "read it");
      done += static_cast<std::size_t>(got);
    }
    return bytes;
  }
  void append(std::string_view bytes) override {
    while (!bytes.empty()) {
      const ssize_t done = write(file_.number(), bytes.data(), bytes.size());
      if (done < 0 && errno == EINTR) continue;
      if (done < 0) fail(path_, "append to it");
      bytes.remove_prefix(static_cast<std::size_t>(done));
    }
  }
  void sync() override {
    if (fdatasync(file_.number()) != 0) fail(path_, "sync it");
  }
  void truncate(std::size_t bytes) override {
    if (ftruncate(file_.number(), static_cast<off_t>(bytes)) != 0) fail(path_, "cut its torn end off");
  }

 private:
  const std::string path_;
  const FileDescriptor file_;
};

void sync_folder_of(const std::string& path) {
  const std::filesystem::path parent = std::filesystem::path(path).parent_path();
  const FileDescriptor folder(open(parent.empty() ? "." : parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (folder.number() < 0 || fsync(folder.number()) != 0) fail(path, "make its name durable");
}

std::uint32_t checksum_after(std::uint32_t previous, std::string_view record) {
  boost::crc_32_type crc;
  crc.process_bytes(&previous, sizeof previous);
  crc.process_bytes(record.data(), record.size());
  return crc.checksum();
}

std::uint32_t load_u32(std::string_view bytes) {
  return boost::endian::load_little_u32(reinterpret_cast<const unsigned char*>(bytes.data()));
}

void append_u32(std::string& to, std::uint32_t value) {
  unsigned char bytes[4];
  boost::endian::store_little_u32(bytes, value);
  to.append(reinterpret_cast<const char*>(bytes), sizeof bytes);
}

}  // namespace

std::unique_ptr<LogStorage> open_log_file(const std::string& path) {
  if (path.empty()) {
    // Made with a name and unlinked at once: not every file system has nameless files.
    std::string name = (std::filesystem::temp_directory_path() / "contend-log-XXXXXX").string();
    const int file = mkostemp(name.data(), O_APPEND | O_CLOEXEC);
    if (file < 0) fail(name, "make a temporary file");
    auto storage = std::make_unique<LogFile>(name, file);
    if (unlink(name.c_str()) != 0) fail(name, "take the name of the temporary file away");
    return storage;
  }
  const int file = open(path.c_str(), O_CREAT | O_RDWR | O_APPEND | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (file < 0) fail(path, "open it");
  auto storage = std::make_unique<LogFile>(path, file);
  sync_folder_of(path);
  return storage;
}

WriteAheadLog::WriteAheadLog(std::shared_ptr<LogStorage> storage, const std::function<void(std::string_view)>& replay)
    : storage_(std::move(storage)) {
  const MutexLock lock(mutex_);
  const std::string bytes = storage_->read_all();
  std::string_view rest = bytes;
  if (!rest.starts_with(magic)) {
    // A crash while the file was new leaves at most a part of the magic number. Anything else is not a log.
    if (!magic.starts_with(rest)) throw std::runtime_error("the log does not begin as a log does: is it another file?");
    storage_->truncate(0);
    storage_->append(magic);
    storage_->sync();
    return;
  }
  rest.remove_prefix(magic.size());
  while (rest.size() >= frame_bytes) {
    const std::size_t length = load_u32(rest);
    if (rest.size() - frame_bytes < length) break;
    const std::string_view record = rest.substr(frame_bytes, length);
    const std::uint32_t checksum = checksum_after(checksum_, record);
    if (checksum != load_u32(rest.substr(4))) break;
    checksum_ = checksum;
    replay(record);
    ++appended_;
    rest.remove_prefix(frame_bytes + length);
  }
  durable_ = appended_;
  if (!rest.empty()) {
    storage_->truncate(bytes.size() - rest.size());  // a torn tail
    storage_->sync();
  }
}

void WriteAheadLog::throw_if_failed() const {
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

WriteAheadLog::Position WriteAheadLog::append(std::string_view record) {
  const MutexLock lock(mutex_);
  throw_if_failed();
  const std::uint32_t checksum = checksum_after(checksum_, record);
  append_u32(pending_, static_cast<std::uint32_t>(record.size()));
  append_u32(pending_, checksum);
  pending_.append(record);
  checksum_ = checksum;
  return ++appended_;
}

WriteAheadLog::Position WriteAheadLog::appended() const {
  const MutexLock lock(mutex_);
  return appended_;
}

void WriteAheadLog::await_durable(Position position) {
  const MutexLock lock(mutex_);
  while (durable_ < position) {
    throw_if_failed();
    if (committing_) {
      committed_.wait(mutex_);
    } else {
      commit_group();
    }
  }
}

// Lets go of the mutex while the storage works, so that others can append the next group meanwhile.
void WriteAheadLog::commit_group() {
  committing_ = true;
  writing_.clear();
  writing_.swap(pending_);
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
