// Values of caches with room for everything: histories on few keys, checked key by key.

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <random>
#include <string>

#include "impls/base/hashing.hpp"
#include "impls/cache/cache.hpp"
#include "stress/driver/attack.hpp"
#include "stress/linearizability/judging.hpp"
#include "stress/linearizability/recording.hpp"

namespace contend::cache {
namespace {

struct RegisterOperation {
  enum class Call : std::uint8_t { get, put, erase, cleanup } call = Call::get;
  std::uint8_t key = 0;
  TimeNs now_ns = 0;
  DurationNs ttl_ns = forever;
  std::uint32_t value = 0;  // put or read; 0: nothing
  Status status = Status::miss;
};

// One key with room for it: a register that expires.
struct RegisterModel {
  using Operation = RegisterOperation;
  OfferedParts<Part> offered{};
  struct State {
    std::uint32_t value = 0;  // 0: absent
    TimeNs deadline_ns = never;
  };

  State initial() const { return {}; }

  bool step(State& state, const RegisterOperation& op) const {
    using Call = RegisterOperation::Call;
    if (state.value != 0 && !is_alive(state.deadline_ns, op.now_ns)) state = {};
    const bool there = state.value != 0;
    switch (op.call) {
      case Call::cleanup:
        return true;
      case Call::get:
        return there ? op.status == Status::hit && op.value == state.value : op.status == Status::miss;
      case Call::erase:
        state = {};
        return op.status == (there ? Status::removed : Status::absent);
      case Call::put:
        state = {op.value, deadline_after(op.now_ns, op.ttl_ns)};
        return op.status == (there && offered.has(Part::answers_of_put) ? Status::replaced : Status::stored);
    }
    return false;
  }

  bool only_looks(const RegisterOperation& op) const { return op.status == Status::hit; }

  std::uint64_t fingerprint(const State& state) const {
    return mix_bits(state.value) ^ mix_bits(static_cast<std::uint64_t>(state.deadline_ns) + 99);
  }
};

std::string describe(const RegisterOperation& op) {
  static constexpr std::array names{"get", "put", "erase", "cleanup"};
  return fmt::format("{}(now {}, ttl {}, value {}) -> {}", names[static_cast<std::size_t>(op.call)], op.now_ns,
                     op.ttl_ns == forever ? -1 : op.ttl_ns, op.value, to_string(op.status));
}

constexpr Sized register_keys{.full = 3, .small = {1, 2}};
constexpr Sized register_calls{.full = 300, .small = {2, 6}};
// Room for all keys, and for what every thread may have reserved for a put.
constexpr Sized room_for_everything{.full = 1000, .small = {8, 8}};
constexpr std::uint64_t longest_ttl_ns = 6;

// Draws and makes one call.
void call_cache(Cache& cache, const OfferedParts<Part>& offered, int keys, std::mt19937_64& random,
                std::atomic<TimeNs>& clock_ns, std::uint32_t fresh, RegisterOperation& op) {
  using Call = RegisterOperation::Call;
  const TimeNs latest_ns = random() % 6 == 0 ? clock_ns.fetch_add(1) : clock_ns.load();
  // A quarter of the calls come late, as those of a thread that is held up between its look at the clock and its call:
  // what they put may have expired for everybody else.
  const std::uint64_t late_ns = random() % 4 == 0 ? random() % longest_ttl_ns : 0;
  op.now_ns = std::max<TimeNs>(latest_ns - static_cast<TimeNs>(late_ns), 0);
  op.key = static_cast<std::uint8_t>(random() % static_cast<unsigned>(keys));
  op.ttl_ns =
      random() % 2 == 0 && offered.has(Part::expiry) ? static_cast<DurationNs>(1 + random() % longest_ttl_ns) : forever;
  const std::string key(1, static_cast<char>('a' + op.key));
  const std::uint64_t drawn = random() % 16;
  if (drawn == 0 && offered.has(Part::cleanup)) {
    op.call = Call::cleanup;
    // A budget for all keys: a smaller one may leave any of them, and the model takes every cleanup for done.
    cache.cleanup(static_cast<std::size_t>(keys), op.now_ns);
  } else if (drawn < 3 && offered.has(Part::erase)) {
    op.call = Call::erase;
    op.status = cache.erase(key, op.now_ns);
  } else if (drawn < 8) {
    op.call = Call::put;
    op.value = fresh;
    op.status = cache.put(key, std::to_string(fresh), 1, op.ttl_ns, op.now_ns);
  } else {
    std::string read;
    op.status = cache.get(key, op.now_ns, read);
    if (op.status == Status::hit) op.value = static_cast<std::uint32_t>(std::stoul(read));
  }
}

void round_of_values(const Subject<Cache>& subject, Round& round) {
  const OfferedParts<Part>& offered = subject.guarantees.offered;
  const int keys = round.size(register_keys);
  const auto capacity = static_cast<std::uint64_t>(round.size(room_for_everything));
  const auto cache = subject.make({.capacity = capacity, .on_removal = nullptr});
  std::atomic<TimeNs> clock_ns{0};
  const auto all =
      record_calls<RegisterOperation>(round, round.threads(), round.size(register_calls),
                                      [&](int, std::uint32_t number, std::mt19937_64& random, RegisterOperation& op) {
                                        call_cache(*cache, offered, keys, random, clock_ns, number, op);
                                      });
  for (int key = 0; key < keys; ++key) {
    const auto of_key = calls_that(
        all, [&](const RegisterOperation& op) { return op.key == key || op.call == RegisterOperation::Call::cleanup; });
    judge_history<RegisterModel>(round, of_key, describe, RegisterModel{offered});
  }
}
const bool values_registered = register_attack<Cache>(
    {"values", "with room for everything, each key is a register that expires", round_of_values});

}  // namespace
}  // namespace contend::cache
