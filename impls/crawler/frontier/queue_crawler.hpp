#pragma once

#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "impls/crawler/visit/crawl_run.hpp"

namespace contend::crawler {

// The loop of designs whose workers take a page from a frontier, wait for it, and give back what it has led to. They
// bring `Visited` (add) and `Frontier` (begin, take, finish), both made of the run. A Visited with a type `Memory`, of
// which each worker has one, enters what a page leads to by itself.
template <class Visited, class Frontier>
class QueueCrawler final : public Crawler {
 public:
  explicit QueueCrawler(const Options& options) : options_(options) { check_options(options_); }

  using Crawler::crawl;
  Report crawl(std::span<const std::string> starts, Fetcher& fetcher, Clock& clock, std::stop_token stop) override {
    CrawlRun run(options_, starts, fetcher, clock, stop);
    Visited visited(run);
    Frontier frontier(run);
    const auto add = [&](Url&& url, std::uint32_t depth, std::uint32_t hops) {
      return visited.add(std::move(url), depth, hops);
    };
    return run.in_rounds(add, [&](const std::vector<PageRecord*>& pages) {
      frontier.begin(pages);
      run.run_threads(options_.workers, [&](int worker) {
        const auto serve = [&](auto enter) {
          while (PageRecord* page = frontier.take()) {
            std::vector<PageRecord*> claimed;
            run.guarded([&] { claimed = enter(*page, run.visit(*page, run.counts(worker))); });
            frontier.finish(claimed);
          }
        };
        if constexpr (requires { typename Visited::Memory; }) {
          const auto memory = std::make_unique<typename Visited::Memory>();
          serve([&](PageRecord& page, Discovery&& found) { return visited.enter(page, std::move(found), *memory); });
        } else {
          serve([&](PageRecord& page, Discovery&& found) { return run.enter(page, std::move(found), add); });
        }
      });
    });
  }

 private:
  const Options options_;
};

}  // namespace contend::crawler
