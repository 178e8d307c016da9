#pragma once

#include <cstdint>
#include <vector>

#include "impls/crawler/visit/page_record.hpp"

namespace contend::crawler {

// The least depth and the least redirects in a row of every page that can be reached within the limits, worked out from
// the links that are known. Workers claim a page by whatever way comes first; this makes the result independent of it.
//
// Between rounds only, by one thread. O(pages + links) each time, unless a page is seen to be nearer than before.
class ExactDepths {
 public:
  ExactDepths(std::uint32_t max_depth, std::uint32_t max_redirects)
      : max_depth_(max_depth), max_redirects_(max_redirects) {}

  void add_start(PageRecord* page) { starts_.push_back(page); }
  // Anew, from all links that are known now.
  void work_out();
  // By the last work_out; in no order that says anything.
  const std::vector<PageRecord*>& reachable() const { return reachable_; }
  // The reachable pages that were left out because they had been met on a way beyond a limit: they are scheduled now.
  std::vector<PageRecord*> schedule_left_out();

 private:
  const std::uint32_t max_depth_;
  const std::uint32_t max_redirects_;
  std::vector<PageRecord*> starts_;
  std::vector<PageRecord*> reachable_;
  std::uint32_t round_ = 0;
};

}  // namespace contend::crawler
