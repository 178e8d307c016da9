// Two threads with some fifty points between them: what an execution costs beside its points.

#include <atomic>
#include <thread>

namespace {

std::atomic<int> count{0};

void work() {
  for (int i = 0; i < 11; ++i) {
    count.fetch_add(1);
    count.load();
  }
}

}  // namespace

int main() {
  std::thread first(work);
  std::thread second(work);
  first.join();
  second.join();
  return count == 22 ? 0 : 1;
}
