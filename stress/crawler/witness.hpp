#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "impls/crawler/http/fetcher.hpp"
#include "impls/sync/mutex.hpp"

namespace contend::crawler {

// Stands between a crawler and its site, and remembers what was asked for and answered: the other side of the report.
class Witness final : public Fetcher {
 public:
  // Of one URL.
  struct Trace {
    std::uint64_t fetches = 0;
    std::uint64_t answers = 0;
    FetchError error = FetchError::none;  // of the last answer, as the status
    int status = 0;
  };

  // `on_fetch` is called before each fetch, from the thread that fetches.
  Witness(Fetcher& site, std::function<void()> on_fetch) : site_(site), on_fetch_(std::move(on_fetch)) {}

  FetchResponse fetch(const FetchRequest& request, CrawlTime& time) override {
    begin(*request.url);
    FetchResponse response = site_.fetch(request, time);
    end(*request.url, response);
    return response;
  }
  std::unique_ptr<FetchLoop> make_loop(CrawlTime& time) override {
    return std::make_unique<Loop>(*this, site_.make_loop(time));
  }

  // When the crawl is over.
  std::map<std::string, Trace> traces() const {
    const MutexLock lock(mutex_);
    return traces_;
  }
  // The most fetches that any host had in flight at a time.
  int most_of_a_host() const {
    const MutexLock lock(mutex_);
    return most_of_a_host_;
  }

 private:
  class Loop final : public FetchLoop {
   public:
    Loop(Witness& witness, std::unique_ptr<FetchLoop> inner) : witness_(witness), inner_(std::move(inner)) {}

    void start(const FetchRequest& request, std::function<void(FetchResponse)> done) override {
      witness_.begin(*request.url);
      inner_->start(request, [this, url = *request.url, done = std::move(done)](FetchResponse response) {
        witness_.end(url, response);
        done(std::move(response));
      });
    }
    void run_until(TimeNs deadline_ns) override { inner_->run_until(deadline_ns); }
    void wake() override { inner_->wake(); }
    void stop_all() override { inner_->stop_all(); }

   private:
    Witness& witness_;
    std::unique_ptr<FetchLoop> inner_;
  };

  void begin(const Url& url) {
    on_fetch_();
    const MutexLock lock(mutex_);
    ++traces_[url.text()].fetches;
    most_of_a_host_ = std::max(most_of_a_host_, ++in_flight_[std::string(url.host())]);
  }
  void end(const Url& url, const FetchResponse& response) {
    const MutexLock lock(mutex_);
    --in_flight_[std::string(url.host())];
    Trace& trace = traces_[url.text()];
    ++trace.answers;
    trace.error = response.error;
    trace.status = response.status;
  }

  Fetcher& site_;
  const std::function<void()> on_fetch_;
  mutable Mutex mutex_{{"witness", 0}};
  std::map<std::string, Trace> traces_ GUARDED_BY(mutex_);
  std::map<std::string, int> in_flight_ GUARDED_BY(mutex_);  // by host
  int most_of_a_host_ GUARDED_BY(mutex_) = 0;
};

}  // namespace contend::crawler
