#include "impls/crawler/politeness/hosts.hpp"

#include <atomic>
#include <memory>

namespace contend::crawler {

Hosts::Host& Hosts::host_of(std::string_view name) {
  const auto it = hosts_.find(name);
  return it != hosts_.end() ? it->second : hosts_.try_emplace(std::string(name)).first->second;
}

std::optional<TimeNs> Hosts::enter(std::string_view host, std::function<void(TimeNs)> granted) {
  if (unlimited()) return at_once;
  const MutexLock lock(mutex_);
  Host& entry = host_of(host);
  if (entry.turns < limit_) {
    ++entry.turns;
    return entry.next_ns;
  }
  entry.waiting.push_back(std::move(granted));
  return std::nullopt;
}

void Hosts::leave(std::string_view host, TimeNs now_ns) {
  if (unlimited()) return;
  std::function<void(TimeNs)> granted;
  TimeNs next_ns = 0;
  {
    const MutexLock lock(mutex_);
    Host& entry = host_of(host);
    if (delay_ns_ > 0) entry.next_ns = deadline_after(now_ns, delay_ns_);
    next_ns = entry.next_ns;
    if (entry.waiting.empty()) {
      --entry.turns;
    } else {
      granted = std::move(entry.waiting.front());
      entry.waiting.pop_front();
    }
  }
  if (granted) granted(next_ns);
}

bool Hosts::spend_retry(std::string_view host) {
  const MutexLock lock(mutex_);
  Host& entry = host_of(host);
  if (entry.retries >= budget_) return false;
  ++entry.retries;
  return true;
}

HostTurn::HostTurn(Hosts& hosts, std::string_view host, CrawlTime& time) : hosts_(hosts), host_(host), time_(time) {
  if (hosts_.unlimited()) return;
  // Times that no fetch can end at: a clock may count from a later instant than now.
  static constexpr TimeNs unknown = Hosts::at_once + 1;
  static constexpr TimeNs not_wanted = Hosts::at_once + 2;
  // Shared with the giver, who may still be in the call when the turn has been seen.
  struct Handover {
    explicit Handover(CrawlTime& crawl_time) : sleeper(crawl_time) {}
    CrawlTime::Sleeper sleeper;
    std::atomic<TimeNs> from_ns{unknown};
  };
  const auto handover = std::make_shared<Handover>(time_);
  const auto granted = [handover, &hosts, &time, name = std::string(host)](TimeNs from_ns) {
    TimeNs expected = unknown;
    if (handover->from_ns.compare_exchange_strong(expected, from_ns)) {
      handover->sleeper.wake();
    } else {
      hosts.leave(name, time.now());  // who waited has gone
    }
  };
  TimeNs from_ns = hosts_.enter(host_, granted).value_or(unknown);
  while (from_ns == unknown) {
    handover->sleeper.wait_until(never);
    from_ns = handover->from_ns;
    if (from_ns == unknown && time_.stopped() && handover->from_ns.compare_exchange_strong(from_ns, not_wanted)) {
      come_ = false;
      return;
    }
  }
  held_ = true;
  come_ = time_.sleep_until(from_ns);
}

}  // namespace contend::crawler
