// Two threads pass through a binary semaphore, which is right. In libstdc++ 12 acquire() may read the count as one, see
// it go to zero and back to one while it spins, and then sleep "as long as it is one", with nobody left to wake it.
// Source: __atomic_wait_address_bare in bits/atomic_wait.h of GCC 12.
// finds: deadlock

#include <semaphore>
#include <thread>

int main() {
  std::binary_semaphore available(1);
  int total = 0;
  const auto add_one = [&] {
    available.acquire();
    ++total;
    available.release();
  };
  std::thread first(add_one);
  std::thread second(add_one);
  first.join();
  second.join();
  return total == 2 ? 0 : 1;
}
