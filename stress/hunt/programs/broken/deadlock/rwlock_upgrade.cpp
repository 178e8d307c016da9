// A lock that a reader may upgrade to a writer's without letting go: the upgrade waits until all other readers have
// left. Two readers that upgrade at the same time wait for each other.
// Source: folklore; the reason why std::shared_mutex and java.util.concurrent's ReentrantReadWriteLock have no upgrade.
// finds: deadlock

#include <condition_variable>
#include <mutex>
#include <thread>

namespace {

class UpgradableLock {
 public:
  void lock_shared() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return !writing_; });
    ++readers_;
  }
  void upgrade() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return readers_ == 1; });
    readers_ = 0;
    writing_ = true;
  }
  void unlock() {
    const std::lock_guard lock(mutex_);
    writing_ = false;
    changed_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int readers_ = 0;
  bool writing_ = false;
};

}  // namespace

int main() {
  UpgradableLock lock;
  int value = 0;
  const auto add_one = [&] {
    lock.lock_shared();
    const int read = value;
    lock.upgrade();
    value = read + 1;
    lock.unlock();
  };
  std::thread first(add_one);
  std::thread second(add_one);
  first.join();
  second.join();
  return value == 2 ? 0 : 1;
}
