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

const bool registered = register_broken_crawler<CancelFlagReadOnce>("cancel_flag_read_once", 54,
                                                                    "the stop is looked at once, at the beginning",
                                                                    "a stop ends the claiming at once", "cancel");

}  // namespace
}  // namespace contend::crawler
