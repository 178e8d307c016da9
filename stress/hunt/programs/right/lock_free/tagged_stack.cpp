// A Treiber stack over a fixed pool whose head carries a count of its changes: the same index comes back, the same head
// does not. What is handed over in the cells is plain data.
// Source: Treiber, "Systems Programming: Coping with Parallelism", IBM RJ 5118, 1986; IBM System/370, appendix A.

#include <atomic>
#include <cstdint>
#include <thread>

namespace {

constexpr std::uint32_t none = 0;

struct Head {
  std::uint32_t index;
  std::uint32_t changes;
};

class Stack {
 public:
  void push(std::uint32_t index) {
    Head head = head_.load(std::memory_order_relaxed);
    do {
      next_[index].store(head.index, std::memory_order_relaxed);
    } while (!head_.compare_exchange_weak(head, {index, head.changes + 1}, std::memory_order_release,
                                          std::memory_order_relaxed));
  }
  std::uint32_t pop() {
    Head head = head_.load(std::memory_order_acquire);
    while (head.index != none) {
      const std::uint32_t next = next_[head.index].load(std::memory_order_relaxed);
      if (head_.compare_exchange_weak(head, {next, head.changes + 1}, std::memory_order_acquire,
                                      std::memory_order_acquire)) {
        break;
      }
    }
    return head.index;
  }

 private:
  std::atomic<Head> head_ = Head{none, 0};
  std::atomic<std::uint32_t> next_[4] = {none, none, none, none};
};

}  // namespace

int main() {
  Stack stack;
  int uses[4] = {0, 0, 0, 0};
  for (std::uint32_t index = 1; index < 4; ++index) stack.push(index);
  std::thread first([&] {
    const std::uint32_t taken = stack.pop();
    ++uses[taken];
    stack.push(taken);
  });
  std::thread second([&] {
    const std::uint32_t returned = stack.pop();
    const std::uint32_t kept = stack.pop();
    ++uses[returned];
    ++uses[kept];
    stack.push(returned);
  });
  first.join();
  second.join();
  return uses[1] + uses[2] + uses[3] == 3 ? 0 : 1;
}
