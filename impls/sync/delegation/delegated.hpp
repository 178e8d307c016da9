#pragma once

#include <utility>

#include "impls/sync/mutex.hpp"

namespace contend {

// Sequential state that is reached only through an executor, which runs one piece of work at a time: a critical
// section, an owner thread or a flat combiner. Which of them it is decides who does the work and where the state's
// cache lines live, and nothing else; so a system writes its sequential structure and the calls of its interface once,
// and has a design for each executor.
//
// Guarantee: calls are one at a time, in one order for everybody; each sees all that the earlier ones did. An exception
// from the work reaches the caller whose work it was.
template <class Sequential, class Executor>
class Delegated {
 public:
  template <class... Arguments>
  explicit Delegated(Arguments&&... arguments) : state_(std::forward<Arguments>(arguments)...) {}

  // Runs work(state) and returns its result.
  template <class Work>
  auto call(Work&& work) {
    return executor_.call([&] { return work(state_); });
  }

 private:
  Sequential state_;   // touched by the executor's work alone
  Executor executor_;  // last: it stops before the state goes
};

// The executor that runs the work on the calling thread, under a mutex.
class CriticalSection {
 public:
  template <class Work>
  auto call(Work&& work) {
    const MutexLock lock(mutex_);
    return work();
  }

 private:
  Mutex mutex_{{"critical section", 0}};
};

}  // namespace contend
