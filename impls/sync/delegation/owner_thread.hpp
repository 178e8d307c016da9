#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <thread>

#include "impls/sync/backoff.hpp"
#include "impls/sync/delegation/delegated_work.hpp"
#include "impls/sync/delegation/mailbox.hpp"
#include "impls/sync/lock_waits.hpp"

namespace contend {

// One thread that owns some state, and a mailbox through which others have it work on that state while they wait. The
// state needs no lock: only the owner thread touches it.
//
// Guarantee: calls run one at a time, in the order in which they entered the mailbox; what a caller wrote before `call`
// is visible to its work, and what the work wrote is visible to the caller after. An exception from the work is thrown
// again in the caller. Blocking: a stalled owner stalls everybody. Bounded: at most `capacity` calls queue, further
// callers wait for room. The destructor runs what is queued, then joins; no call may begin after it.
// Source: the actor model (Hewitt, 1973) over Boost.Lockfree's bounded queue.
class OwnerThread {
 public:
  static constexpr std::size_t capacity = 1024;

  OwnerThread() : owner_([this] { serve(); }) {}
  ~OwnerThread() {
    stopping_ = true;
    mailbox_.ring();
    owner_.join();
  }
  OwnerThread(const OwnerThread&) = delete;
  OwnerThread& operator=(const OwnerThread&) = delete;

  // Runs `work` on the owner thread and returns its result.
  template <class Work>
  auto call(Work&& work) {
    return result_through([this](auto& wanted) { this->run(wanted); }, work);
  }

 private:
  // Lives on the caller's stack until the owner has answered.
  struct Request {
    DelegatedWork work;
    std::atomic<std::uint32_t> done{0};
  };

  template <class Work>
  void run(Work& work) {
    Request request{DelegatedWork(work)};
    mailbox_.post(&request);
    await(request.done);
    request.work.finish();
  }

  // Spins for about as long as a short call takes, then sleeps until the word is no longer 0.
  static void await(std::atomic<std::uint32_t>& word) {
    for (int spin = 0; spin < spins_before_sleep; ++spin) {
      if (word.load() != 0) return;
      cpu_relax();
    }
    const LockWaitScope waiting(&word, {"answer of an owner thread", 0}, nullptr);
    while (word.load() == 0) word.wait(0);
  }

  void serve() {
    while (true) {
      const bool stopping = stopping_;  // read first: what was posted before the stop is answered
      if (answer_all()) continue;
      if (stopping) return;
      mailbox_.await_messages(stopping_);
    }
  }

  bool answer_all() {
    return mailbox_.read_all([](Request* request) {
      request->work.run();
      // The caller may leave, and take the request with it, as soon as `done` is set; the notification only needs the
      // address. seq_cst: publishes the result and the error.
      std::atomic<std::uint32_t>& done = request->done;
      done.store(1);
      done.notify_one();
    });
  }

  static constexpr int spins_before_sleep = 200;

  Mailbox<Request, capacity> mailbox_;
  std::atomic<bool> stopping_{false};
  std::thread owner_;  // last: starts when all else stands
};

}  // namespace contend
