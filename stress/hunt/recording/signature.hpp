#pragma once

#include <cstdint>

#include "stress/hunt/runtime/thread.hpp"

namespace contend::hunt {

// What an execution did, in two numbers: the trace hash tells apart any two orders of steps, the signature only those
// that differ in the order of conflicting operations on one object, as Mazurkiewicz's traces do.

void begin_signature();
void sign_step(const Thread& thread, Act act, const volatile void* on, bool writes);
// Somebody waited for the object and goes on: a step at it of its own.
void sign_end_of_wait(const Thread& thread, const volatile void* on);
// What a thread was given where it could have been something else: whom to wake, whether to fail.
void sign_choice(const Thread& thread, std::uint64_t value);
// With weak memory: fences of sequential consistency are ordered with all stores and all such loads.
void sign_against_fences(const Thread& thread, bool is_fence);
// For the trace alone: which store a load saw.
void sign_value(std::uint64_t value);
std::uint64_t hash_of_trace();
std::uint64_t signature_of_execution();

// Objects in the eyes of signatures, and of the strategy that selects one: several addresses may fall together.
inline constexpr std::uint32_t object_slots = 1024;
std::uint32_t object_slot(const volatile void* on);

}  // namespace contend::hunt
