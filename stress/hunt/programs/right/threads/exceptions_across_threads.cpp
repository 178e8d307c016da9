// Two threads fail at the same time. One hands its exception over in an exception_ptr, the other in a future; main
// throws both again.
// Source: [propagation], [futures.promise].

#include <exception>
#include <future>
#include <stdexcept>
#include <string>
#include <thread>

namespace {

void fail(const char* why) {
  throw std::runtime_error(why);
}

}  // namespace

int main() {
  std::exception_ptr kept;
  std::promise<void> promise;
  std::future<void> future = promise.get_future();
  std::thread first([&] {
    try {
      fail("first");
    } catch (...) {
      kept = std::current_exception();
    }
  });
  std::thread second([&] {
    try {
      fail("second");
    } catch (...) {
      promise.set_exception(std::current_exception());
    }
  });
  std::string seen;
  try {
    future.get();
  } catch (const std::runtime_error& error) {
    seen = error.what();
  }
  first.join();
  second.join();
  try {
    std::rethrow_exception(kept);
  } catch (const std::runtime_error& error) {
    seen += error.what();
  }
  return seen == "secondfirst" ? 0 : 1;
}
