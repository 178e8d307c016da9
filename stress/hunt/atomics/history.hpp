#pragma once

#include <cstdint>

#include "stress/hunt/waiting/objects.hpp"

namespace contend::hunt {

// Weak memory: what stores an atomic has had, and which of them a load may still see. The model is C++20's without load
// buffering, and with the order of execution as the modification order: what it allows, C++20 allows, but not the other
// way round.

void prepare_histories();
void begin_histories();

// The history of an atomic; begun with the value that it has where there is none, or where somebody whom nobody watches
// has changed it.
void keep_history(Object& atomic, std::uint64_t value_now);

struct Seen {
  std::uint64_t value = 0;
  std::uint32_t age = 0;  // 0: the latest
};
// One of the stores that a load may see; the running thread gets what that store releases if the order acquires. A
// compare-and-swap that would succeed has to see the latest: `unless` is what it expects.
Seen see_some_store(Object& atomic, int order, const std::uint64_t* unless = nullptr);
void see_latest_store(Object& atomic, int order);
void append_store(Object& atomic, std::uint64_t value, int order);

// A fence of sequential consistency, for what loads may not miss after it.
void order_fence();

}  // namespace contend::hunt
