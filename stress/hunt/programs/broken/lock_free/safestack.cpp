// A stack over an array whose links are indices. A pop takes the link out of the head's cell, so that no second pop can
// follow it, and counts what is left; even so a long dance of three threads gives one cell to two of them. The shortest
// that a search of all schedules found for this program has eight preemptions: it is the hardest of the usual subjects.
// Source: Vyukov's SafeStack of the CHESS forum, as told by Thomson, Donaldson and Betts, "Concurrency Testing Using
// Schedule Bounding: an Empirical Study", PPoPP 2014.
// hard: takes hundreds of thousands of schedules where it is found at all, and is not demanded
// finds: assertion

#include <atomic>
#include <thread>

namespace {

constexpr int none = -1;

struct Cell {
  std::atomic<int> next;
  std::atomic<bool> owned = false;
};

class SafeStack {
 public:
  SafeStack() {
    for (int index = 0; index < 3; ++index) cells_[index].next = index + 1 < 3 ? index + 1 : none;
  }

  int pop() {
    while (count_ > 1) {
      int top = head_;
      const int next = cells_[top].next.exchange(none);
      if (next == none) continue;
      const int taken = top;
      if (head_.compare_exchange_strong(top, next)) {
        count_.fetch_sub(1);
        return taken;
      }
      cells_[taken].next.exchange(next);
    }
    return none;
  }

  void push(int index) {
    int top = head_;
    do {
      cells_[index].next = top;
    } while (!head_.compare_exchange_strong(top, index));
    count_.fetch_add(1);
  }

  Cell& cell(int index) { return cells_[index]; }

 private:
  Cell cells_[3];
  std::atomic<int> head_ = 0;
  std::atomic<int> count_ = 3;
};

}  // namespace

int main() {
  SafeStack stack;
  std::atomic<bool> shared = false;
  const auto pop_and_push_twice = [&] {
    for (int round = 0; round < 2; ++round) {
      const int index = stack.pop();
      if (index == none) continue;
      if (stack.cell(index).owned.exchange(true)) shared = true;
      stack.cell(index).owned = false;
      stack.push(index);
    }
  };
  std::thread first(pop_and_push_twice);
  std::thread second(pop_and_push_twice);
  std::thread third(pop_and_push_twice);
  first.join();
  second.join();
  third.join();
  return shared ? 1 : 0;
}
