#pragma once

#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <utility>

#include "impls/base/registry.hpp"
#include "impls/crawler/crawler.hpp"

namespace contend::crawler {

// A crawler that passes: it hands every call to the reference. Take the calls over one by one, and judge it again after each
// step. What each must do is told in impls/crawler/crawler.hpp. Where yours promises less than the strictest `Guarantees`, say so
// in a static member `guarantees`.
class StartingFile : public Crawler {
 public:
  explicit StartingFile(const Options& options)
      : inner_(Registry<Crawler>::instance().find("reference")->make(options)) {}

  using Crawler::crawl;
  Report crawl(std::span<const std::string> starts, Fetcher& fetcher, Clock& clock, std::stop_token stop) override {
    return inner_->crawl(starts, fetcher, clock, std::move(stop));
  }

 private:
  std::unique_ptr<Crawler> inner_;
};

}  // namespace contend::crawler
