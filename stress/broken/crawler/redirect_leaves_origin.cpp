#include "stress/broken/crawler/forwarding_crawler.hpp"

namespace contend::crawler {
namespace {

// The client follows redirects by itself, out of sight of the crawler's rules.
class FollowingFetcher final : public ForwardingFetcher {
 public:
  using ForwardingFetcher::ForwardingFetcher;

  FetchResponse fetch(const FetchRequest& request, CrawlTime& time) override {
    FetchResponse response = inner_.fetch(request, time);
    Url at = *request.url;
    for (int hop = 0; hop < 10 && !response.location.empty(); ++hop) {
      at = *Url::resolve(at, response.location);
      FetchRequest next = request;
      next.url = &at;
      response = inner_.fetch(next, time);
    }
    return response;
  }
};

class RedirectLeavesOrigin final : public ForwardingCrawler {
 public:
  using ForwardingCrawler::ForwardingCrawler;

  using Crawler::crawl;
  Report crawl(std::span<const std::string> starts, Fetcher& fetcher, Clock& clock, std::stop_token stop) override {
    FollowingFetcher following(fetcher);
    return inner_->crawl(starts, following, clock, std::move(stop));
  }
};

const bool registered = register_broken<Crawler, RedirectLeavesOrigin>(
    {.name = "redirect_leaves_origin",
     .number = 53,
     .bug = "hops of redirects are followed without asking for scope, robots and visited",
     .rule = "nothing out of scope is fetched",
     .caught_by = "set"});

}  // namespace
}  // namespace contend::crawler
