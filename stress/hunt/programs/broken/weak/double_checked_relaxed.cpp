// Double-checked locking with an atomic pointer that is stored and loaded relaxed. No two accesses to the pointer race,
// but nothing orders the fields behind it: who finds the pointer set reads fields that are still being written.
// Source: Meyers and Alexandrescu, "C++ and the Perils of Double-Checked Locking", 2004.
// finds: race assertion

#include <atomic>
#include <mutex>
#include <thread>

namespace {

struct Settings {
  int limit = 0;
};

std::mutex mutex;
Settings storage;
std::atomic<Settings*> settings = nullptr;

const Settings& get() {
  Settings* found = settings.load(std::memory_order_relaxed);
  if (found == nullptr) {
    const std::lock_guard lock(mutex);
    found = settings.load(std::memory_order_relaxed);
    if (found == nullptr) {
      storage.limit = 10;
      found = &storage;
      settings.store(found, std::memory_order_relaxed);
    }
  }
  return *found;
}

}  // namespace

int main() {
  int seen = 0;
  std::thread first([] { get(); });
  std::thread second([&] { seen = get().limit; });
  first.join();
  second.join();
  return seen == 10 ? 0 : 1;
}
