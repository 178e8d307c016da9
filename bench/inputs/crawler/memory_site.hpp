#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "impls/base/hashing.hpp"
#include "impls/crawler/http/fetcher.hpp"
#include "impls/sync/mutex.hpp"

namespace contend::crawler {

// What a server answers for one URL, and how long it takes.
struct SitePage {
  int status = 200;
  std::string body;
  std::string content_type = "text/html; charset=utf-8";
  std::string location;
  std::string retry_after;
  std::string date;
  bool encoded = false;
  DurationNs connect_ns = 0;            // until the connection stands
  DurationNs first_byte_ns = 0;         // from there to the first byte
  DurationNs body_ns = 0;               // from there to the last
  FetchError error = FetchError::none;  // instead of an answer, after connect_ns
  bool throws = false;                  // the fetcher itself fails
  // So many attempts come out as `failing_status` (0: broken) before the page does.
  std::uint32_t failing_attempts = 0;
  int failing_status = 503;
};

// A page with links, as HTML.
std::string html_with_links(const std::vector<std::string>& links);

// Sites in memory: the same answers in every run, latency by the crawl's clock, faults as the pages say. A URL without
// a page is answered with 404. Keeps count of the fetches of each URL and, on request, when each began and ended.
//
// Guarantee: pages are set before the crawl; fetches and counts from any thread. Fetching takes a lock only for the log,
// and for URLs without a page.
class MemorySite final : public Fetcher {
 public:
  struct Fetched {
    std::string url;
    TimeNs begin_ns = 0;
    TimeNs end_ns = 0;
  };

  // A URL in normal form.
  void set(const std::string& url, SitePage page);
  // Called before each fetch, from the thread that fetches.
  void on_fetch(std::function<void(std::string_view url)> hook) { hook_ = std::move(hook); }
  void keep_log(bool keep) { log_kept_ = keep; }

  std::uint32_t fetches_of(std::string_view url) const;
  std::uint64_t fetches() const { return fetches_; }
  // The most that were in flight at one time.
  int most_in_flight() const { return most_in_flight_; }
  std::vector<Fetched> log() const;
  // For another crawl of the same pages.
  void forget_fetches();

  FetchResponse fetch(const FetchRequest& request, CrawlTime& time) override;
  std::unique_ptr<FetchLoop> make_loop(CrawlTime& time) override;

 private:
  friend class MemoryLoop;
  struct Entry {
    SitePage page;
    std::atomic<std::uint32_t> fetches{0};
  };
  // An answer, and when it comes.
  struct Answer {
    FetchResponse response;
    DurationNs takes_ns = 0;
  };
  Answer answer(const FetchRequest& request);
  void began();
  void ended(const Url& url, TimeNs begin_ns, TimeNs end_ns);

  std::unordered_map<std::string, std::unique_ptr<Entry>, BytesHash, std::equal_to<>> pages_;
  std::function<void(std::string_view)> hook_;
  bool log_kept_ = false;
  std::atomic<std::uint64_t> fetches_{0};
  std::atomic<int> in_flight_{0};
  std::atomic<int> most_in_flight_{0};
  mutable Mutex log_mutex_{{"site log", 0}};
  std::vector<Fetched> log_ GUARDED_BY(log_mutex_);
  std::unordered_map<std::string, std::uint32_t, BytesHash, std::equal_to<>> missing_ GUARDED_BY(log_mutex_);
};

}  // namespace contend::crawler
