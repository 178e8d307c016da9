// Atomics of 1, 2, 4, 8 and 16 bytes, by every operation in every order that it may have: no update is lost.

#include <atomic>
#include <cstdint>
#include <initializer_list>
#include <thread>

namespace {

using Wide = unsigned __int128;

constexpr int all_orders[] = {__ATOMIC_RELAXED, __ATOMIC_CONSUME, __ATOMIC_ACQUIRE,
                              __ATOMIC_RELEASE, __ATOMIC_ACQ_REL, __ATOMIC_SEQ_CST};

// Orders are constants to the compiler, or it takes the strongest.
template <class Value, int order>
void update(Value& at) {
  __atomic_fetch_add(&at, Value{3}, order);
  __atomic_fetch_sub(&at, Value{2}, order);
  __atomic_fetch_or(&at, Value{0}, order);
  __atomic_fetch_xor(&at, Value{0}, order);
  __atomic_fetch_and(&at, static_cast<Value>(~Value{0}), order);
  constexpr int failure = order == __ATOMIC_RELEASE || order == __ATOMIC_ACQ_REL ? __ATOMIC_RELAXED : order;
  Value seen = __atomic_load_n(&at, failure);
  while (!__atomic_compare_exchange_n(&at, &seen, static_cast<Value>(seen + 1), true, order, failure)) {
  }
  while (!__atomic_compare_exchange_n(&at, &seen, static_cast<Value>(seen - 1), false, order, failure)) {
  }
}

template <class Value, int order>
bool exchanges(Value& own) {
  const Value before = __atomic_exchange_n(&own, Value{7}, order);
  __atomic_fetch_nand(&own, Value{5}, order);
  const Value inverted = __atomic_load_n(&own, __ATOMIC_SEQ_CST);
  constexpr int storing =
      order == __ATOMIC_CONSUME || order == __ATOMIC_ACQUIRE || order == __ATOMIC_ACQ_REL ? __ATOMIC_RELAXED : order;
  __atomic_store_n(&own, before, storing);
  __atomic_thread_fence(order);
  __atomic_signal_fence(order);
  return inverted == static_cast<Value>(~Value{5});
}

template <class Value>
bool in_all_orders() {
  alignas(16) static Value shared;
  shared = 0;
  bool right[2] = {};
  const auto work = [&](int who) {
    alignas(16) Value own = 0;
    update<Value, __ATOMIC_RELAXED>(shared);
    update<Value, __ATOMIC_CONSUME>(shared);
    update<Value, __ATOMIC_ACQUIRE>(shared);
    update<Value, __ATOMIC_RELEASE>(shared);
    update<Value, __ATOMIC_ACQ_REL>(shared);
    update<Value, __ATOMIC_SEQ_CST>(shared);
    right[who] = exchanges<Value, __ATOMIC_RELAXED>(own) && exchanges<Value, __ATOMIC_ACQUIRE>(own) &&
                 exchanges<Value, __ATOMIC_RELEASE>(own) && exchanges<Value, __ATOMIC_ACQ_REL>(own) &&
                 exchanges<Value, __ATOMIC_SEQ_CST>(own);
  };
  std::thread first([&] { work(0); });
  std::thread second([&] { work(1); });
  first.join();
  second.join();
  return right[0] && right[1] && shared == static_cast<Value>(2 * std::size(all_orders));
}

}  // namespace

int main() {
  if (!in_all_orders<std::uint8_t>()) return 1;
  if (!in_all_orders<std::uint16_t>()) return 2;
  if (!in_all_orders<std::uint32_t>()) return 4;
  if (!in_all_orders<std::uint64_t>()) return 8;
  return in_all_orders<Wide>() ? 0 : 16;
}
