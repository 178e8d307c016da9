// Two threads reach the definition of a static local variable: the compiler's guard lets one of them initialise it, and
// orders that before every later use.
// Source: [stmt.dcl]; Meyers' singleton.

#include <thread>

namespace {

struct Table {
  Table() : limit(40) { limit += 2; }
  int limit;
};

const Table& table() {
  static const Table instance;
  return instance;
}

}  // namespace

int main() {
  int first_saw = 0;
  int second_saw = 0;
  std::thread first([&] { first_saw = table().limit; });
  std::thread second([&] { second_saw = table().limit; });
  first.join();
  second.join();
  return first_saw == 42 && second_saw == 42 ? 0 : 1;
}
