#include "impls/crawler/crawler.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <stdexcept>

#include "impls/base/ascii.hpp"
#include "impls/base/enum_text.hpp"

namespace contend::crawler {
namespace {

void require(bool holds, std::string_view field, const auto& value, std::string_view allowed) {
  if (!holds) throw std::invalid_argument(fmt::format("crawler: {} is {}, allowed is {}", field, value, allowed));
}

}  // namespace

static_assert(page_outcomes == enum_count<PageOutcome>, "never_started is the last outcome");

std::string_view to_string(Scope scope) {
  return enum_text(scope);
}
std::string_view to_string(PageOutcome outcome) {
  return enum_text(outcome);
}
std::string_view to_string(CrawlEnd end) {
  return enum_text(end);
}

std::uint64_t Report::failed() const {
  std::uint64_t sum = 0;
  for (const PageOutcome outcome :
       {PageOutcome::http_error, PageOutcome::truncated, PageOutcome::timed_out, PageOutcome::unreachable,
        PageOutcome::fetcher_failed, PageOutcome::too_many_redirects, PageOutcome::bad_redirect}) {
    sum += count(outcome);
  }
  return sum;
}

std::uint64_t Report::visited() const {
  return count(PageOutcome::fetched) + count(PageOutcome::redirected) + failed();
}

std::vector<CrawledPage> in_breadth_first_order(const Report& report) {
  std::vector<CrawledPage> pages = report.pages;
  std::ranges::sort(pages, {},
                    [](const CrawledPage& page) { return std::pair(page.depth, std::string_view(page.url)); });
  return pages;
}

std::vector<std::pair<std::string_view, std::string>> Guarantees::describe() const {
  return {{"waiting", waiting_holds_worker ? "a page that waits keeps a worker" : "a page that waits keeps nobody"}};
}

void check_options(const Options& options) {
  const auto positive = [](std::string_view field, DurationNs value) { require(value > 0, field, value, "> 0"); };
  require(options.workers >= 1 && options.workers <= max_crawl_workers, "workers", options.workers, "1 to 256");
  require(options.in_flight >= 1 && options.in_flight <= 65536, "in_flight", options.in_flight, "1 to 65536");
  require_enumerator("crawler: scope", options.scope);
  require(options.max_pages > 0, "max_pages", options.max_pages, "at least 1");
  require(options.host_delay_ns >= 0, "host_delay_ns", options.host_delay_ns, ">= 0");
  positive("timeouts.connect_ns", options.timeouts.connect_ns);
  positive("timeouts.first_byte_ns", options.timeouts.first_byte_ns);
  positive("timeouts.total_ns", options.timeouts.total_ns);
  positive("deadline_ns", options.deadline_ns);
  require(options.retry.attempts >= 1, "retry.attempts", options.retry.attempts, "at least 1");
  require(options.retry.base_ns >= 0, "retry.base_ns", options.retry.base_ns, ">= 0");
  require(options.retry.cap_ns >= 0, "retry.cap_ns", options.retry.cap_ns, ">= 0");
  require(options.retry.longest_retry_after_ns >= 0, "retry.longest_retry_after_ns",
          options.retry.longest_retry_after_ns, ">= 0");
  require(options.body_limit > 0, "body_limit", options.body_limit, "at least 1");
  const auto is_token = [](char c) { return is_letter(c) || c == '-' || c == '_'; };
  require(!options.user_agent.empty() && std::ranges::all_of(options.user_agent, is_token), "user_agent",
          '"' + options.user_agent + '"', "letters, - and _");
}

}  // namespace contend::crawler
