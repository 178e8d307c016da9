// A detached thread tells by an atomic that it is done. Its last touch of the program is the notify on a variable that
// outlives it; that the thread itself has ended, nobody learns, and nobody needs to.
// Source: [thread.thread.member]; [atomics.wait].

#include <atomic>
#include <thread>

namespace {

std::atomic<bool> done = false;
int result = 0;

}  // namespace

int main() {
  std::thread([] {
    result = 42;
    done = true;
    done.notify_one();
  }).detach();
  done.wait(false);
  return result == 42 ? 0 : 1;
}
