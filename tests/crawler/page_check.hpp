#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "bench/inputs/crawler/memory_site.hpp"
#include "impls/crawler/http/fetcher.hpp"

namespace contend::crawler {

// A page that says of which target it is, and ends with a mark.
inline std::string page_text(const std::string& target, const std::vector<std::string>& links = {}) {
  return "<!-- of " + target + " -->" + html_with_links(links) + "<!-- end of " + target + " -->";
}

// Stands between a crawler and its fetcher, and fails the test where a whole page of the test's server is not the one
// that was asked for.
class PageCheck final : public Fetcher {
 public:
  explicit PageCheck(Fetcher& inner) : inner_(inner) {}

  FetchResponse fetch(const FetchRequest& request, CrawlTime& time) override {
    FetchResponse response = inner_.fetch(request, time);
    check(std::string(request.url->target()), response);
    return response;
  }
  std::unique_ptr<FetchLoop> make_loop(CrawlTime& time) override {
    return std::make_unique<Loop>(inner_.make_loop(time));
  }

 private:
  static void check(const std::string& target, const FetchResponse& response) {
    if (response.error != FetchError::none) {
      EXPECT_NE(response.why, "") << target;
      return;
    }
    if (response.status != 200 || response.truncated) return;
    EXPECT_TRUE(response.body.starts_with("<!-- of " + target + " -->")) << target << " got " << response.body;
    EXPECT_TRUE(response.body.ends_with("<!-- end of " + target + " -->")) << target << " got " << response.body;
  }

  class Loop final : public FetchLoop {
   public:
    explicit Loop(std::unique_ptr<FetchLoop> inner) : inner_(std::move(inner)) {}
    void start(const FetchRequest& request, std::function<void(FetchResponse)> done) override {
      inner_->start(request,
                    [target = std::string(request.url->target()), done = std::move(done)](FetchResponse response) {
                      check(target, response);
                      done(std::move(response));
                    });
    }
    void run_until(TimeNs deadline_ns) override { inner_->run_until(deadline_ns); }
    void wake() override { inner_->wake(); }
    void stop_all() override { inner_->stop_all(); }

   private:
    const std::unique_ptr<FetchLoop> inner_;
  };

  Fetcher& inner_;
};

}  // namespace contend::crawler
