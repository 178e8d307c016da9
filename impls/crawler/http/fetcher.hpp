#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include "impls/base/time.hpp"
#include "impls/crawler/time/crawl_time.hpp"
#include "impls/crawler/url/url.hpp"

namespace contend::crawler {

struct FetchTimeouts {
  DurationNs connect_ns = 10'000'000'000;     // for the host's name and a connection to one of its addresses
  DurationNs first_byte_ns = 30'000'000'000;  // from the connection to the whole head of the answer
  DurationNs total_ns = 60'000'000'000;       // of one attempt, all in all
};

enum class FetchError : std::uint8_t {
  none,
  connect_timeout,
  first_byte_timeout,
  total_timeout,
  connect_failed,
  broken,   // the connection ended early, or what came is not HTTP
  stopped,  // the crawl was
  failed,   // the fetcher threw; made of the exception by who called it
};

struct FetchRequest {
  const Url* url = nullptr;  // lives until the answer
  std::string_view user_agent;
  FetchTimeouts timeouts;
  std::size_t body_limit = 0;
};

struct FetchResponse {
  FetchError error = FetchError::none;
  std::string_view why;  // what the error was, for people; lives for ever, may be empty
  int status = 0;        // the fields from here on only without an error
  std::string content_type;
  std::string location;     // as it stands there; empty: none
  std::string retry_after;  // as it stands there
  std::string date;         // what a Retry-After with a date is compared with
  bool encoded = false;     // the body has a Content-Encoding, which nobody asked for
  bool truncated = false;   // the body was longer than the limit, and `body` holds its first body_limit bytes
  std::string body;
};

// Fetches that are in flight on one thread. All methods but `wake` belong to the thread that made the loop.
class FetchLoop {
 public:
  virtual ~FetchLoop() = default;

  // Begins a fetch; `done` is called once by a later run_until. Nothing is thrown through it.
  virtual void start(const FetchRequest& request, std::function<void(FetchResponse)> done) = 0;
  // Calls what has been done. Where nothing has, waits for it, for a wake, or until the time has come.
  virtual void run_until(TimeNs deadline_ns) = 0;
  // Ends a run_until, the current or the next one. From any thread.
  virtual void wake() = 0;
  // Ends all fetches: they are answered with `stopped` by the next run_until.
  virtual void stop_all() = 0;
};

// Where pages come from. Both forms may be used from several threads at once.
class Fetcher {
 public:
  virtual ~Fetcher() = default;

  // One attempt, blocking. Follows no redirect. Ends early with `stopped` when the crawl is. May throw; what is thrown
  // counts as a failed attempt that is not repeated, but for std::bad_alloc, which ends the crawl.
  virtual FetchResponse fetch(const FetchRequest& request, CrawlTime& time) = 0;
  // The asynchronous form; `time` outlives the loop.
  virtual std::unique_ptr<FetchLoop> make_loop(CrawlTime& time) = 0;
};

}  // namespace contend::crawler
