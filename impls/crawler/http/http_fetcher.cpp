#include "impls/crawler/http/http_fetcher.hpp"

#include <algorithm>
#include <functional>
#include <optional>
#include <stop_token>
#include <utility>

#include "impls/crawler/http/http_connections.hpp"

namespace contend::crawler {
namespace {

constexpr std::size_t kept_by_a_loop = 128;
constexpr std::size_t kept_by_a_thread = 4;

SteadyTime wall(CrawlTime& time, TimeNs deadline_ns) {
  const TimeNs until_ns = std::min(deadline_ns, time.end_ns());
  return until_ns == never ? SteadyTime::max() : steady_after(std::max<TimeNs>(0, until_ns - time.now()));
}

class HttpLoop final : public FetchLoop {
 public:
  HttpLoop(CrawlTime& time, std::shared_ptr<NameLookups> names)
      : time_(time),
        connections_(std::move(names), kept_by_a_loop),
        on_stop_(time.stop_token(), [this] { connections_.wake(); }) {}

  void start(const FetchRequest& request, std::function<void(FetchResponse)> done) override {
    connections_.start(request, std::move(done));
  }
  void run_until(TimeNs deadline_ns) override { connections_.run_until(wall(time_, deadline_ns)); }
  void wake() override { connections_.wake(); }
  void stop_all() override { connections_.stop_all(); }

 private:
  CrawlTime& time_;
  HttpConnections connections_;
  std::stop_callback<std::function<void()>> on_stop_;
};

}  // namespace

HttpFetcher::HttpFetcher(std::shared_ptr<NameLookups> names) : names_(std::move(names)) {}
HttpFetcher::~HttpFetcher() = default;

FetchResponse HttpFetcher::fetch(const FetchRequest& request, CrawlTime& time) {
  std::unique_ptr<HttpConnections> connections;
  {
    const MutexLock lock(mutex_);
    if (!idle_.empty()) {
      connections = std::move(idle_.back());
      idle_.pop_back();
    }
  }
  if (!connections) connections = std::make_unique<HttpConnections>(names_, kept_by_a_thread);
  std::optional<FetchResponse> come;
  {
    const std::stop_callback on_stop(time.stop_token(), [&] { connections->wake(); });
    connections->start(request, [&](FetchResponse response) { come = std::move(response); });
    while (!come) {
      if (time.stopped()) connections->stop_all();
      connections->run_until(wall(time, never));
    }
  }
  const MutexLock lock(mutex_);
  idle_.push_back(std::move(connections));
  return std::move(*come);
}

std::unique_ptr<FetchLoop> HttpFetcher::make_loop(CrawlTime& time) {
  return std::make_unique<HttpLoop>(time, names_);
}

}  // namespace contend::crawler
