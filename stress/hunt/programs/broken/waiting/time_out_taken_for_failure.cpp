// A client that waits too long gives up and takes its money back; the worker that was slow pays out all the same. Both are right by
// themselves while deadlines only come when nobody has anything to do, and they do not.
// Source: folklore; timeouts as commitments: Birrell and Nelson, "Implementing Remote Procedure Calls", ACM TOCS 1984.
// needs: time-jumps
// finds: assertion

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

int main() {
  using namespace std::chrono_literals;
  std::mutex mutex;
  std::condition_variable done;
  bool answered = false;
  int paid = 0;
  std::thread worker([&] {
    ++paid;
    const std::lock_guard lock(mutex);
    answered = true;
    done.notify_one();
  });
  bool taken_back = false;
  {
    std::unique_lock lock(mutex);
    taken_back = !done.wait_for(lock, 10ms, [&] { return answered; });
  }
  worker.join();
  return paid + (taken_back ? 1 : 0) == 1 ? 0 : 1;
}
