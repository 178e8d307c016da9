#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "impls/base/hashing.hpp"
#include "impls/crawler/crawler.hpp"
#include "impls/crawler/time/crawl_time.hpp"
#include "impls/sync/mutex.hpp"

namespace contend::crawler {

// What a crawl owes each host: turns, with the delay between them, in the order of asking; and the retries that are
// left of its budget. A host is its name: ports share it.
//
// Guarantee: linearizable under one mutex, which is not taken where there is neither delay nor limit. O(1) expected;
// memory grows with the hosts and with who waits.
class Hosts {
 public:
  explicit Hosts(const Options& options)
      : delay_ns_(options.host_delay_ns),
        limit_(options.host_delay_ns > 0 ? 1 : options.max_per_host),
        budget_(options.retry.budget_per_host) {}

  bool unlimited() const { return limit_ == 0; }
  DurationNs delay_ns() const { return delay_ns_; }
  std::uint32_t limit() const { return limit_; }

  // Asks for a turn: the time from which on it may be used, if it is granted at once. Else `granted` is called with it
  // once, by who gives the turn back, while no lock is held.
  std::optional<TimeNs> enter(std::string_view host, std::function<void(TimeNs from_ns)> granted);
  // Gives a turn back after a fetch that ended at `now_ns`.
  void leave(std::string_view host, TimeNs now_ns);
  // False: the host's budget is used up.
  bool spend_retry(std::string_view host);

 private:
  static constexpr TimeNs at_once = std::numeric_limits<TimeNs>::min();
  friend class HostTurn;

  struct Host {
    std::uint32_t turns = 0;
    std::uint32_t retries = 0;
    TimeNs next_ns = at_once;
    std::deque<std::function<void(TimeNs)>> waiting;
  };
  Host& host_of(std::string_view name) REQUIRES(mutex_);

  const DurationNs delay_ns_;
  const std::uint32_t limit_;
  const std::uint32_t budget_;
  Mutex mutex_{{"hosts", 0}};
  std::unordered_map<std::string, Host, BytesHash, std::equal_to<>> hosts_ GUARDED_BY(mutex_);
};

// A turn at a host for the scope: waits for it, and gives it back whatever happens.
class HostTurn {
 public:
  HostTurn(Hosts& hosts, std::string_view host, CrawlTime& time);
  ~HostTurn() {
    if (held_) hosts_.leave(host_, time_.now());
  }
  HostTurn(const HostTurn&) = delete;
  HostTurn& operator=(const HostTurn&) = delete;

  // False: the crawl was stopped before its time came.
  bool come() const { return come_; }

 private:
  Hosts& hosts_;
  const std::string_view host_;
  CrawlTime& time_;
  bool held_ = false;
  bool come_ = true;
};

}  // namespace contend::crawler
