// Two writers store to two variables; two readers read both, in opposite orders, with acquire. The readers may disagree
// on which store came first.
// Source: Boehm and Adve, "Foundations of the C++ Concurrency Memory Model", PLDI 2008; the litmus test IRIW.
// finds: assertion
// tells: loads y = 0 (acquire)
// needs: weak

#include <atomic>
#include <thread>

int main() {
  std::atomic<int> x = 0;
  std::atomic<int> y = 0;
  bool x_before_y = false;
  bool y_before_x = false;
  std::thread writer_of_x([&] { x.store(1, std::memory_order_release); });
  std::thread writer_of_y([&] { y.store(1, std::memory_order_release); });
  std::thread first_reader([&] {
    const int seen = x.load(std::memory_order_acquire);
    x_before_y = seen == 1 && y.load(std::memory_order_acquire) == 0;
  });
  std::thread second_reader([&] {
    const int seen = y.load(std::memory_order_acquire);
    y_before_x = seen == 1 && x.load(std::memory_order_acquire) == 0;
  });
  writer_of_x.join();
  writer_of_y.join();
  first_reader.join();
  second_reader.join();
  return x_before_y && y_before_x ? 1 : 0;
}
