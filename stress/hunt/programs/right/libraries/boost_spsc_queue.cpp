// One producer and one consumer over a ring of Boost.Lockfree; the items are plain data in the ring.
// Source: Boost.Lockfree's documentation of spsc_queue.

#include <boost/lockfree/spsc_queue.hpp>
#include <thread>

int main() {
  boost::lockfree::spsc_queue<int, boost::lockfree::capacity<2>> ring;
  std::thread producer([&] {
    for (int item = 1; item <= 3; ++item) {
      while (!ring.push(item)) std::this_thread::yield();
    }
  });
  int sum = 0;
  for (int taken = 0; taken < 3;) {
    int item = 0;
    if (ring.pop(item)) {
      sum += item;
      ++taken;
    } else {
      std::this_thread::yield();
    }
  }
  producer.join();
  return sum == 6 ? 0 : 1;
}
