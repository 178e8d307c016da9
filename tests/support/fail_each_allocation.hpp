#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <type_traits>

#include "tests/support/allocation_faults.hpp"

namespace contend {

// The call itself, inside of an operation below: when it has returned there is memory again, to make a text of its answer.
template <class Call>
auto under_fault(Call&& call) {
  if constexpr (std::is_void_v<decltype(call())>) {
    call();
    AllocationFault::stop();
  } else {
    auto answer = call();
    AllocationFault::stop();
    return answer;
  }
}

// An operation on an instance of a system, for which memory runs out at every place in turn.
template <class Instance>
struct FaultedOperation {
  std::string name;
  // A fresh instance in the state that the operation starts from: always the same one.
  std::function<std::unique_ptr<Instance>()> prepare;
  // The call, through under_fault, and all that it answers, as text.
  std::function<std::string(Instance&)> operate;
  // All that can be asked of an instance, as text. The last thing that is done with it: it may change the instance.
  std::function<std::string(Instance&)> describe;
};

namespace allocation_faults {

// The same without the instance's type.
struct Untyped {
  std::string name;
  std::function<std::shared_ptr<void>()> prepare;
  std::function<std::string(void*)> operate;
  std::function<std::string(void*)> describe;
};

std::uint64_t fail_each_allocation(const Untyped& operation, std::chrono::seconds patience);

}  // namespace allocation_faults

// Does the operation once with all its memory, and then, for n = 1, 2, ... until it asks for less than n allocations, with
// the n-th one failing. Adds a test failure that names operation and n unless
// - where it threw std::bad_alloc, nothing has happened: the instance describes itself as before, and, asked again with
//   memory, gives the usual answer and the usual state;
// - where it threw nothing, all has happened: answer and state are as with memory.
// A call that takes longer than `patience` ends the program with exit_hang and the same names. Answers how many allocations there were.
template <class Instance>
std::uint64_t fail_each_allocation(const FaultedOperation<Instance>& operation,
                                   std::chrono::seconds patience = std::chrono::seconds(20)) {
  return allocation_faults::fail_each_allocation(
      {operation.name,
       [&operation]() -> std::shared_ptr<void> { return std::shared_ptr<Instance>(operation.prepare()); },
       [&operation](void* instance) { return operation.operate(*static_cast<Instance*>(instance)); },
       [&operation](void* instance) { return operation.describe(*static_cast<Instance*>(instance)); }},
      patience);
}

}  // namespace contend
