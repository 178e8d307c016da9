#include "stress/broken/crawler/forwarding_crawler.hpp"

namespace contend::crawler {
namespace {

// Every worker tries a dead host again at once, as often as it may try a URL; no budget, no back-off.
class RetryStorm final : public ForwardingCrawler {
 public:
  explicit RetryStorm(Options options) : ForwardingCrawler(without_restraint(options)) {}

 private:
  static Options& without_restraint(Options& options) {
    options.retry.base_ns = 0;
    options.retry.budget_per_host = no_limit;
    return options;
  }
};

const bool registered =
    register_broken<Crawler, RetryStorm>({.name = "retry_storm",
                                          .number = 56,
                                          .bug = "retries are neither spread nor limited for each host",
                                          .rule = "a dead host costs no more than its budget",
                                          .caught_by = "politeness"});

}  // namespace
}  // namespace contend::crawler
