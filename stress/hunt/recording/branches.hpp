#pragma once

#include <cstdint>

#include "stress/hunt/runtime/plan.hpp"
#include "stress/hunt/runtime/thread.hpp"

namespace contend::hunt {

// Where an execution could have gone another way. Kept when the plan says so: for whoever explores all ways.
struct Branch {
  std::uint32_t thread = 0;  // whose choice it is, and which of its choices, as in Decision
  std::uint32_t ordinal = 0;
  Decision::What what = Decision::What::run;
  std::uint32_t taken = 0;
  std::uint64_t ways = 0;    // a bit for each value that could have been taken
  std::uint64_t costly = 0;  // those of them that count against the bound: preemptions and faults
  std::uint64_t past = 0;    // of all that came before: signature_of_execution()
};
inline constexpr std::uint32_t most_branches = 1u << 16;
inline constexpr std::uint32_t most_ways = 64;

void prepare_branches();
void begin_branches();
// Who runs next where `proposed` would; somebody else if that were unfair to a thread that others wait for in a loop.
Thread* branch_to_thread(const Thread& running, bool gives_way, Thread* proposed);
void branch_to_value(const Thread& running, Decision::What what, std::uint32_t count, std::uint32_t taken);

std::uint32_t branch_count();
const Branch& branch(std::uint32_t index);
// False: there were more branches, more threads or more values than can be kept, so not all ways are known.
bool branches_are_complete();

}  // namespace contend::hunt
