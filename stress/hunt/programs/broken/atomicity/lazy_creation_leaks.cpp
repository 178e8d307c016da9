// Two threads find no object and both make one; the second to store it overwrites the first, which nobody can free.
// Source: folklore.
// finds: leak
// tells: of 4 bytes, was made by thread
// tells: stores shared 0 ->

#include <atomic>
#include <thread>

namespace {

std::atomic<int*> shared = nullptr;

void ensure() {
  if (shared.load() == nullptr) shared.store(new int(1));
}

}  // namespace

int main() {
  std::thread first(ensure);
  std::thread second(ensure);
  first.join();
  second.join();
  delete shared.load();
  return 0;
}
