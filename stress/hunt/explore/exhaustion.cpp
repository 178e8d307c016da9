#include "stress/hunt/explore/exhaustion.hpp"

#include <unordered_map>

#include "stress/hunt/explore/tally.hpp"
#include "stress/hunt/recording/branches.hpp"

namespace contend::hunt {
namespace {

// A branch on the way that is followed now.
struct Junction {
  Branch branch;
  std::uint64_t left = 0;   // ways that were not followed yet
  std::uint32_t spent = 0;  // preemptions and faults before it
};

bool contains(std::uint64_t set, std::uint32_t value) {
  return (set >> value & 1) != 0;
}

std::uint64_t mixed(std::uint64_t sum, std::uint64_t next) {
  return (sum ^ next) * 0x9E3779B97F4A7C15u ^ sum >> 32;
}

class Exhaustion {
 public:
  Exhaustion(const Scenario& scenario, const CampaignOptions& options) : tally_(scenario, options) {
    token_.scenario = scenario.name;
    if (scenario.has_workloads) token_.workload.seed = options.seed;
    token_.strategy = {Strategy::guided, 0};
    token_.may = options.may;
  }

  CampaignResult run() {
    tally_.warm_up();
    for (std::uint32_t bound = 0; !exhausted_.all && !tally_.done(); bound += 1 + bound / 2) {
      if (!follow_all(bound)) break;
      exhausted_.preemptions = bound;
      exhausted_.any = true;
      exhausted_.all = !cut_by_bound_;
    }
    tally_.result().exhausted = exhausted_;
    return tally_.close();
  }

 private:
  // All ways with at most so many preemptions; false: not all were followed.
  bool follow_all(std::uint32_t bound) {
    way_.clear();
    followed_.clear();
    cut_by_bound_ = false;
    do {
      if (tally_.done()) return false;
      token_.decisions.clear();
      for (const Junction& junction : way_) {
        const Branch& branch = junction.branch;
        token_.decisions.push_back({branch.thread, branch.ordinal, branch.what, branch.taken});
      }
      Plan plan = token_.plan();
      plan.branching = true;
      tally_.run(token_, plan);
      exhausted_.too_large = !branches_are_complete();
      if (tally_.result().found || exhausted_.too_large || !extend_way(bound)) return false;
    } while (turn_back());
    return true;
  }

  // By the branches that came behind those of the way; false: the way was not the one that was given.
  bool extend_way(std::uint32_t bound) {
    std::uint32_t spent = 0;
    if (branch_count() < way_.size()) return false;
    for (std::uint32_t i = 0; i < branch_count(); ++i) {
      const Branch& now = branch(i);
      if (i < way_.size()) {
        const Branch& then = way_[i].branch;
        if (now.thread != then.thread || now.ordinal != then.ordinal || now.taken != then.taken) return false;
      } else {
        if (!is_new(now, bound - spent)) return true;
        Junction junction{now, now.ways & ~(std::uint64_t{1} << now.taken), spent};
        if (spent == bound) {
          cut_by_bound_ = cut_by_bound_ || (junction.left & now.costly) != 0;
          junction.left &= ~now.costly;
        }
        way_.push_back(junction);
      }
      if (contains(now.costly, now.taken)) ++spent;
    }
    return true;
  }

  bool is_new(const Branch& branch, std::uint32_t preemptions_left) {
    const std::uint64_t here =
        mixed(mixed(mixed(branch.past, branch.thread), static_cast<std::uint64_t>(branch.what)), branch.costly);
    std::uint32_t& most_left = followed_[here];
    if (most_left > preemptions_left) return false;
    most_left = preemptions_left + 1;
    return true;
  }

  // To the last junction with a way left, and into that; false: there is none.
  bool turn_back() {
    while (!way_.empty() && way_.back().left == 0) way_.pop_back();
    if (way_.empty()) return false;
    Junction& last = way_.back();
    last.branch.taken = static_cast<std::uint32_t>(__builtin_ctzll(last.left));
    last.left &= last.left - 1;
    return true;
  }

  Tally tally_;
  Token token_;
  std::vector<Junction> way_;
  std::unordered_map<std::uint64_t, std::uint32_t> followed_;  // by past: one more than the preemptions that were left
  bool cut_by_bound_ = false;
  Exhausted exhausted_;
};

}  // namespace

CampaignResult exhaust(const Scenario& scenario, const CampaignOptions& options) {
  return Exhaustion(scenario, options).run();
}

}  // namespace contend::hunt
