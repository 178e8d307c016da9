// A pool of one worker is told to stop by a flag that is set without the mutex. A worker that has seen no work and no
// flag, and has not gone to sleep yet, misses the one signal, and the join waits for ever.
// Source: folklore; the commonest mistake in thread pools written by hand.
// finds: deadlock

#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

namespace {

class Worker {
 public:
  ~Worker() {
    stopping_ = true;
    wake_.notify_all();
    thread_.join();
  }
  void add(int job) {
    {
      const std::lock_guard lock(mutex_);
      jobs_.push_back(job);
    }
    wake_.notify_one();
  }

 private:
  void run() {
    std::unique_lock lock(mutex_);
    for (;;) {
      wake_.wait(lock, [&] { return stopping_ || !jobs_.empty(); });
      if (jobs_.empty()) return;
      jobs_.pop_front();
    }
  }

  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<int> jobs_;
  std::atomic<bool> stopping_ = false;
  std::thread thread_{[this] { run(); }};
};

}  // namespace

int main() {
  Worker worker;
  worker.add(1);
  return 0;
}
