// The deque of Chase and Lev with the fences that it needs on weak memory: of two jobs that were pushed, each is run
// once, by the owner or by the thief. What the owner wrote before the push is plain data.
// Source: Le, Pop, Cohen and Zappa Nardelli, "Correct and Efficient Work-Stealing for Weak Memory Models", PPoPP 2013.

#include <atomic>
#include <thread>

namespace {

constexpr int none = -1;

class Deque {
 public:
  void push(int job) {
    const int bottom = bottom_.load(std::memory_order_relaxed);
    jobs_[bottom].store(job, std::memory_order_relaxed);
    std::atomic_thread_fence(std::memory_order_release);
    bottom_.store(bottom + 1, std::memory_order_relaxed);
  }
  int pop() {
    const int newest = bottom_.load(std::memory_order_relaxed) - 1;
    bottom_.store(newest, std::memory_order_relaxed);
    std::atomic_thread_fence(std::memory_order_seq_cst);
    int oldest = top_.load(std::memory_order_relaxed);
    if (oldest < newest) return jobs_[newest].load(std::memory_order_relaxed);
    const bool won = oldest == newest && take(oldest);
    bottom_.store(newest + 1, std::memory_order_relaxed);
    return won ? jobs_[newest].load(std::memory_order_relaxed) : none;
  }
  int steal() {
    int oldest = top_.load(std::memory_order_acquire);
    std::atomic_thread_fence(std::memory_order_seq_cst);
    if (oldest >= bottom_.load(std::memory_order_acquire)) return none;
    const int job = jobs_[oldest].load(std::memory_order_relaxed);
    return take(oldest) ? job : none;
  }

 private:
  bool take(int oldest) {
    return top_.compare_exchange_strong(oldest, oldest + 1, std::memory_order_seq_cst, std::memory_order_relaxed);
  }

  std::atomic<int> top_ = 0;
  std::atomic<int> bottom_ = 0;
  std::atomic<int> jobs_[2] = {0, 0};
};

}  // namespace

int main() {
  Deque deque;
  int input[2] = {0, 0};
  int runs[2] = {0, 0};
  const auto run = [&](int job) {
    if (job != none) runs[job] += input[job];
  };
  std::thread owner([&] {
    for (int job = 0; job < 2; ++job) {
      input[job] = 1;
      deque.push(job);
    }
    run(deque.pop());
    run(deque.pop());
  });
  std::thread thief([&] { run(deque.steal()); });
  owner.join();
  thief.join();
  return runs[0] == 1 && runs[1] == 1 ? 0 : 1;
}
