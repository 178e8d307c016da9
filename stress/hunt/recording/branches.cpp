#include "stress/hunt/recording/branches.hpp"

#include "stress/hunt/recording/signature.hpp"
#include "stress/hunt/runtime/platform.hpp"
#include "stress/hunt/runtime/scheduler.hpp"
#include "stress/hunt/strategies/fairness.hpp"

namespace contend::hunt {
namespace {

struct Branches {
  Branch* all;
  std::uint32_t count;
  bool complete;
};
HUNT_STATE constinit Branches branches{};

std::uint64_t bit(std::uint32_t value) {
  return std::uint64_t{1} << value;
}

void keep(const Branch& branch) {
  if (branches.count == most_branches) {
    branches.complete = false;
    return;
  }
  branches.all[branches.count++] = branch;
}

}  // namespace

void prepare_branches() {
  branches.all = reserve_array<Branch>(most_branches);
}

void begin_branches() {
  branches.count = 0;
  branches.complete = true;
}

Thread* branch_to_thread(const Thread& running, bool gives_way, Thread* proposed) {
  if (scheduler.thread_count > most_ways) {
    branches.complete = false;
    return proposed;
  }
  Branch branch{running.number, running.ordinal, Decision::What::run, proposed->number, fair_to_run(), 0, 0};
  if ((branch.ways & bit(branch.taken)) == 0) {
    branch.taken = static_cast<std::uint32_t>(__builtin_ctzll(branch.ways));
    proposed = &scheduler.threads[branch.taken];
  }
  if (running.state == ThreadState::runnable) {
    const std::uint64_t stays = bit(running.number);
    branch.costly = branch.ways & (gives_way ? stays : ~stays);
  }
  branch.past = signature_of_execution();
  keep(branch);
  return proposed;
}

void branch_to_value(const Thread& running, Decision::What what, std::uint32_t count, std::uint32_t taken) {
  if (count > most_ways) {
    branches.complete = false;
    return;
  }
  Branch branch{running.number, running.ordinal, what, taken, 0, 0, signature_of_execution()};
  branch.ways = count == most_ways ? ~std::uint64_t{0} : bit(count) - 1;
  if (what == Decision::What::fault) branch.costly = bit(1);
  keep(branch);
}

std::uint32_t branch_count() {
  return branches.count;
}
const Branch& branch(std::uint32_t index) {
  return branches.all[index];
}
bool branches_are_complete() {
  return branches.complete;
}

}  // namespace contend::hunt
