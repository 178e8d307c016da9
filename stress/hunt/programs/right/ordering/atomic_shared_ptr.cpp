// A reader takes a copy of a shared pointer while a writer replaces it. By the interface that is right.
// libstdc++ 12 itself is formally racy here: load() gives its lock bit free relaxed, so nothing orders its read of the
// plain pointer before the next writer's write. On every machine that it is built for it works; a detector that goes by
// the rules of the language reports it, and needs the suppression.
// Source: _Sp_atomic in bits/shared_ptr_atomic.h of GCC 12; google/sanitizers issue 1558.
// suppress: race:std::_Sp_atomic

#include <atomic>
#include <memory>
#include <thread>

int main() {
  std::atomic<std::shared_ptr<int>> current = std::make_shared<int>(1);
  int seen = 0;
  std::thread reader([&] { seen = *current.load(); });
  std::thread writer([&] { current.store(std::make_shared<int>(2)); });
  reader.join();
  writer.join();
  return (seen == 1 || seen == 2) && *current.load() == 2 ? 0 : 1;
}
