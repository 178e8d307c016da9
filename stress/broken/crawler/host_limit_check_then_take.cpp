#include <map>

#include "impls/sync/mutex.hpp"
#include "stress/broken/crawler/forwarding_crawler.hpp"
#include "stress/round/window.hpp"

namespace contend::crawler {
namespace {

// Limits the fetches of each host, but looks whether there is a place and takes it in two steps.
class CheckedPlaces final : public ForwardingFetcher {
 public:
  CheckedPlaces(Fetcher& inner, std::uint32_t limit) : ForwardingFetcher(inner), limit_(limit) {}

  FetchResponse fetch(const FetchRequest& request, CrawlTime& time) override {
    const std::string host(request.url->host());
    while (limit_ > 0 && taken(host) >= limit_) {
      FetchResponse stopped;
      stopped.error = FetchError::stopped;
      if (!time.sleep_until(time.now() + 1)) return stopped;
    }
    open_window();
    change(host, 1);
    FetchResponse response = inner_.fetch(request, time);
    change(host, -1);
    return response;
  }

 private:
  std::uint32_t taken(const std::string& host) {
    const MutexLock lock(mutex_);
    return static_cast<std::uint32_t>(taken_[host]);
  }
  void change(const std::string& host, int by) {
    const MutexLock lock(mutex_);
    taken_[host] += by;
  }

  const std::uint32_t limit_;
  Mutex mutex_;
  std::map<std::string, int> taken_ GUARDED_BY(mutex_);
};

class HostLimitCheckThenTake final : public ForwardingCrawler {
 public:
  explicit HostLimitCheckThenTake(const Options& options)
      : ForwardingCrawler(without_limit(options)), limit_(options.max_per_host) {}

  using Crawler::crawl;
  Report crawl(std::span<const std::string> starts, Fetcher& fetcher, Clock& clock, std::stop_token stop) override {
    CheckedPlaces places(fetcher, limit_);
    return inner_->crawl(starts, places, clock, std::move(stop));
  }

 private:
  static Options without_limit(Options options) {
    options.max_per_host = 0;
    return options;
  }

  const std::uint32_t limit_;
};

const bool registered = register_broken<Crawler, HostLimitCheckThenTake>(
    {.name = "host_limit_check_then_take",
     .number = 63,
     .bug = "the look for a place at a host and taking it are two steps",
     .rule = "a host is fetched from by no more than allowed at a time",
     .caught_by = "limits"});

}  // namespace
}  // namespace contend::crawler
