// Two producers and one consumer over a bounded deque with one mutex and two condition variables.
// Source: Hoare, "Monitors: an Operating System Structuring Concept", CACM 1974: the bounded buffer.

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <thread>

namespace {

class Buffer {
 public:
  void put(int item) {
    std::unique_lock lock(mutex_);
    not_full_.wait(lock, [&] { return items_.size() < capacity; });
    items_.push_back(item);
    not_empty_.notify_one();
  }
  int take() {
    std::unique_lock lock(mutex_);
    not_empty_.wait(lock, [&] { return !items_.empty(); });
    const int item = items_.front();
    items_.pop_front();
    not_full_.notify_one();
    return item;
  }

 private:
  static constexpr std::size_t capacity = 1;

  std::mutex mutex_;
  std::condition_variable not_full_;
  std::condition_variable not_empty_;
  std::deque<int> items_;
};

}  // namespace

int main() {
  Buffer buffer;
  std::thread first([&] { buffer.put(1); });
  std::thread second([&] { buffer.put(2); });
  const int sum = buffer.take() + buffer.take();
  first.join();
  second.join();
  return sum == 3 ? 0 : 1;
}
