#include "stress/broken/crawler/forwarding_crawler.hpp"

namespace contend::crawler {
namespace {

// Looks whether it has been stopped when it begins, and never again.
class CancelFlagReadOnce final : public ForwardingCrawler {
 public:
  using ForwardingCrawler::ForwardingCrawler;

  using Crawler::crawl;
  Report crawl(std::span<const std::string> starts, Fetcher& fetcher, Clock& clock, std::stop_token stop) override {
    return inner_->crawl(starts, fetcher, clock, stop.stop_requested() ? stop : std::stop_token());
  }
};

const bool registered =
    register_broken<Crawler, CancelFlagReadOnce>({.name = "cancel_flag_read_once",
                                                  .number = 54,
                                                  .bug = "the stop is looked at once, at the beginning",
                                                  .rule = "a stop ends the claiming at once",
                                                  .caught_by = "cancel"});

}  // namespace
}  // namespace contend::crawler
