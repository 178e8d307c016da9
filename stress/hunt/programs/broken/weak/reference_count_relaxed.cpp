// A reference count that is decremented relaxed: nothing orders the last use by one owner before the delete by the
// other.
// Source: Boost.Atomic's documentation, which has release and a fence; Doko and Vafeiadis, "A Program Logic for C11
// Memory Fences", VMCAI 2016.
// finds: race use-after-free

#include <atomic>
#include <thread>

namespace {

struct Shared {
  std::atomic<int> owners = 2;
  int uses[2] = {0, 0};
};

void use_and_leave(Shared* shared, int self) {
  shared->uses[self] = 1;
  if (shared->owners.fetch_sub(1, std::memory_order_relaxed) == 1) delete shared;
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
