// Two counters, each atomic, that together make one fact: what was taken from the one was given to the other. A reader
// between the two steps sees money that is nowhere.
// Source: Lu, Park, Seo and Zhou, "Learning from Mistakes", ASPLOS 2008: bugs of more than one variable.
// finds: assertion

#include <atomic>
#include <thread>

int main() {
  std::atomic<int> savings = 100;
  std::atomic<int> spending = 0;
  int total = 0;
  std::thread mover([&] {
    savings.fetch_sub(10);
    spending.fetch_add(10);
  });
  std::thread auditor([&] { total = savings + spending; });
  mover.join();
  auditor.join();
  return total == 100 ? 0 : 1;
}
