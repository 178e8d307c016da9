// A reference count whose owners leave by a release decrement; only the last one pays for an acquire fence before it
// frees the object. libtsan ignores the fence and calls the delete a race with the last use by the other owner.
// Source: the example of Boost.Atomic's documentation; google/sanitizers issue 1415.

#include <atomic>
#include <thread>

namespace {

struct Shared {
  std::atomic<int> owners = 2;
  int uses[2] = {0, 0};
};

void use_and_leave(Shared* shared, int self) {
  shared->uses[self] = 1;
  if (shared->owners.fetch_sub(1, std::memory_order_release) != 1) return;
  std::atomic_thread_fence(std::memory_order_acquire);
  delete shared;
}

}  // namespace

int main() {
  auto* shared = new Shared;
  std::thread first(use_and_leave, shared, 0);
  std::thread second(use_and_leave, shared, 1);
  first.join();
  second.join();
  return 0;
}
