#include "impls/crawler/time/crawl_time.hpp"

#include <algorithm>
#include <functional>

namespace contend::crawler {

CrawlTime::CrawlTime(Clock& clock, TimeNs end_ns, const std::stop_token& stop)
    : clock_(clock), end_ns_(end_ns), stop_(stop), on_stop_(stop, [this] { wake_all(); }) {}

void CrawlTime::wake_all() {
  const MutexLock lock(mutex_);
  for (Sleeper* sleeper : asleep_) sleeper->condition_.notify_all();
}

// The last who was busy leaves it to a sleeper to move simulated time on.
void CrawlTime::retire() {
  if (--busy_ > 0) return;
  const MutexLock lock(mutex_);
  if (!asleep_.empty()) asleep_.front()->condition_.notify_all();
}

// A sleeper whose time has come, or who has been woken, is as good as busy.
bool CrawlTime::nobody_busy() {
  if (busy_ > 0) return false;
  const TimeNs now_ns = now();
  return std::ranges::none_of(asleep_, [&](const Sleeper* sleeper) NO_THREAD_SAFETY_ANALYSIS {
    return sleeper->woken_ || sleeper->deadline_ns_ <= now_ns;
  });
}

TimeNs CrawlTime::first_deadline() {
  TimeNs first_ns = never;
  for (const Sleeper* sleeper : asleep_) first_ns = std::min(first_ns, sleeper->deadline_ns_);
  return first_ns;
}

void CrawlTime::Sleeper::wait_until(TimeNs deadline_ns) {
  const MutexLock lock(time_.mutex_);
  deadline_ns_ = std::min(deadline_ns, time_.end_ns_);
  time_.asleep_.push_back(this);
  --time_.busy_;
  while (!woken_ && time_.now() < deadline_ns_ && !time_.stop_.stop_requested()) {
    const bool idle = time_.nobody_busy();
    time_.clock_.wait_until(condition_, time_.mutex_, idle ? time_.first_deadline() : deadline_ns_, idle);
  }
  ++time_.busy_;
  woken_ = false;
  std::erase(time_.asleep_, this);
}

void CrawlTime::Sleeper::wake() {
  const MutexLock lock(time_.mutex_);
  woken_ = true;
  condition_.notify_all();
}

bool CrawlTime::sleep_until(TimeNs deadline_ns) {
  Sleeper sleeper(*this);
  while (true) {
    if (stopped()) return false;
    if (now() >= deadline_ns) return true;
    sleeper.wait_until(deadline_ns);
  }
}

}  // namespace contend::crawler
