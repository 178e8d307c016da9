// Double-checked locking with a plain pointer: the first check reads it without the mutex while another thread, which
// holds the mutex, writes it.
// Source: Meyers and Alexandrescu, "C++ and the Perils of Double-Checked Locking", 2004.
// finds: race
// tells: writes settings 0 -> &storage
// tells: holds mutex, thread

#include <mutex>
#include <thread>

namespace {

struct Settings {
  int limit = 0;
};

std::mutex mutex;
Settings storage;
Settings* settings = nullptr;

const Settings& get() {
  if (settings == nullptr) {
    const std::lock_guard lock(mutex);
    if (settings == nullptr) {
      storage.limit = 10;
      settings = &storage;
    }
  }
  return *settings;
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
