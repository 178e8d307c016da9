#pragma once

#include <memory>
#include <string_view>
#include <utility>

#include "impls/crawler/crawler.hpp"
#include "stress/driver/attack.hpp"

namespace contend::crawler {

// A correct crawler behind which a broken one hides everything but its bug.
class ForwardingCrawler : public Crawler {
 public:
  explicit ForwardingCrawler(const Options& options)
      : inner_(Registry<Crawler>::instance().find("striped")->make(options)) {}

  using Crawler::crawl;
  Report crawl(std::span<const std::string> starts, Fetcher& fetcher, Clock& clock, std::stop_token stop) override {
    return inner_->crawl(starts, fetcher, clock, std::move(stop));
  }

 protected:
  std::unique_ptr<Crawler> inner_;
};

// A correct fetcher for the same purpose.
class ForwardingFetcher : public Fetcher {
 public:
  explicit ForwardingFetcher(Fetcher& inner) : inner_(inner) {}

  FetchResponse fetch(const FetchRequest& request, CrawlTime& time) override { return inner_.fetch(request, time); }
  std::unique_ptr<FetchLoop> make_loop(CrawlTime& time) override { return inner_.make_loop(time); }

 protected:
  Fetcher& inner_;
};

}  // namespace contend::crawler
