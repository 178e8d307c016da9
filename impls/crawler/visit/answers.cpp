#include "impls/crawler/visit/answers.hpp"

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

}  // namespace

Discovery read_page(PageRecord& page, const FetchResponse& response, const CrawlScope& scope,
                    const std::function<bool()>& stopped) {
  Discovery found;
  page.status = response.error == FetchError::none ? response.status : 0;
  if (response.error != FetchError::none) {
    page.outcome = outcome_of(response.error);
  } else if (is_redirect(response)) {
    found.redirect = Url::resolve(page.url, response.location);
    page.outcome = found.redirect ? PageOutcome::redirected : PageOutcome::bad_redirect;
  } else if (!is_success(response)) {
    page.outcome = PageOutcome::http_error;
  } else if (response.truncated) {
    page.outcome = PageOutcome::truncated;
  } else {
    page.outcome = PageOutcome::fetched;
    if (!response.encoded && is_html(response.content_type)) {
      PageLinks links = links_of(response.body, response.content_type, page.url, stopped);
      if (links.stopped || links.too_many) {
        page.outcome = links.stopped ? PageOutcome::in_flight : PageOutcome::truncated;
        return found;
      }
      found.links = std::move(links.urls);
      page.links_out_of_scope =
          static_cast<std::uint32_t>(std::erase_if(found.links, [&](const Url& url) { return !scope.contains(url); }));
    }
  }
  return found;
}

RobotsStep read_robots(const Url& asked, const FetchResponse& response, std::uint32_t hops, const CrawlScope& scope,
                       std::string_view user_agent) {
  if (is_redirect(response)) {
    auto next = Url::resolve(asked, response.location);
    if (next && hops < robots_redirects && scope.contains(*next)) return {std::move(next), {}};
    return {std::nullopt, RobotsRules::allow_all()};
  }
  if (is_success(response)) return {std::nullopt, RobotsRules::parse(response.body, user_agent)};
  if (response.error == FetchError::none && response.status < 500) return {std::nullopt, RobotsRules::allow_all()};
  return {std::nullopt, RobotsRules::disallow_all()};
}

}  // namespace contend::crawler
