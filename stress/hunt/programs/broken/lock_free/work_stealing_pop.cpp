// A deque whose owner takes the newest job and whose thief takes the oldest. For the last job the two must compete by a
// compare-and-swap of the top; this owner takes it without, and the job is run twice.
// Source: Chase and Lev, "Dynamic Circular Work-Stealing Deque", SPAA 2005, which has the compare-and-swap.
// finds: assertion

#include <atomic>
#include <thread>

namespace {

class Deque {
 public:
  explicit Deque(int jobs) : bottom_(jobs) {}

  // The job's number, or -1 when there is none.
  int pop() {
    const int newest = bottom_ - 1;
    bottom_ = newest;
    if (top_ <= newest) return newest;
    bottom_ = newest + 1;
    return -1;
  }
  int steal() {
    int oldest = top_;
    if (oldest >= bottom_) return -1;
    return top_.compare_exchange_strong(oldest, oldest + 1) ? oldest : -1;
  }

 private:
  std::atomic<int> top_ = 0;
  std::atomic<int> bottom_;
};

}  // namespace

int main() {
  Deque deque(1);
  int popped = -1;
  int stolen = -1;
  std::thread owner([&] { popped = deque.pop(); });
  std::thread thief([&] { stolen = deque.steal(); });
  owner.join();
  thief.join();
  return popped == 0 && stolen == 0 ? 1 : 0;
}
