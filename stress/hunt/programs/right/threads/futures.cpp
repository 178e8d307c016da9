// A result by std::async, one by a promise and one by a packaged_task; what was written before is visible after get().
// Source: [futures.state]: the ready state synchronizes with get().

#include <future>
#include <thread>

int main() {
  int written = 0;
  std::future<int> by_async = std::async(std::launch::async, [&] {
    written = 1;
    return 1;
  });
  std::promise<int> promise;
  std::future<int> by_promise = promise.get_future();
  std::packaged_task<int()> task([] { return 4; });
  std::future<int> by_task = task.get_future();
  std::thread worker([&] {
    promise.set_value(2);
    task();
  });
  const int sum = by_async.get() + written + by_promise.get() + by_task.get();
  worker.join();
  return sum == 8 ? 0 : 1;
}
