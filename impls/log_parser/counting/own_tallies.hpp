#pragma once

#include <deque>

#include "impls/base/contract.hpp"
#include "impls/log_parser/counting/all_locks.hpp"
#include "impls/log_parser/counting/tally.hpp"
#include "impls/sync/cache_line.hpp"
#include "impls/sync/mutex.hpp"

namespace contend::log_parser {

// What holds for every design whose threads queue and count for themselves.
inline constexpr Contract own_tallies{
    .complexity = "feed O(1), and a copy unless kept alive; report O(threads * (distinct keys + windows))",
};

// A tally for each of a parser's threads, which alone adds to it, under a lock that nobody else wants but a report.
class OwnTallies {
 public:
  explicit OwnTallies(const LogParser::Options& options) : options_(options) {
    for (int i = 0; i < options.threads; ++i) tallies_.emplace_back(options);
  }

  void add(std::size_t worker, CountDelta& delta) {
    Own& own = tallies_[worker];
    const MutexLock lock(own.mutex);
    own.tally.add(delta);
  }

  void advance(std::int64_t slide) {
    const MutexLock lock(tallies_.front().mutex);
    tallies_.front().tally.advance(slide);
  }

  void drain() {}

  // All locks together, or a report could hold a later piece of a stream and lack an earlier one that another thread
  // has counted. In order of the threads, so no circle. Their number is known at run time only.
  Report report() NO_THREAD_SAFETY_ANALYSIS {
    Tally sum(options_);
    {
      const AllLocks locks(tallies_);
      for (const Own& own : tallies_) sum.add(own.tally);
    }
    return sum.report();
  }

 private:
  struct alignas(cache_line_bytes) Own {
    explicit Own(const LogParser::Options& options) : tally(options) {}
    Mutex mutex{LockLabel{"tally", 0}};
    Tally tally GUARDED_BY(mutex);
  };

  const LogParser::Options& options_;
  std::deque<Own> tallies_;
};

}  // namespace contend::log_parser
