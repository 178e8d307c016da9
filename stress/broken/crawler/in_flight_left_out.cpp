#include <vector>

#include "stress/broken/crawler/forwarding_crawler.hpp"

namespace contend::crawler {
namespace {

// Reports what was done and what was never begun, and forgets what was under way when the crawl was cut short.
class InFlightLeftOut final : public ForwardingCrawler {
 public:
  using ForwardingCrawler::ForwardingCrawler;

  using Crawler::crawl;
  Report crawl(std::span<const std::string> starts, Fetcher& fetcher, Clock& clock, std::stop_token stop) override {
    Report report = inner_->crawl(starts, fetcher, clock, std::move(stop));
    std::erase_if(report.pages, [](const CrawledPage& page) { return page.outcome == PageOutcome::in_flight; });
    report.by_outcome[static_cast<std::size_t>(PageOutcome::in_flight)] = 0;
    return report;
  }
};

const bool registered = register_broken<Crawler, InFlightLeftOut>(
    {.name = "in_flight_left_out",
     .number = 64,
     .bug = "pages in flight are missing in the report of a crawl that is cut short",
     .rule = "the report says what was in flight",
     .caught_by = "limits"});

}  // namespace
}  // namespace contend::crawler
