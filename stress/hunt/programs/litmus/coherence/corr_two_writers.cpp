// CoRR of two readers, relaxed: both see the stores of two writers to one variable in the same order.
// Source: CO-IRIW of the herd suite; Batty, Owens, Sarkar, Sewell and Weber, "Mathematizing C++ Concurrency", POPL
// 2011.
// Outcome: 1 when the first reader saw one and then two, 2 when it saw two and then one; 4 and 8 likewise for the
// second.
// interleaved: 0 1 2 4 5 8 10
// allowed: 0 1 2 4 5 8 10

#include <atomic>
#include <thread>

int main() {
  std::atomic<int> x = 0;
  int r1 = 0;
  int r2 = 0;
  int r3 = 0;
  int r4 = 0;
  std::thread first_writer([&] { x.store(1, std::memory_order_relaxed); });
  std::thread second_writer([&] { x.store(2, std::memory_order_relaxed); });
  std::thread first_reader([&] {
    r1 = x.load(std::memory_order_relaxed);
    r2 = x.load(std::memory_order_relaxed);
  });
  std::thread second_reader([&] {
    r3 = x.load(std::memory_order_relaxed);
    r4 = x.load(std::memory_order_relaxed);
  });
  first_writer.join();
  second_writer.join();
  first_reader.join();
  second_reader.join();
  return (r1 == 1 && r2 == 2) + 2 * (r1 == 2 && r2 == 1) + 4 * (r3 == 1 && r4 == 2) + 8 * (r3 == 2 && r4 == 1);
}
