#include "bench/inputs/crawler/memory_site.hpp"

#include <algorithm>
#include <limits>
#include <new>
#include <stdexcept>
#include <utility>

namespace contend::crawler {

std::string html_with_links(const std::vector<std::string>& links) {
  std::string html = "<!doctype html><title>page</title><body>";
  for (const std::string& link : links) html += "<p><a href=\"" + link + "\">link</a></p>\n";
  return html;
}

void MemorySite::set(const std::string& url, SitePage page) {
  auto entry = std::make_unique<Entry>();
  entry->page = std::move(page);
  pages_[url] = std::move(entry);
}

std::uint32_t MemorySite::fetches_of(std::string_view url) const {
  if (const auto it = pages_.find(url); it != pages_.end()) return it->second->fetches;
  const MutexLock lock(log_mutex_);
  const auto it = missing_.find(url);
  return it == missing_.end() ? 0 : it->second;
}

std::vector<MemorySite::Fetched> MemorySite::log() const {
  const MutexLock lock(log_mutex_);
  return log_;
}

void MemorySite::forget_fetches() {
  for (auto& [url, entry] : pages_) entry->fetches = 0;
  fetches_ = 0;
  most_in_flight_ = 0;
  const MutexLock lock(log_mutex_);
  log_.clear();
  missing_.clear();
}

MemorySite::Answer MemorySite::answer(const FetchRequest& request) {
  const std::string& url = request.url->text();
  if (hook_) hook_(url);
  ++fetches_;
  Answer out;
  FetchResponse& response = out.response;
  const auto it = pages_.find(url);
  if (it == pages_.end()) {
    response.status = 404;
    response.content_type = "text/html";
    const MutexLock lock(log_mutex_);
    ++missing_[url];
    return out;
  }
  const SitePage& page = it->second->page;
  const std::uint32_t attempt = it->second->fetches++;
  if (page.throws) throw std::runtime_error("the fetcher fails at " + url);

  const FetchTimeouts& limits = request.timeouts;
  const auto fail_after = [&](FetchError error, DurationNs takes_ns) {
    response = {};
    response.error = takes_ns > limits.total_ns ? FetchError::total_timeout : error;
    out.takes_ns = std::min(takes_ns, limits.total_ns);
    return std::move(out);
  };
  if (page.connect_ns > limits.connect_ns) return fail_after(FetchError::connect_timeout, limits.connect_ns);
  const bool failing = attempt < page.failing_attempts;
  if (page.error != FetchError::none) return fail_after(page.error, page.connect_ns);
  if (failing && page.failing_status == 0) return fail_after(FetchError::broken, page.connect_ns);
  if (page.first_byte_ns > limits.first_byte_ns) {
    return fail_after(FetchError::first_byte_timeout, page.connect_ns + limits.first_byte_ns);
  }
  out.takes_ns = page.connect_ns + page.first_byte_ns + page.body_ns;
  if (out.takes_ns > limits.total_ns) return fail_after(FetchError::total_timeout, limits.total_ns);
  response.status = failing ? page.failing_status : page.status;
  response.retry_after = page.retry_after;
  response.date = page.date;
  if (failing) return out;
  response.content_type = page.content_type;
  response.location = page.location;
  response.encoded = page.encoded;
  response.truncated = page.body.size() > request.body_limit;
  response.body = page.body.substr(0, request.body_limit);
  return out;
}

void MemorySite::began() {
  const int now = ++in_flight_;
  int most = most_in_flight_;
  while (now > most && !most_in_flight_.compare_exchange_weak(most, now)) {
  }
}

void MemorySite::ended(const Url& url, TimeNs begin_ns, TimeNs end_ns) {
  --in_flight_;
  if (!log_kept_) return;
  const MutexLock lock(log_mutex_);
  log_.push_back({url.text(), begin_ns, end_ns});
}

FetchResponse MemorySite::fetch(const FetchRequest& request, CrawlTime& time) {
  const TimeNs begin_ns = time.now();
  began();
  Answer come;
  try {
    come = answer(request);
  } catch (...) {
    ended(*request.url, begin_ns, begin_ns);
    throw;
  }
  const bool in_time = come.takes_ns == 0 || time.sleep_until(begin_ns + come.takes_ns);
  ended(*request.url, begin_ns, time.now());
  if (in_time) return std::move(come.response);
  FetchResponse stopped;
  stopped.error = FetchError::stopped;
  return stopped;
}

// Answers lie in a heap until their time comes.
class MemoryLoop final : public FetchLoop {
 public:
  MemoryLoop(MemorySite& site, CrawlTime& time) : site_(site), time_(time), sleeper_(time) {}

  void start(const FetchRequest& request, std::function<void(FetchResponse)> done) override {
    Pending pending{time_.now(), 0, request.url, {}, std::move(done)};
    site_.began();
    MemorySite::Answer come;
    try {
      come = site_.answer(request);
    } catch (const std::bad_alloc&) {  // ends the crawl
      site_.ended(*request.url, pending.begin_ns, pending.begin_ns);
      throw;
    } catch (...) {
      come.response.error = FetchError::failed;
    }
    pending.due_ns = pending.begin_ns + come.takes_ns;
    pending.response = std::move(come.response);
    pending_.push_back(std::move(pending));
    std::ranges::push_heap(pending_, later);
  }

  void run_until(TimeNs deadline_ns) override {
    if (deliver() > 0) return;
    sleeper_.wait_until(pending_.empty() ? deadline_ns : std::min(deadline_ns, pending_.front().due_ns));
    deliver();
  }

  void wake() override { sleeper_.wake(); }

  void stop_all() override {
    for (Pending& pending : pending_) {
      pending.response = {};
      pending.response.error = FetchError::stopped;
      pending.due_ns = std::numeric_limits<TimeNs>::min();
    }
  }

 private:
  struct Pending {
    TimeNs begin_ns;
    TimeNs due_ns;
    const Url* url;
    FetchResponse response;
    std::function<void(FetchResponse)> done;
  };
  static bool later(const Pending& a, const Pending& b) { return a.due_ns > b.due_ns; }

  std::size_t deliver() {
    std::size_t delivered = 0;
    const TimeNs now_ns = time_.now();
    while (!pending_.empty() && pending_.front().due_ns <= now_ns) {
      std::ranges::pop_heap(pending_, later);
      Pending come = std::move(pending_.back());
      pending_.pop_back();
      site_.ended(*come.url, come.begin_ns, now_ns);
      come.done(std::move(come.response));
      ++delivered;
    }
    return delivered;
  }

  MemorySite& site_;
  CrawlTime& time_;
  CrawlTime::Sleeper sleeper_;
  std::vector<Pending> pending_;  // a heap, the first due in front
};

std::unique_ptr<FetchLoop> MemorySite::make_loop(CrawlTime& time) {
  return std::make_unique<MemoryLoop>(*this, time);
}

}  // namespace contend::crawler
