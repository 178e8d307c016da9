#include "impls/crawler/visit/answers.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "impls/crawler/html/links.hpp"

namespace contend::crawler {
namespace {

constexpr std::uint32_t robots_redirects = 5;

bool is_redirect(const FetchResponse& response) {
  const int status = response.status;
  return response.error == FetchError::none && !response.location.empty() &&
         (status == 301 || status == 302 || status == 303 || status == 307 || status == 308);
}

bool is_success(const FetchResponse& response) {
  return response.error == FetchError::none && response.status >= 200 && response.status < 300;
}

PageOutcome outcome_of(FetchError error) {
  switch (error) {
    case FetchError::none:
      break;
    case FetchError::connect_timeout:
    case FetchError::first_byte_timeout:
    case FetchError::total_timeout:
      return PageOutcome::timed_out;
    case FetchError::connect_failed:
    case FetchError::broken:
      return PageOutcome::unreachable;
    case FetchError::stopped:
      return PageOutcome::in_flight;
    case FetchError::failed:
      return PageOutcome::fetcher_failed;
  }
  return PageOutcome::http_error;
}

// Bytes of others, for a terminal.
std::string shown(std::string_view text) {
  constexpr std::size_t shown_bytes = 200;
  std::string safe(text.substr(0, shown_bytes));
  std::ranges::replace_if(safe, [](char c) { return c < 0x20 || c == 0x7F; }, '?');
  return safe;
}

// Why there was no answer.
std::string reason_of(const FetchResponse& response) {
  if (!response.why.empty()) return std::string(response.why);
  switch (response.error) {
    case FetchError::connect_timeout:
      return "no connection in time";
    case FetchError::first_byte_timeout:
      return "no answer in time";
    case FetchError::total_timeout:
      return "not whole in time";
    case FetchError::connect_failed:
      return "no connection";
    case FetchError::broken:
      return "the answer broke off, or was no HTTP";
    case FetchError::failed:
      return "the fetcher threw an exception";
    case FetchError::none:
    case FetchError::stopped:
      break;
  }
  return "";
}

}  // namespace

Discovery read_page(PageRecord& page, const FetchResponse& response, const CrawlScope& scope,
                    const std::function<bool()>& stopped) {
  Discovery found;
  page.status = response.error == FetchError::none ? response.status : 0;
  const auto end = [&](PageOutcome outcome, std::string why) {
    page.outcome = outcome;
    page.reason = std::move(why);
    return std::move(found);
  };
  if (response.error != FetchError::none) return end(outcome_of(response.error), reason_of(response));
  if (is_redirect(response)) {
    found.redirect = Url::resolve(page.url, response.location);
    if (!found.redirect) return end(PageOutcome::bad_redirect, "to " + shown(response.location));
    return end(PageOutcome::redirected, "to " + shown(found.redirect->text()));
  }
  if (!is_success(response)) return end(PageOutcome::http_error, "");
  if (response.truncated) return end(PageOutcome::truncated, fmt::format("more than {} bytes", response.body.size()));
  if (!is_html(response.content_type)) return end(PageOutcome::fetched, "");
  if (response.encoded) return end(PageOutcome::fetched, "no links are taken: it has a Content-Encoding");
  PageLinks links = links_of(response.body, response.content_type, page.url, stopped);
  if (links.stopped) return end(PageOutcome::in_flight, "");
  if (links.too_many) return end(PageOutcome::truncated, "its links take more memory than links of its size may");
  found.links = std::move(links.urls);
  page.links_out_of_scope =
      static_cast<std::uint32_t>(std::erase_if(found.links, [&](const Url& url) { return !scope.contains(url); }));
  return end(PageOutcome::fetched, "");
}

RobotsStep read_robots(const Url& asked, const FetchResponse& response, std::uint32_t hops,
                       std::string_view user_agent) {
  const auto refused = [&](std::string_view why) {
    return RobotsStep{std::nullopt, RobotsRules::disallow_all(fmt::format("{} {}", asked.text(), why))};
  };
  if (response.error != FetchError::none) return refused(reason_of(response));
  if (is_redirect(response)) {
    auto next = Url::resolve(asked, response.location);
    if (!next) return refused("redirects to " + shown(response.location));
    if (hops >= robots_redirects) return {std::nullopt, RobotsRules::allow_all()};
    return {std::move(next), {}};
  }
  if (response.status >= 400 && response.status < 500) return {std::nullopt, RobotsRules::allow_all()};
  if (!is_success(response)) return refused(fmt::format("was answered with {}", response.status));
  if (response.encoded) return refused("has a Content-Encoding");
  return {std::nullopt, RobotsRules::parse(response.body, user_agent, response.truncated)};
}

}  // namespace contend::crawler
