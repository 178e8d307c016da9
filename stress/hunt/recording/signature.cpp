#include "stress/hunt/recording/signature.hpp"

#include "stress/hunt/memory/regions.hpp"
#include "stress/hunt/runtime/platform.hpp"
#include "stress/hunt/strategies/strategies.hpp"

namespace contend::hunt {
namespace {

constexpr std::uint64_t factor = 0x100000001b3u;

// Reads between two writes commute, so they are summed up.
struct Slot {
  std::uint64_t order;
  std::uint64_t reads;
};

struct Signature {
  std::uint64_t trace;
  Slot slots[object_slots];
};
HUNT_STATE constinit Signature signature{};

std::uint64_t mixed(std::uint64_t bits) {
  bits *= 0x9E3779B97F4A7C15u;
  return bits ^ (bits >> 29);
}

}  // namespace

void begin_signature() {
  __builtin_memset(&signature, 0, sizeof signature);
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
  Slot& slot = signature.slots[place];
  if (writes) {
    slot.order = mixed(slot.order + slot.reads + thread.number + 1);
    slot.reads = 0;
  } else {
    slot.reads += mixed(thread.number + 1);
  }
  strategy_sees_step(thread, place);
}

void sign_value(std::uint64_t value) {
  signature.trace = (signature.trace ^ value) * factor;
}

std::uint64_t hash_of_trace() {
  return signature.trace;
}

std::uint64_t signature_of_execution() {
  std::uint64_t all = 0;
  for (const Slot& slot : signature.slots) all = mixed(all + slot.order + slot.reads);
  return all;
}

}  // namespace contend::hunt
