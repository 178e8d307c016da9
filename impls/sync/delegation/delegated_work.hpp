#pragma once

#include <exception>
#include <type_traits>

namespace contend {

// Work of a caller that another thread may run while the caller waits, its type erased, with the exception that it
// ended with. Points to the caller's work, which must outlive it. No synchronisation: whoever hands it over orders the
// run after the construction, and finish after the run.
class DelegatedWork {
 public:
  template <class Work>
  explicit DelegatedWork(Work& work)
      : invoke_([](void* pointer) { (*static_cast<Work*>(pointer))(); }),
        work_(const_cast<void*>(static_cast<const void*>(&work))) {}

  // For the thread that does the work.
  void run() noexcept {
    try {
      invoke_(work_);
    } catch (...) {
      error_ = std::current_exception();
    }
  }
  // For the caller: throws what the work threw.
  void finish() const {
    if (error_) std::rethrow_exception(error_);
  }

 private:
  void (*invoke_)(void* work);
  void* work_;
  std::exception_ptr error_;
};

// Gives `work`, which may return something, to `delegate`, which takes work that returns nothing and comes back when it
// has been done. Returns the work's result.
template <class Delegate, class Work>
auto result_through(Delegate delegate, Work& work) {
  using Result = decltype(work());
  if constexpr (std::is_void_v<Result>) {
    delegate(work);
  } else {
    Result result{};
    auto keep = [&] { result = work(); };
    delegate(keep);
    return result;
  }
}

}  // namespace contend
