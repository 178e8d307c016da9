// Two counts that are raised in two steps, so that some are lost. What is told of them must have the names that they have, not
// those of the references by which they are reached, and members of one name must not be mixed up.
// finds: assertion
// tells: loads hits = 0
// tells: stores hits 0 -> 1
// never tells: hits.count_
// never tells: hits.counter
// never tells: loads counter

#include <atomic>
#include <thread>

namespace {

struct Total {
  std::atomic<int> value = 0;
};
struct Totals {
  Total left;
  Total right;
};

class Raiser {
 public:
  explicit Raiser(std::atomic<int>& count) : count_(count) {}
  void raise() { count_.store(count_.load() + 1); }

 private:
  std::atomic<int>& count_;
};

void raise(std::atomic<int>& counter) {
  counter.store(counter.load() + 1);
}

}  // namespace

int main() {
  std::atomic<int> hits = 0;
  Totals totals;
  std::thread first([&] {
    Raiser(hits).raise();
    totals.left.value.store(totals.right.value.load() + 1);
  });
  std::thread second([&] {
    raise(hits);
    totals.right.value.store(totals.left.value.load() + 1);
  });
  first.join();
  second.join();
  return hits == 2 ? 0 : 1;
}
