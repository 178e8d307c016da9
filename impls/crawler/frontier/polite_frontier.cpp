#include "impls/crawler/frontier/polite_frontier.hpp"

#include <algorithm>

namespace contend::crawler {

const Url& PoliteFrontier::Job::url() const {
  return work_.page != nullptr ? work_.page->url : work_.robots_of->asked;
}

std::uint32_t PoliteFrontier::Job::attempt() const {
  return work_.page != nullptr ? work_.page->attempts : work_.robots_of->attempts;
}

PoliteFrontier::Host& PoliteFrontier::host_of(const Url& url) {
  const auto it = hosts_.find(url.host());
  if (it != hosts_.end()) return *it->second;
  const auto added = hosts_.try_emplace(std::string(url.host()), std::make_unique<Host>()).first;
  added->second->served = ++served_;
  return *added->second;
}

void PoliteFrontier::list(Host& host) {
  if (host.place) by_time_.erase(*host.place);
  host.place.reset();
  const std::uint32_t limit = run_.hosts().limit();
  if (limit > 0 && host.turns >= limit) return;
  TimeNs from_ns = never;
  if (!host.ready.empty()) {
    from_ns = host.next_ns;
  } else if (!host.delayed.empty()) {
    from_ns = std::max(host.next_ns, host.delayed.top().due_ns);
  } else {
    return;
  }
  host.place = Place(from_ns, host.served);
  by_time_.emplace(*host.place, &host);
}

void PoliteFrontier::ask_robots(Origin& origin, Url url) {
  origin.asked = std::move(url);
  origin.attempts = 0;
  Host& host = host_of(origin.asked);
  host.ready.push_front({nullptr, &origin});
  list(host);
}

void PoliteFrontier::add(PageRecord* page, WorkerCounts& counts) {
  ++outstanding_;
  if (!run_.options().robots) {
    Host& host = host_of(page->url);
    host.ready.push_back({page, nullptr});
    list(host);
    return;
  }
  const auto [it, first] = origins_.try_emplace(std::string(page->url.origin()));
  if (first) {
    it->second = std::make_unique<Origin>();
    ask_robots(*it->second, CrawlRun::robots_url(page->url));
  }
  Origin& origin = *it->second;
  if (origin.rules) {
    add_allowed(page, *origin.rules, counts);
  } else {
    origin.waiting.push_back(page);
  }
}

void PoliteFrontier::add_allowed(PageRecord* page, const RobotsRules& rules, WorkerCounts& counts) {
  if (!run_.claiming()) return;
  if (run_.apply_robots(*page, rules)) {
    Host& host = host_of(page->url);
    host.ready.push_back({page, nullptr});
    list(host);
  } else if (page->outcome == PageOutcome::robots_refused) {
    run_.count_claim(*page, counts);
    --outstanding_;
  }
}

std::optional<PoliteFrontier::Job> PoliteFrontier::take(TimeNs now_ns, WorkerCounts& counts) {
  if (!run_.claiming() || next_ns() > now_ns) return std::nullopt;
  Host& host = *by_time_.begin()->second;
  Job job;
  job.host_ = &host;
  const bool retry = !host.delayed.empty() && host.delayed.top().due_ns <= now_ns;
  if (retry) {
    job.work_ = host.delayed.top().work;
    host.delayed.pop();
    ++counts.retries;
  } else {
    job.work_ = host.ready.front();
    host.ready.pop_front();
  }
  if (PageRecord* page = job.page(); page != nullptr && !retry) {
    if (!run_.claim(*page, counts) || !run_.take_ticket()) return std::nullopt;
    page->outcome = PageOutcome::in_flight;
  }
  ++(job.page() != nullptr ? counts.fetches : counts.robots_fetches);
  ++host.turns;
  host.served = ++served_;
  list(host);
  return job;
}

void PoliteFrontier::give_back(const Job& job, const FetchResponse& response, std::optional<DurationNs> retry_ns,
                               TimeNs now_ns, WorkerCounts& counts) {
  Host& host = *job.host_;
  --host.turns;
  if (run_.hosts().delay_ns() > 0) host.next_ns = deadline_after(now_ns, run_.hosts().delay_ns());
  ++(job.page() != nullptr ? job.page()->attempts : job.work_.robots_of->attempts);
  if (retry_ns) host.delayed.push({deadline_after(now_ns, *retry_ns), job.work_});
  list(host);
  Origin* origin = job.work_.robots_of;
  if (origin == nullptr || retry_ns) return;
  RobotsStep step = run_.read_robots(origin->asked, response, origin->hops++);
  if (step.next) {
    ask_robots(*origin, std::move(*step.next));
    return;
  }
  origin->rules = std::move(step.rules);
  for (PageRecord* page : std::exchange(origin->waiting, {})) add_allowed(page, *origin->rules, counts);
}

}  // namespace contend::crawler
