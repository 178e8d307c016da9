#pragma once

#include <atomic>
#include <functional>
#include <stop_token>

#include "impls/base/clock.hpp"
#include "impls/base/time.hpp"
#include "impls/sync/mutex.hpp"

namespace contend::crawler {

// How the threads of one crawl wait for time and for each other. All timed waits go through it, so that it knows when
// nobody is busy: simulated time then jumps to the first deadline, and stopping the crawl wakes everybody.
//
// Guarantee: every method may be called from any thread. A wake before a wait is not lost.
class CrawlTime {
 public:
  // The crawl is stopped by `stop`, by end(), or when `now` has come to `end_ns`, which is looked at when somebody asks or
  // waits.
  CrawlTime(Clock& clock, TimeNs end_ns, const std::stop_token& stop);
  CrawlTime(const CrawlTime&) = delete;
  CrawlTime& operator=(const CrawlTime&) = delete;

  TimeNs now() { return clock_.now(); }
  TimeNs end_ns() const { return end_ns_; }
  const std::stop_token& stop_token() const { return stop_; }
  // Whether the crawl has been stopped, by its token or by its deadline.
  bool stopped() { return ended_ || stop_.stop_requested() || (end_ns_ != never && now() >= end_ns_); }
  // Stops the crawl: nobody waits any more.
  void end() noexcept;

  // Counts threads as busy before they start; each has an Enlisted for as long as it runs.
  void enlist(int threads) { busy_ += threads; }
  class Enlisted {
   public:
    explicit Enlisted(CrawlTime& time) : time_(time) {}
    ~Enlisted() { time_.retire(); }
    Enlisted(const Enlisted&) = delete;
    Enlisted& operator=(const Enlisted&) = delete;

   private:
    CrawlTime& time_;
  };

  // The calling thread is not busy for the scope: it waits for another one of the crawl, in a way of its own.
  class Parked {
   public:
    explicit Parked(CrawlTime& time) : time_(time) { time_.retire(); }
    ~Parked() { ++time_.busy_; }
    Parked(const Parked&) = delete;
    Parked& operator=(const Parked&) = delete;

   private:
    CrawlTime& time_;
  };

  // One thread's place to wait for a time or for another thread.
  class Sleeper {
   public:
    explicit Sleeper(CrawlTime& time) : time_(time) {}
    Sleeper(const Sleeper&) = delete;
    Sleeper& operator=(const Sleeper&) = delete;

    // Waits until `deadline_ns`, a wake, or the end of the crawl. Takes the wake that it saw.
    void wait_until(TimeNs deadline_ns);
    void wake();

   private:
    friend class CrawlTime;
    class Asleep;
    CrawlTime& time_;
    Sleeper* before_ = nullptr;  // among those who are asleep
    Sleeper* behind_ = nullptr;
    ConditionVariable condition_;
    TimeNs deadline_ns_ = never;  // guarded by time_.mutex_, as is woken_
    bool woken_ = false;
  };

  // False: the crawl was stopped before the time came.
  bool sleep_until(TimeNs deadline_ns);

 private:
  void retire();
  void wake_all();
  bool nobody_busy() REQUIRES(mutex_);
  TimeNs first_deadline() REQUIRES(mutex_);

  Clock& clock_;
  const TimeNs end_ns_;
  const std::stop_token stop_;
  std::atomic<int> busy_{0};  // threads that neither sleep nor are parked
  Mutex mutex_{{"crawl time", 0}};
  Sleeper* asleep_ GUARDED_BY(mutex_) = nullptr;       // a list through them: to sleep takes no memory
  std::atomic<bool> ended_{false};                     // written under mutex_
  std::stop_callback<std::function<void()>> on_stop_;  // last: may call at once
};

}  // namespace contend::crawler
