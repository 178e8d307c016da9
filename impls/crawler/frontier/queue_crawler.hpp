#pragma once

#include <span>
#include <string>
#include <utility>
#include <vector>

#include "impls/crawler/visit/crawl_run.hpp"

namespace contend::crawler {

// The loop of designs whose workers take a page from a frontier, wait for it, and give back what it has led to. They
// bring `Visited` (add) and `Frontier` (begin, take, finish), both made of the run.
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
        while (PageRecord* page = frontier.take()) {
          std::vector<PageRecord*> claimed;
          run.guarded([&] { claimed = run.enter(*page, run.visit(*page, run.counts(worker)), add); });
          frontier.finish(claimed);
        }
      });
    });
  }

 private:
  const Options options_;
};

}  // namespace contend::crawler
