// The deque of Chase and Lev, in which the owner lowers the bottom and then reads the top without the seq_cst fence
// between the two. Owner and thief both miss the other's step when two jobs are left, and the second job is run twice.
// Source: Le, Pop, Cohen and Zappa Nardelli, "Correct and Efficient Work-Stealing for Weak Memory Models", PPoPP 2013.
// finds: assertion
// needs: weak

#include <atomic>
#include <thread>

namespace {

class Deque {
 public:
  explicit Deque(int jobs) : bottom_(jobs) {}

  // The job's number, or -1 when there is none.
  int pop() {
    const int newest = bottom_.load(std::memory_order_relaxed) - 1;
    bottom_.store(newest, std::memory_order_relaxed);
    int oldest = top_.load(std::memory_order_relaxed);
    if (oldest < newest) return newest;
    const bool won = oldest == newest && top_.compare_exchange_strong(oldest, oldest + 1);
    bottom_.store(newest + 1, std::memory_order_relaxed);
    return won ? newest : -1;
  }
  int steal() {
    int oldest = top_.load(std::memory_order_acquire);
    std::atomic_thread_fence(std::memory_order_seq_cst);
    if (oldest >= bottom_.load(std::memory_order_acquire)) return -1;
    return top_.compare_exchange_strong(oldest, oldest + 1) ? oldest : -1;
  }

 private:
  std::atomic<int> top_ = 0;
  std::atomic<int> bottom_;
};

}  // namespace

int main() {
  Deque deque(2);
  std::atomic<int> runs[2] = {0, 0};
  std::atomic<bool> twice = false;
  const auto run = [&](int job) {
    if (job >= 0 && runs[job].fetch_add(1) != 0) twice = true;
  };
  std::thread owner([&] {
    run(deque.pop());
    run(deque.pop());
  });
  std::thread thief([&] {
    run(deque.steal());
    run(deque.steal());
  });
  owner.join();
  thief.join();
  return twice ? 1 : 0;
}
