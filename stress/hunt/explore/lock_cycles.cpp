#include "stress/hunt/explore/lock_cycles.hpp"

#include <algorithm>

#include "stress/hunt/waiting/lock_order.hpp"

namespace contend::hunt {
namespace {

constexpr std::size_t longest_cycle = 4;
constexpr std::size_t most_cycles = 64;

bool is_held(const LockEdge& edge, const volatile void* lock) {
  return std::find(edge.held, edge.held + edge.held_count, lock) != edge.held + edge.held_count;
}

bool have_one_in_common(const LockEdge& a, const LockEdge& b) {
  return std::any_of(a.held, a.held + a.held_count, [&](const volatile void* lock) { return is_held(b, lock); });
}

class Search {
 public:
  std::vector<LockCycle> run() {
    for (std::uint32_t i = 0; i < lock_edge_count() && found_.size() < most_cycles; ++i) {
      first_ = i;
      path_ = {&lock_edge(i)};
      extend();
    }
    return std::move(found_);
  }

 private:
  // By edges behind the first one: each cycle is met once, from its first edge.
  void extend() {
    const LockEdge& last = *path_.back();
    if (path_.size() > 1 && is_held(*path_.front(), last.wanted)) keep();
    if (path_.size() == longest_cycle) return;
    for (std::uint32_t i = first_ + 1; i < lock_edge_count() && found_.size() < most_cycles; ++i) {
      const LockEdge& next = lock_edge(i);
      const bool fits = is_held(next, last.wanted) && std::ranges::none_of(path_, [&](const LockEdge* edge) {
                          return edge->thread == next.thread || have_one_in_common(*edge, next);
                        });
      if (!fits) continue;
      path_.push_back(&next);
      extend();
      path_.pop_back();
    }
  }

  void keep() {
    LockCycle cycle;
    for (std::size_t i = 0; i < path_.size(); ++i) {
      const LockEdge& edge = *path_[i];
      const LockEdge& before = *path_[(i + path_.size() - 1) % path_.size()];
      cycle.stops.push_back({edge.thread, before.wanted, edge.wanted});
      for (const std::uint64_t part : {std::uint64_t{edge.thread}, reinterpret_cast<std::uint64_t>(edge.wanted)}) {
        cycle.name = (cycle.name ^ part) * 0x9E3779B97F4A7C15u;
        cycle.name ^= cycle.name >> 29;
      }
    }
    found_.push_back(std::move(cycle));
  }

  std::uint32_t first_ = 0;
  std::vector<const LockEdge*> path_;
  std::vector<LockCycle> found_;
};

}  // namespace

std::vector<LockCycle> lock_cycles_of_last() {
  return lock_edge_count() < 2 ? std::vector<LockCycle>() : Search().run();
}

}  // namespace contend::hunt
