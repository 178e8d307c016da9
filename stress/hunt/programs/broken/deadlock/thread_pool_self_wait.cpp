// Two jobs in a pool of two workers each submit a part of themselves to the same pool and wait for it. When both jobs
// hold a worker, nobody is left to run the parts. Run one after the other they are harmless.
// Source: Goetz et al., "Java Concurrency in Practice", 2006, section 8.1.1: thread starvation deadlock.
// finds: deadlock

#include <condition_variable>
#include <deque>
#include <functional>
#include <future>
#include <mutex>
#include <thread>
#include <utility>

namespace {

class Pool {
 public:
  ~Pool() {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    wake_.notify_all();
    for (std::thread& worker : workers_) worker.join();
  }
  std::future<void> submit(std::function<void()> work) {
    std::packaged_task<void()> job(std::move(work));
    std::future<void> done = job.get_future();
    {
      const std::lock_guard lock(mutex_);
      jobs_.push_back(std::move(job));
    }
    wake_.notify_one();
    return done;
  }

 private:
  void run() {
    for (;;) {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [&] { return stopping_ || !jobs_.empty(); });
      if (jobs_.empty()) return;
      std::packaged_task<void()> job = std::move(jobs_.front());
      jobs_.pop_front();
      lock.unlock();
      job();
    }
  }

  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::packaged_task<void()>> jobs_;
  bool stopping_ = false;
  std::thread workers_[2] = {std::thread([this] { run(); }), std::thread([this] { run(); })};
};

}  // namespace

int main() {
  Pool pool;
  const auto job_with_part = [&] { pool.submit([] {}).wait(); };
  std::future<void> first = pool.submit(job_with_part);
  std::future<void> second = pool.submit(job_with_part);
  first.wait();
  second.wait();
  return 0;
}
