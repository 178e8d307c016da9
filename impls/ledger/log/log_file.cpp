#include <fcntl.h>
#include <fmt/core.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <system_error>
#include <utility>

#include "impls/ledger/log/log_storage.hpp"

namespace contend::ledger {
namespace {

[[noreturn]] void fail(int error, const std::string& path, const char* what) {
  throw std::system_error(error, std::generic_category(), fmt::format("the log {}: cannot {}", path, what));
}

class FileDescriptor {
 public:
  explicit FileDescriptor(int number) : number_(number) {}
  ~FileDescriptor() {
    if (number_ >= 0) close(number_);
  }
  FileDescriptor(FileDescriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  FileDescriptor& operator=(FileDescriptor&&) = delete;
  int number() const { return number_; }

 private:
  int number_;
};

struct stat status_of(int file, const std::string& path) {
  struct stat status{};
  if (fstat(file, &status) != 0) fail(errno, path, "find its size");
  return status;
}

class LogFile final : public LogStorage {
 public:
  LogFile(std::string path, FileDescriptor file, bool named)
      : path_(std::move(path)), file_(std::move(file)), named_(named) {
    const struct stat status = status_of(file_.number(), path_);
    if (!S_ISREG(status.st_mode)) fail(EINVAL, path_, "keep it in anything but a regular file");
    end_ = static_cast<std::size_t>(status.st_size);
  }

  std::string read_all() override { return read(0, end_); }
  std::string read(std::size_t offset, std::size_t count) override {
    std::string bytes(std::min(count, end_ - std::min(offset, end_)), '\0');
    for (std::size_t done = 0; done < bytes.size();) {
      const ssize_t got =
          pread(file_.number(), bytes.data() + done, bytes.size() - done, static_cast<off_t>(offset + done));
      if (got < 0 && errno == EINTR) continue;
      if (got <= 0) fail(got < 0 ? errno : EIO, path_, "read it");
      done += static_cast<std::size_t>(got);
    }
    return bytes;
  }
  std::size_t size() override { return end_; }
  void append(std::string_view bytes) override {
    const struct stat status = status_of(file_.number(), path_);
    if (static_cast<std::size_t>(status.st_size) != end_) fail(EIO, path_, "append to it: another has changed it");
    if (named_ && status.st_nlink == 0) fail(ENOENT, path_, "append to it: it has been removed");
    write_at(end_, bytes, "append to it");
    end_ += bytes.size();
  }
  void sync() override {
    if (fdatasync(file_.number()) != 0) fail(errno, path_, "sync it");
  }
  void truncate(std::size_t bytes) override {
    if (ftruncate(file_.number(), static_cast<off_t>(bytes)) != 0) fail(errno, path_, "cut its torn end off");
    end_ = bytes;
  }
  void write_again(std::size_t offset, std::string_view bytes) override {
    write_at(offset, bytes, "write its last records again");
  }
  std::string name() const override { return path_; }

  // Another opening has a description of the file of its own, so this tells two openings apart also in one program.
  void lock() const {
    while (flock(file_.number(), LOCK_EX | LOCK_NB) != 0) {
      if (errno == EINTR) continue;
      if (errno == EWOULDBLOCK) fail(EBUSY, path_, "open it: another ledger, here or in another program, has it open");
      fail(errno, path_, "lock it");
    }
  }

 private:
  void write_at(std::size_t offset, std::string_view bytes, const char* what) const {
    while (!bytes.empty()) {
      const ssize_t done = pwrite(file_.number(), bytes.data(), bytes.size(), static_cast<off_t>(offset));
      if (done < 0 && errno == EINTR) continue;
      if (done <= 0) fail(done < 0 ? errno : EIO, path_, what);
      offset += static_cast<std::size_t>(done);
      bytes.remove_prefix(static_cast<std::size_t>(done));
    }
  }

  const std::string path_;
  const FileDescriptor file_;
  const bool named_;
  std::size_t end_ = 0;
};

// The folder that holds the file itself, where the path is a link to it.
void sync_folder_of(const std::string& path) {
  std::error_code error;
  const std::filesystem::path real = std::filesystem::canonical(path, error);
  if (error) fail(error.value(), path, "find its folder");
  const FileDescriptor folder(open(real.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (folder.number() < 0 || fsync(folder.number()) != 0) fail(errno, path, "make its name durable");
}

}  // namespace

std::unique_ptr<LogStorage> open_log_file(const std::string& path) {
  if (path.empty()) {
    // Made with a name and unlinked at once: not every file system has nameless files.
    std::string name = (std::filesystem::temp_directory_path() / "contend-log-XXXXXX").string();
    FileDescriptor file(mkostemp(name.data(), O_CLOEXEC));
    if (file.number() < 0) fail(errno, name, "make a temporary file");
    auto storage = std::make_unique<LogFile>(name, std::move(file), false);
    if (unlink(name.c_str()) != 0) fail(errno, name, "take the name of the temporary file away");
    return storage;
  }
  FileDescriptor file(open(path.c_str(), O_CREAT | O_RDWR | O_CLOEXEC, S_IRUSR | S_IWUSR));
  if (file.number() < 0) fail(errno, path, "open it");
  auto storage = std::make_unique<LogFile>(path, std::move(file), true);
  storage->lock();
  sync_folder_of(path);
  return storage;
}

}  // namespace contend::ledger
