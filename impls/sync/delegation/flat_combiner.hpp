#pragma once

#include <atomic>
#include <cstdint>

#include "impls/sync/backoff.hpp"
#include "impls/sync/cache_line.hpp"
#include "impls/sync/delegation/delegated_work.hpp"

namespace contend {

// State that any thread works on through whoever holds the combiner's lock: a caller publishes its work, and then
// either becomes the combiner and does all the work that is published, or waits until another combiner has done it.
// Under contention one thread runs many calls while the state stays in its cache; without contention a call costs one
// exchange and one lock.
//
// Guarantee: calls run one at a time; those published before a combiner collects run in the order of publication. What
// a caller wrote before `call` is visible to its work, and what the work wrote is visible to the caller after. An
// exception from the work is thrown again in the caller whose work it was. Blocking: a stalled combiner stalls
// everybody. A combiner runs at most `max_rounds` collections before it lets another take over. No memory beyond the
// callers' stacks.
// Source: flat combining (Hendler, Incze, Shavit and Tzafrir, SPAA 2010), with a stack of requests in place of the list
// of publication records, so that nothing has to be registered or aged.
class FlatCombiner {
 public:
  FlatCombiner() = default;
  FlatCombiner(const FlatCombiner&) = delete;
  FlatCombiner& operator=(const FlatCombiner&) = delete;

  // Runs `work` on this thread or on another that combines, and returns its result.
  template <class Work>
  auto call(Work&& work) {
    return result_through([this](auto& wanted) { this->run(wanted); }, work);
  }

 private:
  // Lives on the caller's stack until it is done.
  struct Request {
    DelegatedWork work;
    Request* next = nullptr;
    std::atomic<bool> done{false};
  };

  template <class Work>
  void run(Work& work) {
    Request request{DelegatedWork(work)};
    publish(request);
    Backoff backoff;
    // (1) acquire: what the combiner wrote before (2) is seen.
    while (!request.done.load(std::memory_order_acquire)) {
      if (combining_.load(std::memory_order_relaxed) || combining_.exchange(true, std::memory_order_acquire)) {
        backoff.pause();
        continue;
      }
      combine();
      // (3) release: the state goes to the next combiner, whose exchange above acquires it.
      combining_.store(false, std::memory_order_release);
    }
    request.work.finish();
  }

  void publish(Request& request) {
    request.next = published_.load(std::memory_order_relaxed);
    // (4) release: the request is complete for the combiner's exchange (5), which takes all, so a stale `next` cannot
    // be mistaken for a new one at the same address.
    while (!published_.compare_exchange_weak(request.next, &request, std::memory_order_release,
                                             std::memory_order_relaxed)) {
    }
  }

  void combine() {
    for (int round = 0; round < max_rounds; ++round) {
      // (5) acquire: pairs with (4).
      Request* newest_first = published_.exchange(nullptr, std::memory_order_acquire);
      if (newest_first == nullptr) return;
      for (Request* request = reversed(newest_first); request != nullptr;) {
        Request* const next = request->next;  // the request is gone as soon as it is done
        request->work.run();
        // (2) release: pairs with (1).
        request->done.store(true, std::memory_order_release);
        request = next;
      }
    }
  }

  static Request* reversed(Request* request) {
    Request* oldest_first = nullptr;
    while (request != nullptr) {
      Request* const next = request->next;
      request->next = oldest_first;
      oldest_first = request;
      request = next;
    }
    return oldest_first;
  }

  static constexpr int max_rounds = 8;

  alignas(cache_line_bytes) std::atomic<Request*> published_{nullptr};
  alignas(cache_line_bytes) std::atomic<bool> combining_{false};
};

}  // namespace contend
