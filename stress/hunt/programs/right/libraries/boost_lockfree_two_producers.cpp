// Two producers and a consumer over a queue of Boost.Lockfree that grows. By its interface that is right.
// Boost itself is formally racy here: a producer that is late reads the plain link of a free node which another has
// taken meanwhile, and throws the value away because the tag has changed. A detector that goes by the rules of the
// language reports it, and needs the suppressions.
// Source: freelist_stack::allocate in boost/lockfree/detail/freelist.hpp; boostorg/lockfree issue 78.
// suppress: race:boost::lockfree::detail::freelist_stack
// suppress: race:boost::lockfree::detail::tagged_ptr
// skips: weak (the pool of nodes is formally racy, boostorg/lockfree issue 78: loads may then see anything)

#include <boost/lockfree/queue.hpp>
#include <thread>

int main() {
  boost::lockfree::queue<int> queue(2);
  std::thread first([&] { queue.push(1); });
  std::thread second([&] { queue.push(2); });
  int sum = 0;
  for (int taken = 0; taken < 2;) {
    int item = 0;
    if (queue.pop(item)) {
      sum += item;
      ++taken;
    } else {
      std::this_thread::yield();
    }
  }
  first.join();
  second.join();
  return sum == 3 ? 0 : 1;
}
