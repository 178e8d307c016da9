// "Only once" by an atomic flag: the first thread sets it and then prepares the table; the second finds it set, and
// uses the table before it is ready. std::call_once makes the second wait.
// Source: folklore; Lu et al., "Learning from Mistakes", ASPLOS 2008, an order violation.
// finds: assertion

#include <atomic>
#include <thread>

namespace {

std::atomic<bool> prepared = false;
std::atomic<int> table = 0;

int look_up() {
  if (!prepared.exchange(true)) table = 42;
  return table;
}

}  // namespace

int main() {
  int first_saw = 0;
  int second_saw = 0;
  std::thread first([&] { first_saw = look_up(); });
  std::thread second([&] { second_saw = look_up(); });
  first.join();
  second.join();
  return first_saw == 42 && second_saw == 42 ? 0 : 1;
}
