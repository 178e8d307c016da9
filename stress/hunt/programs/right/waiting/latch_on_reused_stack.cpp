// A latch on the stack orders a result and ends with its function; the next call has another latch at the same address.
// A detector that knows a latch by its address takes the one for the other.
// Source: llvm-project issue 212705; [thread.latch].

#include <latch>
#include <thread>

namespace {

int wait_for_one(int value) {
  int result = 0;
  std::latch done(1);
  std::thread worker([&] {
    result = value;
    done.count_down();
  });
  done.wait();
  const int seen = result;
  worker.join();
  return seen;
}

}  // namespace

int main() {
  int sum = 0;
  for (int value = 1; value <= 3; ++value) sum += wait_for_one(value);
  return sum == 6 ? 0 : 1;
}
