#include "stress/hunt/recording/signature.hpp"

#include "stress/hunt/memory/regions.hpp"
#include "stress/hunt/runtime/platform.hpp"
#include "stress/hunt/strategies/strategies.hpp"

namespace contend::hunt {
namespace {

constexpr std::uint32_t slot_of_fences = object_slots;
constexpr std::uint64_t factor = 0x100000001b3u;

// Reads between two writes commute, so they are summed up.
struct Slot {
  std::uint64_t order;
  std::uint64_t reads;
};

struct Signature {
  std::uint64_t trace;
  std::uint64_t all;  // the sum over the slots and what else was signed
  Slot slots[object_slots + 1];
  bool is_touched[object_slots + 1];
  std::uint16_t touched[object_slots + 1];
  std::uint32_t touched_count;
};
HUNT_STATE constinit Signature signature{};

// Of splitmix64: what is summed up must not cancel out.
std::uint64_t mixed(std::uint64_t bits) {
  bits = (bits ^ (bits >> 30)) * 0xBF58476D1CE4E5B9u;
  bits = (bits ^ (bits >> 27)) * 0x94D049BB133111EBu;
  return bits ^ (bits >> 31);
}

// Sums, so that it does not matter in which order objects are touched that have nothing to do with each other.
std::uint64_t part_of(const Slot& slot, std::uint32_t place) {
  return mixed(slot.order + slot.reads + place * factor);
}

void sign_at(std::uint32_t place, std::uint64_t who, bool writes) {
  Slot& slot = signature.slots[place];
  if (!signature.is_touched[place]) {
    signature.is_touched[place] = true;
    signature.touched[signature.touched_count++] = static_cast<std::uint16_t>(place);
  }
  signature.all -= part_of(slot, place);
  if (writes) {
    slot.order = mixed(slot.order + slot.reads + who);
    slot.reads = 0;
  } else {
    slot.reads += mixed(who);
  }
  signature.all += part_of(slot, place);
}

}  // namespace

void begin_signature() {
  for (std::uint32_t i = 0; i < signature.touched_count; ++i) {
    signature.slots[signature.touched[i]] = {};
    signature.is_touched[signature.touched[i]] = false;
  }
  signature.touched_count = 0;
  signature.all = 0;
  signature.trace = 0xcbf29ce484222325u;
}

std::uint32_t object_slot(const volatile void* on) {
  return static_cast<std::uint32_t>(mixed(stable_address(address_of(on)) >> 3) >> 54);
}

void sign_step(const Thread& thread, Act act, const volatile void* on, bool writes) {
  const std::uint64_t stable = stable_address(address_of(on));
  signature.trace =
      (signature.trace ^ (thread.number * 31 + static_cast<std::uint64_t>(act) + (stable << 16))) * factor;
  signature.trace ^= signature.trace >> 29;
  const std::uint32_t place = object_slot(on);
  sign_at(place, thread.number + 1, writes);
  strategy_sees_step(thread, act, place);
}

void sign_end_of_wait(const Thread& thread, const volatile void* on) {
  sign_at(object_slot(on), (thread.number + 1) * 2 * factor + (thread.timed_out ? 1 : 0), true);
}

void sign_against_fences(const Thread& thread, bool is_fence) {
  sign_at(slot_of_fences, thread.number + 1, is_fence);
}

void sign_choice(const Thread& thread, std::uint64_t value) {
  signature.all += mixed(mixed(thread.number * factor + thread.ordinal) + value);
}

void sign_value(std::uint64_t value) {
  signature.trace = (signature.trace ^ value) * factor;
}

std::uint64_t hash_of_trace() {
  return signature.trace;
}

std::uint64_t signature_of_execution() {
  return signature.all;
}

}  // namespace contend::hunt
