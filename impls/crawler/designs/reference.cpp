#include <deque>

#include "impls/base/registry.hpp"
#include "impls/crawler/visit/crawl_run.hpp"
#include "impls/crawler/visit/page_table.hpp"

namespace contend::crawler {
namespace {

// Breadth first, one page after the other, in one thread: the oracle for the others and the yardstick for their speed.
constexpr Contract contract =
    Contract{
        .technique = "sequential",
        .summary = "breadth first in one thread, whatever the number of workers: the oracle and the yardstick",
        .shared_state = "none: visited set and frontier belong to the one thread",
        .protected_by = "ownership",
        .claim_point = "the insertion into the visited set",
        .ordering = "program order",
        .progress = "a slow page delays all that follow",
        .shutdown = "ends when the queue is empty; a stop is seen before each page and at each wait",
        .failure = "a failed page is recorded and the crawl goes on; bad_alloc ends the crawl with that exception",
        .complexity = "O(1) expected for each link",
        .source = "breadth-first search (Moore, 1959)",
    }
        .within(page_table);

class ReferenceCrawler final : public Crawler {
 public:
  explicit ReferenceCrawler(const Options& options) : options_(options) { check_options(options_); }

  using Crawler::crawl;
  Report crawl(std::span<const std::string> starts, Fetcher& fetcher, Clock& clock, std::stop_token stop) override {
    CrawlRun run(options_, starts, fetcher, clock, stop);
    PageTable visited(run);
    const auto add = [&](Url&& url, std::uint32_t depth, std::uint32_t hops) {
      return visited.add(std::move(url), depth, hops);
    };
    return run.in_rounds(add, [&](std::vector<PageRecord*> pages) {
      run.run_threads(1, [&](int worker) {
        std::deque<PageRecord*> frontier(pages.begin(), pages.end());
        while (!frontier.empty()) {
          PageRecord& page = *frontier.front();
          frontier.pop_front();
          const auto claimed = run.enter(page, run.visit(page, run.counts(worker)), add);
          frontier.insert(frontier.end(), claimed.begin(), claimed.end());
        }
      });
    });
  }

 private:
  const Options options_;
};

const bool registered = register_implementation<Crawler, ReferenceCrawler>("reference", contract);

}  // namespace
}  // namespace contend::crawler
