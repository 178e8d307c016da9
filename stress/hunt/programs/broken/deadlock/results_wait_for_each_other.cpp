// Two threads each have to give a result. Who sees that the other is at work too waits for the other's result before it
// gives its own. When both see it, both wait for ever.
// Source: folklore.
// finds: deadlock

#include <atomic>
#include <future>
#include <thread>

namespace {

struct Side {
  std::promise<int> promise;
  std::future<int> result = promise.get_future();
  std::atomic<bool> working = false;
};

void answer(Side& own, Side& other) {
  own.working = true;
  own.promise.set_value(other.working ? other.result.get() : 1);
}

}  // namespace

int main() {
  Side left;
  Side right;
  std::thread first([&] { answer(left, right); });
  std::thread second([&] { answer(right, left); });
  first.join();
  second.join();
  return 0;
}
