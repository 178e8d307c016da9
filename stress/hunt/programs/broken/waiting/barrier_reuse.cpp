// A barrier that counts arrivals and starts again at zero, without a generation. A fast thread that arrives for the
// second time before a slow one has woken from the first raises the count, and the slow one sleeps on.
// Source: Downey, "The Little Book of Semaphores", section 3.6, on the reusable barrier.
// finds: deadlock
// tells: barrier.changed_, for ever

#include <condition_variable>
#include <mutex>
#include <thread>

namespace {

class Barrier {
 public:
  void arrive_and_wait() {
    std::unique_lock lock(mutex_);
    if (++arrived_ == 2) {
      arrived_ = 0;
      changed_.notify_all();
      return;
    }
    while (arrived_ != 0) changed_.wait(lock);
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int arrived_ = 0;
};

}  // namespace

int main() {
  Barrier barrier;
  const auto two_rounds = [&] {
    barrier.arrive_and_wait();
    barrier.arrive_and_wait();
  };
  std::thread first(two_rounds);
  std::thread second(two_rounds);
  first.join();
  second.join();
  return 0;
}
