// Two threads take two shared mutexes in opposite orders, both of them shared. Readers do not exclude each other, and
// there is no writer that could stand between them.
// Source: google/sanitizers issue 1717.

#include <shared_mutex>
#include <thread>

int main() {
  std::shared_mutex a;
  std::shared_mutex b;
  const int value = 42;
  int first_saw = 0;
  int second_saw = 0;
  std::thread first([&] {
    const std::shared_lock outer(a);
    const std::shared_lock inner(b);
    first_saw = value;
  });
  std::thread second([&] {
    const std::shared_lock outer(b);
    const std::shared_lock inner(a);
    second_saw = value;
  });
  first.join();
  second.join();
  return first_saw == 42 && second_saw == 42 ? 0 : 1;
}
