// Each thread has a variable of its own, fresh at its start, which says good-bye by its destructor before join returns.
// Source: [basic.stc.thread], [basic.start.term].

#include <atomic>
#include <thread>

namespace {

std::atomic<int> born = 0;
std::atomic<int> gone = 0;

struct Own {
  Own() { ++born; }
  ~Own() { ++gone; }
  int value = 7;
};

thread_local Own own;

}  // namespace

int main() {
  bool fresh[2] = {false, false};
  const auto use = [&](int self) {
    fresh[self] = own.value == 7;
    own.value = self;
    std::this_thread::yield();
    fresh[self] = fresh[self] && own.value == self;
  };
  std::thread first(use, 0);
  std::thread second(use, 1);
  first.join();
  second.join();
  return fresh[0] && fresh[1] && born == 2 && gone == 2 ? 0 : 1;
}
