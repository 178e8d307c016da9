// What the compiler calls in place of atomic operations, under -fsanitize=thread: each makes the operation itself.

#include <cstdint>

#include "stress/hunt/atomics/operations.hpp"

namespace hunt = contend::hunt;
using hunt::Wide;

#define PLACE __builtin_return_address(0)

// g++ asks whether a compare-and-swap has stored, and for what it saw by a pointer; clang asks for what it saw alone.
#define ATOMICS_OF(bits, Value)                                                                                  \
  Value __tsan_atomic##bits##_load(const volatile Value* at, int order) {                                        \
    return hunt::load_atomic(at, order, PLACE);                                                                  \
  }                                                                                                              \
  void __tsan_atomic##bits##_store(volatile Value* at, Value value, int order) {                                 \
    hunt::store_atomic(at, value, order, PLACE);                                                                 \
  }                                                                                                              \
  Value __tsan_atomic##bits##_exchange(volatile Value* at, Value value, int order) {                             \
    return hunt::update_atomic(at, order, PLACE, [&](Value) { return value; });                                  \
  }                                                                                                              \
  Value __tsan_atomic##bits##_fetch_add(volatile Value* at, Value value, int order) {                            \
    return hunt::update_atomic(at, order, PLACE, [&](Value old) { return static_cast<Value>(old + value); });    \
  }                                                                                                              \
  Value __tsan_atomic##bits##_fetch_sub(volatile Value* at, Value value, int order) {                            \
    return hunt::update_atomic(at, order, PLACE, [&](Value old) { return static_cast<Value>(old - value); });    \
  }                                                                                                              \
  Value __tsan_atomic##bits##_fetch_and(volatile Value* at, Value value, int order) {                            \
    return hunt::update_atomic(at, order, PLACE, [&](Value old) { return static_cast<Value>(old & value); });    \
  }                                                                                                              \
  Value __tsan_atomic##bits##_fetch_or(volatile Value* at, Value value, int order) {                             \
    return hunt::update_atomic(at, order, PLACE, [&](Value old) { return static_cast<Value>(old | value); });    \
  }                                                                                                              \
  Value __tsan_atomic##bits##_fetch_xor(volatile Value* at, Value value, int order) {                            \
    return hunt::update_atomic(at, order, PLACE, [&](Value old) { return static_cast<Value>(old ^ value); });    \
  }                                                                                                              \
  Value __tsan_atomic##bits##_fetch_nand(volatile Value* at, Value value, int order) {                           \
    return hunt::update_atomic(at, order, PLACE, [&](Value old) { return static_cast<Value>(~(old & value)); }); \
  }                                                                                                              \
  int __tsan_atomic##bits##_compare_exchange_strong(volatile Value* at, Value* expected, Value value, int order, \
                                                    int failure_order) {                                         \
    return hunt::swap_if_equal(at, *expected, value, order, failure_order, false, PLACE) ? 1 : 0;                \
  }                                                                                                              \
  int __tsan_atomic##bits##_compare_exchange_weak(volatile Value* at, Value* expected, Value value, int order,   \
                                                  int failure_order) {                                           \
    return hunt::swap_if_equal(at, *expected, value, order, failure_order, true, PLACE) ? 1 : 0;                 \
  }                                                                                                              \
  Value __tsan_atomic##bits##_compare_exchange_val(volatile Value* at, Value expected, Value value, int order,   \
                                                   int failure_order) {                                          \
    hunt::swap_if_equal(at, expected, value, order, failure_order, false, PLACE);                                \
    return expected;                                                                                             \
  }

extern "C" {

ATOMICS_OF(8, std::uint8_t)
ATOMICS_OF(16, std::uint16_t)
ATOMICS_OF(32, std::uint32_t)
ATOMICS_OF(64, std::uint64_t)
ATOMICS_OF(128, Wide)

void __tsan_atomic_thread_fence(int order) {
  hunt::fence(order);
}
void __tsan_atomic_signal_fence(int) {}

}  // extern "C"
