#pragma once

#include <boost/describe/enum.hpp>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "impls/base/clock.hpp"
#include "impls/base/time.hpp"
#include "impls/crawler/http/fetcher.hpp"

namespace contend::crawler {

// Visits the pages of a site by following links: each page once, none outside the scope, in the order and at the speed
// that the site asks for, by several workers at a time.
//
// Sequential meaning
//   Identity   A URL is its normal form (url.hpp). Each is fetched once in a crawl, retries aside.
//   Scope      A URL is in scope if it shares its origin (scheme, host, port) with one of the start URLs, as they were
//              typed: a start that redirects elsewhere does not move the scope. By choice host and port, or the host
//              alone, are enough. Links out of scope are counted, not kept.
//   Redirects  Every hop is a URL of its own: scope, robots and visited are asked again. A target out of scope is
//              recorded as out_of_scope and never fetched. A redirect keeps the depth. What can only be reached over
//              more than max_redirects redirects in a row is not fetched, and the page that would lead there is
//              recorded as too_many_redirects.
//   Depth      The least number of links from a start, exactly: workers claim a URL by whatever way comes first, and
//              before a crawl ends the depths are worked out from all links, and pages are fetched that were left out
//              because they had been met on a longer way.
//   Robots     RFC 9309 (robots.hpp), one fetch of /robots.txt for each origin; its first 500 KiB count, whatever
//              body_limit is. 2xx: its rules. Up to five redirects are followed, also out of the scope: nothing else is
//              fetched there. 4xx or more redirects: everything is allowed. 5xx, no answer, or one that cannot be read, as
//              with a Content-Encoding: nothing is. Retried as pages are.
//   Politeness host_delay_ns passes between the end of one fetch and the start of the next of a host, robots.txt and
//              retries included; then a host is fetched from once at a time. Crawl-delay lines are not obeyed.
//   Timeouts   For connecting, for the first byte, for a whole fetch (fetcher.hpp); deadline_ns for the whole crawl.
//   Retries    See RetryPolicy. A page that is redirected is not retried.
//   Body       A body over the limit is cut off: the page counts as truncated, and no links are taken from it, nor of a
//              page whose links would take more memory than links.hpp allows. Links are taken from complete 2xx pages of
//              type text/html or application/xhtml+xml, or of none, whose body has no Content-Encoding.
//   End        When the frontier is empty and nobody is busy; or by `stop`, by the deadline, or by max_pages: then
//              nothing more is claimed, and the report says what was in flight and what was never started. Fetches in
//              flight are finished after max_pages, and end at their next wait after the other two.
//   Report     The set of pages with status, depth and outcome does not depend on the design nor on the order, as long
//              as the crawl finishes and neither max_pages nor the retry budget of a host cuts it short.
//   Memory     std::bad_alloc, the fetcher's too, ends the crawl: it is thrown when all threads are home. Nothing of the
//              crawl is left, and the next one is as if there had been none.
//   Errors     Bad options throw std::invalid_argument at construction. A start that is no http URL ends the crawl with
//              invalid_start, before anything is fetched.
//
// Concurrency: crawl may be called from several threads at once; the crawls share nothing. It blocks, with threads of
// its own that are joined before it returns. Fetchers are called from all of them.
// Complexity: O(bytes of all pages + links); memory: a record with its URL for each page met in scope, and a word for
// each link; the frontier holds at most the pages that were met: it is bounded by the site and by max_pages.

enum class Scope : std::uint8_t { origin, host_and_port, host };
BOOST_DESCRIBE_ENUM(Scope, origin, host_and_port, host)
std::string_view to_string(Scope scope);

// Full jitter: before retry n (from 0) a worker's page waits U(0, min(cap_ns, base_ns * 2^n)), drawn from the seed, the
// URL and n. A Retry-After is waited for instead; one over longest_retry_after_ns ends the retries.
struct RetryPolicy {
  std::uint32_t attempts = 3;  // of a URL, the first one included; at least 1
  std::vector<int> statuses{408, 429, 500, 502, 503, 504};
  bool network_errors = true;  // timeouts and broken connections too
  DurationNs base_ns = 500'000'000;
  DurationNs cap_ns = 30'000'000'000;
  DurationNs longest_retry_after_ns = 120'000'000'000;
  std::uint32_t budget_per_host = 100;  // retries of all URLs of a host in one crawl: a dead host costs no more
};

inline constexpr int max_crawl_workers = 256;
inline constexpr std::uint32_t no_limit = std::numeric_limits<std::uint32_t>::max();

struct Options {
  int workers = 4;                // threads; 1 to max_crawl_workers
  std::uint32_t in_flight = 128;  // fetches at a time of each thread of an event loop; others fetch one
  Scope scope = Scope::origin;
  std::uint32_t max_depth = no_limit;                                   // links from a start; 0: the starts only
  std::uint64_t max_pages = std::numeric_limits<std::uint64_t>::max();  // fetched; the rest is never started
  std::uint32_t max_redirects = 10;                                     // in a row
  bool robots = true;
  std::string user_agent = "contend";  // product token: letters, - and _
  DurationNs host_delay_ns = 0;
  std::uint32_t max_per_host = 0;  // fetches of a host at a time; 0: no limit; with a delay it is 1
  FetchTimeouts timeouts{};
  DurationNs deadline_ns = forever;  // of the whole crawl, from its beginning
  RetryPolicy retry{};
  std::size_t body_limit = std::size_t{10} << 20;
  std::uint64_t seed = 1;
};

enum class PageOutcome : std::uint8_t {
  fetched,             // 2xx, complete
  redirected,          // the target is a page of its own
  http_error,          // any other status, after the retries
  truncated,           // longer than the limit, or its links are
  timed_out,           // after the retries
  unreachable,         // no connection, or it broke; after the retries
  fetcher_failed,      // the fetcher threw
  out_of_scope,        // the target of a redirect; never fetched
  robots_refused,      // never fetched
  too_many_redirects,  // redirected, and not followed
  bad_redirect,        // redirected to what is no http URL
  in_flight,           // the crawl was stopped meanwhile
  never_started,       // the crawl was stopped before
};
BOOST_DESCRIBE_ENUM(PageOutcome, fetched, redirected, http_error, truncated, timed_out, unreachable, fetcher_failed,
                    out_of_scope, robots_refused, too_many_redirects, bad_redirect, in_flight, never_started)
inline constexpr std::size_t page_outcomes = static_cast<std::size_t>(PageOutcome::never_started) + 1;
std::string_view to_string(PageOutcome outcome);

enum class CrawlEnd : std::uint8_t { finished, cancelled, deadline, page_limit, invalid_start };
BOOST_DESCRIBE_ENUM(CrawlEnd, finished, cancelled, deadline, page_limit, invalid_start)
std::string_view to_string(CrawlEnd end);

struct CrawledPage {
  std::string url;
  int status = 0;  // of the last attempt; 0: there was no answer
  std::uint32_t depth = 0;
  PageOutcome outcome = PageOutcome::never_started;
  // What the outcome alone does not say, for people, in one line that a terminal may be given: which rule of robots.txt,
  // where a redirect leads or came from, what went wrong.
  std::string reason;

  // The reason aside, which may depend on what the network did.
  bool operator==(const CrawledPage& other) const {
    return url == other.url && status == other.status && depth == other.depth && outcome == other.outcome;
  }
};

struct Report {
  CrawlEnd end = CrawlEnd::finished;
  std::vector<CrawledPage> pages;                // sorted by URL
  std::uint64_t by_outcome[page_outcomes] = {};  // their sum is the number of pages
  std::uint64_t fetches = 0;                     // attempts, robots.txt aside
  std::uint64_t retries = 0;
  std::uint64_t robots_fetches = 0;            // attempts
  std::uint64_t links_out_of_scope = 0;        // of fetched pages, each once a page
  std::vector<std::uint64_t> pages_of_worker;  // claimed by each thread

  std::uint64_t count(PageOutcome outcome) const { return by_outcome[static_cast<std::size_t>(outcome)]; }
  std::uint64_t visited() const;  // of which the outcome is known by fetching
  std::uint64_t failed() const;   // of these, those without a usable answer
};

// What became of the pages, for people: how many by outcome, then those that were not fetched, by outcome and reason, with
// a few of their URLs. Lines of at most `columns` characters, of which a URL that is longer keeps both ends.
std::string render(const Report& report, std::size_t columns = 100);

// The order that a sequential crawl, which goes level by level, would report: by depth, then by URL.
std::vector<CrawledPage> in_breadth_first_order(const Report& report);

struct Guarantees {
  // A page that waits for its host or for a retry keeps a worker busy with waiting.
  bool waiting_holds_worker = true;

  std::vector<std::pair<std::string_view, std::string>> describe() const;
};

class Crawler {
 public:
  using Options = crawler::Options;
  using Guarantees = crawler::Guarantees;

  virtual ~Crawler() = default;

  // Visits what can be reached from `starts`. All waits are by `clock`.
  virtual Report crawl(std::span<const std::string> starts, Fetcher& fetcher, Clock& clock, std::stop_token stop) = 0;

  Report crawl(const std::string& start, Fetcher& fetcher, Clock& clock, std::stop_token stop = {}) {
    return crawl(std::span(&start, 1), fetcher, clock, std::move(stop));
  }
};

// Throws std::invalid_argument that names the field, its value and what is allowed.
void check_options(const Options& options);

}  // namespace contend::crawler
