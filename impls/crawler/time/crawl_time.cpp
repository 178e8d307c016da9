#include "impls/crawler/time/crawl_time.hpp"

#include <algorithm>
#include <functional>

namespace contend::crawler {

CrawlTime::CrawlTime(Clock& clock, TimeNs end_ns, const std::stop_token& stop)
    : clock_(clock), end_ns_(end_ns), stop_(stop), on_stop_(stop, [this] { wake_all(); }) {}

void CrawlTime::wake_all() {
  const MutexLock lock(mutex_);
  for (Sleeper* sleeper = asleep_; sleeper != nullptr; sleeper = sleeper->behind_) sleeper->condition_.notify_all();
}

void CrawlTime::end() noexcept {
  const MutexLock lock(mutex_);
  ended_ = true;
  for (Sleeper* sleeper = asleep_; sleeper != nullptr; sleeper = sleeper->behind_) sleeper->condition_.notify_all();
}

// The last who was busy leaves it to a sleeper to move simulated time on.
void CrawlTime::retire() {
  if (--busy_ > 0) return;
  const MutexLock lock(mutex_);
  if (asleep_ != nullptr) asleep_->condition_.notify_all();
}

// A sleeper whose time has come, or who has been woken, is as good as busy.
bool CrawlTime::nobody_busy() {
  if (busy_ > 0) return false;
  const TimeNs now_ns = now();
  for (const Sleeper* sleeper = asleep_; sleeper != nullptr; sleeper = sleeper->behind_) {
    if (sleeper->woken_ || sleeper->deadline_ns_ <= now_ns) return false;
  }
  return true;
}

TimeNs CrawlTime::first_deadline() {
  TimeNs first_ns = never;
  for (const Sleeper* sleeper = asleep_; sleeper != nullptr; sleeper = sleeper->behind_) {
    first_ns = std::min(first_ns, sleeper->deadline_ns_);
  }
  return first_ns;
}

// In the list for a scope, at its end, and not busy; whatever the clock throws.
class CrawlTime::Sleeper::Asleep {
 public:
  explicit Asleep(Sleeper& sleeper) NO_THREAD_SAFETY_ANALYSIS : sleeper_(sleeper), time_(sleeper.time_) {
    Sleeper* last = time_.asleep_;
    while (last != nullptr && last->behind_ != nullptr) last = last->behind_;
    sleeper_.before_ = last;
    sleeper_.behind_ = nullptr;
    (last == nullptr ? time_.asleep_ : last->behind_) = &sleeper_;
    --time_.busy_;
  }
  ~Asleep() NO_THREAD_SAFETY_ANALYSIS {
    ++time_.busy_;
    sleeper_.woken_ = false;
    (sleeper_.before_ == nullptr ? time_.asleep_ : sleeper_.before_->behind_) = sleeper_.behind_;
    if (sleeper_.behind_ != nullptr) sleeper_.behind_->before_ = sleeper_.before_;
  }
  Asleep(const Asleep&) = delete;
  Asleep& operator=(const Asleep&) = delete;

 private:
  Sleeper& sleeper_;
  CrawlTime& time_;
};

void CrawlTime::Sleeper::wait_until(TimeNs deadline_ns) {
  const MutexLock lock(time_.mutex_);
  deadline_ns_ = std::min(deadline_ns, time_.end_ns_);
  const Asleep asleep(*this);
  while (!woken_ && !time_.ended_ && time_.now() < deadline_ns_ && !time_.stop_.stop_requested()) {
    const bool idle = time_.nobody_busy();
    time_.clock_.wait_until(condition_, time_.mutex_, idle ? time_.first_deadline() : deadline_ns_, idle);
  }
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
