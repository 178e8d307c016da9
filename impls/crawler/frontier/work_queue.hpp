#pragma once

#include <atomic>
#include <cstddef>
#include <span>
#include <vector>

#include "impls/crawler/frontier/page_queue.hpp"
#include "impls/crawler/visit/crawl_run.hpp"
#include "impls/sync/mutex.hpp"

namespace contend::crawler {

// What designs say of themselves whose queue is a WorkQueue.
inline constexpr Contract work_queue =
    Contract{
        .shutdown = "who counts the last outstanding page down closes the queue, as does who sees the crawl stopped",
    }
        .within(counted_pages);

// A frontier: one queue under a lock of its own, and a counter of the pages that are queued or being visited, which
// says when the crawl is over. Bounded by the pages of the site.
class WorkQueue {
 public:
  explicit WorkQueue(CrawlRun& run) : run_(run) {}

  void begin(const std::vector<PageRecord*>& pages) {
    const MutexLock lock(mutex_);
    closed_ = false;
    pages_.clear();
    pages_.push(pages);
    outstanding_ = pages.size();
  }

  // Waits for a page; null: the crawl is over.
  PageRecord* take() {
    const MutexLock lock(mutex_);
    while (!closed_ && pages_.empty() && run_.claiming()) {
      const CrawlTime::Parked parked(run_.time());
      changed_.wait(mutex_);
    }
    if (closed_ || !run_.claiming()) {
      close();
      return nullptr;
    }
    return pages_.pop();
  }

  // After a visit: what it has claimed is queued before the visit itself stops to count.
  void finish(std::span<PageRecord* const> claimed) {
    outstanding_ += claimed.size();
    const bool last = --outstanding_ == 0;
    if (claimed.empty() && !last && run_.claiming()) return;
    const MutexLock lock(mutex_);
    pages_.push(claimed);
    if (last || !run_.claiming()) {
      close();
    } else if (claimed.size() == 1) {
      changed_.notify_one();
    } else {
      changed_.notify_all();
    }
  }

 private:
  void close() REQUIRES(mutex_) {
    closed_ = true;
    changed_.notify_all();
  }

  CrawlRun& run_;
  std::atomic<std::size_t> outstanding_{0};
  Mutex mutex_{{"frontier", 0}};
  ConditionVariable changed_;
  PageQueue pages_ GUARDED_BY(mutex_);
  bool closed_ GUARDED_BY(mutex_) = false;
};

}  // namespace contend::crawler
