#include <map>

#include "impls/sync/mutex.hpp"
#include "stress/broken/crawler/forwarding_crawler.hpp"

namespace contend::crawler {
namespace {

// Limits the fetches of each host, and does not give the place back when a fetch throws.
class LeakingSlots final : public ForwardingFetcher {
 public:
  using ForwardingFetcher::ForwardingFetcher;

  FetchResponse fetch(const FetchRequest& request, CrawlTime& time) override {
    const std::string host(request.url->host());
    while (!change(host, 1)) {
      constexpr DurationNs look_again_ns = 100'000'000;
      FetchResponse stopped;
      stopped.error = FetchError::stopped;
      if (!time.sleep_until(time.now() + look_again_ns)) return stopped;
    }
    FetchResponse response = inner_.fetch(request, time);
    change(host, -1);
    return response;
  }

 private:
  bool change(const std::string& host, int by) {
    const MutexLock lock(mutex_);
    constexpr int slots = 1;
    if (by > 0 && taken_[host] >= slots) return false;
    taken_[host] += by;
    return true;
  }

  Mutex mutex_;
  std::map<std::string, int> taken_ GUARDED_BY(mutex_);
};

class PerHostSlotLeak final : public ForwardingCrawler {
 public:
  using ForwardingCrawler::ForwardingCrawler;

  using Crawler::crawl;
  Report crawl(std::span<const std::string> starts, Fetcher& fetcher, Clock& clock, std::stop_token stop) override {
    LeakingSlots slots(fetcher);
    return inner_->crawl(starts, slots, clock, std::move(stop));
  }
};

const bool registered = register_broken<Crawler, PerHostSlotLeak>({.name = "per_host_slot_leak",
                                                                   .number = 55,
                                                                   .bug = "a fetch that throws keeps its host's place",
                                                                   .rule = "a failed page delays no other for ever",
                                                                   .caught_by = "politeness"});

}  // namespace
}  // namespace contend::crawler
