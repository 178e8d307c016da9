#include "impls/crawler/visit/exact_depths.hpp"

#include <algorithm>
#include <deque>

namespace contend::crawler {

// Level by level. A page that is seen to be nearer than before is gone through again, so that the result is the same in
// whatever order.
void ExactDepths::work_out() {
  ++round_;
  reachable_.clear();
  std::deque<PageRecord*> open;
  const auto reach = [&](PageRecord* page, std::uint32_t depth, std::uint32_t hops, bool same_level) {
    if (page->round != round_) {
      page->round = round_;
      page->least_depth = depth;
      page->least_hops = hops;
      reachable_.push_back(page);
    } else if (depth < page->least_depth || hops < page->least_hops) {
      page->least_depth = std::min(depth, page->least_depth);
      page->least_hops = std::min(hops, page->least_hops);
    } else {
      return;
    }
    if (same_level) {
      open.push_front(page);
    } else {
      open.push_back(page);
    }
  };
  for (PageRecord* start : starts_) reach(start, 0, 0, false);
  while (!open.empty()) {
    const PageRecord* page = open.front();
    open.pop_front();
    if (page->target != nullptr && page->least_hops < max_redirects_) {
      reach(page->target, page->least_depth, page->least_hops + 1, true);
    }
    if (page->least_depth >= max_depth_) continue;
    for (PageRecord* link : page->links) reach(link, page->least_depth + 1, 0, false);
  }
}

std::vector<PageRecord*> ExactDepths::schedule_left_out() {
  std::vector<PageRecord*> pending;
  for (PageRecord* page : reachable_) {
    if (page->scheduled || page->outcome == PageOutcome::out_of_scope) continue;
    page->depth = page->least_depth;
    page->hops = page->least_hops;
    page->scheduled = true;
    pending.push_back(page);
  }
  return pending;
}

}  // namespace contend::crawler
