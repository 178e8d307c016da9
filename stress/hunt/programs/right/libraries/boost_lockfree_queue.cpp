// One producer and one consumer over a queue of Boost.Lockfree with a fixed number of nodes.
// Source: boostorg/lockfree issue 78.

#include <boost/lockfree/queue.hpp>
#include <thread>

int main() {
  boost::lockfree::queue<int, boost::lockfree::fixed_sized<true>> queue(2);
  std::thread producer([&] {
    for (int item = 1; item <= 3; ++item) {
      while (!queue.push(item)) std::this_thread::yield();
    }
  });
  int sum = 0;
  for (int taken = 0; taken < 3;) {
    int item = 0;
    if (queue.pop(item)) {
      sum += item;
      ++taken;
    } else {
      std::this_thread::yield();
    }
  }
  producer.join();
  return sum == 6 ? 0 : 1;
}
