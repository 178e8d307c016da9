#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "impls/crawler/crawler.hpp"

namespace contend::crawler {
namespace {

constexpr std::size_t shown_urls = 3;      // of those that have one reason
constexpr std::size_t shown_reasons = 10;  // of an outcome

// With dots in place of its middle where it is longer.
std::string fitted(std::string_view text, std::size_t columns) {
  constexpr std::string_view dots = "...";
  if (text.size() <= columns) return std::string(text);
  const std::size_t kept = columns > dots.size() ? columns - dots.size() : 0;
  const std::size_t tail = kept / 2;
  return fmt::format("{}{}{}", text.substr(0, kept - tail), dots, text.substr(text.size() - tail));
}

using Cause = std::pair<int, std::string_view>;  // status and reason
using Causes = std::map<Cause, std::vector<std::string_view>>;

// Pages that were to be fetched, and were not, or not to any use.
std::map<PageOutcome, Causes> causes_of(const Report& report) {
  std::map<PageOutcome, Causes> causes;
  for (const CrawledPage& page : report.pages) {
    const bool as_wished = page.outcome == PageOutcome::fetched && page.reason.empty();
    if (as_wished || page.outcome == PageOutcome::redirected) continue;
    const int status = page.outcome == PageOutcome::http_error ? page.status : 0;
    causes[page.outcome][{status, page.reason}].push_back(page.url);
  }
  return causes;
}

std::string title_of(PageOutcome outcome, const Cause& cause) {
  std::string title(to_string(outcome));
  if (cause.first != 0) title += fmt::format(" {}", cause.first);
  if (!cause.second.empty()) title += fmt::format(": {}", cause.second);
  return title;
}

}  // namespace

std::string render(const Report& report, std::size_t columns) {
  std::string text;
  const auto line = [&](std::string_view content) { text += fitted(content, columns) + '\n'; };
  line(fmt::format("crawl {}: {} addresses, {} of them fetched", to_string(report.end), report.pages.size(),
                   report.count(PageOutcome::fetched)));
  line(fmt::format("{} fetches, {} of them again; {} of robots.txt; {} links out of scope", report.fetches,
                   report.retries, report.robots_fetches, report.links_out_of_scope));
  for (std::size_t i = 0; i < page_outcomes; ++i) {
    if (report.by_outcome[i] == 0) continue;
    line(fmt::format("  {:<20}{:>10}", to_string(static_cast<PageOutcome>(i)), report.by_outcome[i]));
  }
  for (const auto& [outcome, causes] : causes_of(report)) {
    text += '\n';
    std::size_t reasons = 0;
    std::size_t left_out = 0;
    for (const auto& [cause, urls] : causes) {
      if (++reasons > shown_reasons) {
        left_out += urls.size();
        continue;
      }
      line(title_of(outcome, cause));
      for (std::size_t i = 0; i < std::min(urls.size(), shown_urls); ++i) line(fmt::format("  {}", urls[i]));
      if (urls.size() > shown_urls) line(fmt::format("  and {} more", urls.size() - shown_urls));
    }
    if (left_out > 0) line(fmt::format("{}: {} more, for other reasons", to_string(outcome), left_out));
  }
  return text;
}

}  // namespace contend::crawler
