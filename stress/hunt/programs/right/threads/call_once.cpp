// Two threads call std::call_once for one flag: one of them runs the function, the other waits, and both see its
// result.
// Source: llvm-project issue 216066; [thread.once].

#include <mutex>
#include <thread>

int main() {
  std::once_flag once;
  int calls = 0;
  int table = 0;
  const auto prepare = [&] {
    std::call_once(once, [&] {
      ++calls;
      table = 42;
    });
    return table;
  };
  int first_saw = 0;
  int second_saw = 0;
  std::thread first([&] { first_saw = prepare(); });
  std::thread second([&] { second_saw = prepare(); });
  first.join();
  second.join();
  return calls == 1 && first_saw == 42 && second_saw == 42 ? 0 : 1;
}
