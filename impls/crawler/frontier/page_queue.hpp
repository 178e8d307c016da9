#pragma once

#include <span>
#include <utility>

#include "impls/crawler/visit/page_record.hpp"

namespace contend::crawler {

// Pages in the order in which they came, strung together by the records themselves: putting one in takes no memory, and
// so cannot fail when the page has been counted already. Not synchronised. O(1) a page.
class PageQueue {
 public:
  bool empty() const { return first_ == nullptr; }
  void push(std::span<PageRecord* const> pages) {
    for (PageRecord* page : pages) {
      page->next_queued = nullptr;
      (first_ == nullptr ? first_ : last_->next_queued) = page;
      last_ = page;
    }
  }
  // Requires that it is not empty.
  PageRecord* pop() {
    PageRecord* page = first_;
    first_ = std::exchange(page->next_queued, nullptr);
    return page;
  }
  void clear() { first_ = nullptr; }

 private:
  PageRecord* first_ = nullptr;
  PageRecord* last_ = nullptr;
};

}  // namespace contend::crawler
