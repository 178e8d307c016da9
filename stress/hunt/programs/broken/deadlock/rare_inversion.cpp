// Two threads do much that is in order, and once each takes two locks in the order that the other does not. They would have to be
// stopped within a few steps of some hundred, both at once; the order of locks tells of it in any schedule.
// Source: why GoodLock looks at the order: Havelund, "Using Runtime Analysis to Guide Model Checking of Java Programs", SPIN 2000.
// finds: deadlock

#include <mutex>
#include <thread>

namespace {

std::mutex journal;
std::mutex index_of_names;
std::mutex statistics;
int entries = 0;
int names = 0;
int looks = 0;

void look_around(int times) {
  for (int i = 0; i < times; ++i) {
    const std::lock_guard lock(statistics);
    ++looks;
  }
}

}  // namespace

int main() {
  std::thread writer([] {
    look_around(10);
    {
      const std::lock_guard lock(journal);
      const std::lock_guard inner(index_of_names);
      ++entries;
    }
    look_around(150);
  });
  std::thread renamer([] {
    look_around(150);
    {
      const std::lock_guard lock(index_of_names);
      const std::lock_guard inner(journal);
      ++names;
    }
    look_around(10);
  });
  writer.join();
  renamer.join();
  return entries == 1 && names == 1 ? 0 : 1;
}
