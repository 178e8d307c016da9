// Each thread raises its flag and then looks at the other's. With release and acquire both may see the other's flag
// down, as if each store waited in a buffer while the load went ahead. Only seq_cst excludes it.
// Source: Owens, Sarkar and Sewell, "A Better x86 Memory Model: x86-TSO", TPHOLs 2009; the litmus test SB.
// finds: assertion
// needs: weak

#include <atomic>
#include <thread>

int main() {
  std::atomic<bool> left = false;
  std::atomic<bool> right = false;
  bool left_alone = false;
  bool right_alone = false;
  std::thread first([&] {
    left.store(true, std::memory_order_release);
    left_alone = !right.load(std::memory_order_acquire);
  });
  std::thread second([&] {
    right.store(true, std::memory_order_release);
    right_alone = !left.load(std::memory_order_acquire);
  });
  first.join();
  second.join();
  return left_alone && right_alone ? 1 : 0;
}
