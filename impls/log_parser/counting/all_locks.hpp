#pragma once

#include "impls/sync/mutex.hpp"

namespace contend::log_parser {

// Holds the mutex of each part that is wanted, in their order, for a scope. Which ones is known at run time only, so the
// thread-safety analysis cannot follow.
template <class Parts, class IsWanted>
class WantedLocks {
 public:
  WantedLocks(Parts& parts, IsWanted is_wanted) NO_THREAD_SAFETY_ANALYSIS : parts_(parts), is_wanted_(is_wanted) {
    for (std::size_t i = 0; i < parts_.size(); ++i) {
      if (is_wanted_(i)) parts_[i].mutex.lock();
    }
  }
  ~WantedLocks() NO_THREAD_SAFETY_ANALYSIS {
    for (std::size_t i = 0; i < parts_.size(); ++i) {
      if (is_wanted_(i)) parts_[i].mutex.unlock();
    }
  }
  WantedLocks(const WantedLocks&) = delete;
  WantedLocks& operator=(const WantedLocks&) = delete;

 private:
  Parts& parts_;
  const IsWanted is_wanted_;
};

struct EveryPart {
  bool operator()(std::size_t) const { return true; }
};

// The mutex of every part.
template <class Parts>
class AllLocks : public WantedLocks<Parts, EveryPart> {
 public:
  explicit AllLocks(Parts& parts) : WantedLocks<Parts, EveryPart>(parts, {}) {}
};

}  // namespace contend::log_parser
