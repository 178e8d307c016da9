// Point operations of key/value stores: histories on few keys, checked key by key.

#include <fmt/core.h>

#include <array>
#include <atomic>
#include <random>
#include <string>
#include <vector>

#include "impls/kv_store/kv_store.hpp"
#include "stress/driver/attack.hpp"
#include "stress/linearizability/judging.hpp"
#include "stress/linearizability/recording.hpp"

namespace contend::kv_store {
namespace {

enum class PointCall : std::uint8_t { get, set, put_if_absent, compare_and_set, erase, expire };

struct PointOperation {
  PointCall call = PointCall::get;
  std::uint8_t key = 0;
  TimeNs now_ns = 0;
  DurationNs ttl_ns = forever;
  Version expected = 0;
  std::uint32_t value = 0;  // written, or read
  Answer answer;
};

// One key of the store, as the interface describes it. Versions need not be known in advance: a write may answer with
// any version greater than all before. Where a store tells none, a value that is there counts as version 1.
struct KeyModel {
  using Operation = PointOperation;
  struct State {
    Version live = 0;  // 0: absent
    Version last = 0;  // greatest version ever
    std::uint32_t value = 0;
    TimeNs deadline_ns = never;
  };

  OfferedParts<Part> offered{};

  State initial() const { return {}; }

  bool step(State& state, const PointOperation& op) const {
    if (state.live != 0 && !is_alive(state.deadline_ns, op.now_ns)) state.live = 0;
    const Answer& answer = op.answer;
    if (op.call == PointCall::expire) return true;
    const bool versions = offered.has(Part::versions);
    if (versions && answer.previous != state.live) return false;
    const auto shows_live = [&](Status status) {
      return answer.status == status && (!versions || answer.version == state.live);
    };
    switch (op.call) {
      case PointCall::get:
        if (state.live == 0) return answer.status == Status::absent;
        return shows_live(Status::ok) && op.value == state.value;
      case PointCall::put_if_absent:
        if (state.live != 0) return shows_live(Status::exists);
        break;
      case PointCall::compare_and_set:
        if (state.live != op.expected) {
          return shows_live(Status::version_mismatch);
        }
        break;
      case PointCall::erase:
        if (state.live == 0 && offered.has(Part::answer_of_erase)) return answer.status == Status::absent;
        state.live = 0;
        return answer.status == Status::ok && answer.version == 0;
      default:
        break;
    }
    if (answer.status != Status::ok) return false;
    if (!versions) {
      state = {1, 1, op.value, deadline_after(op.now_ns, op.ttl_ns)};
      return true;
    }
    if (answer.version <= state.last) return false;
    state = {answer.version, answer.version, op.value, deadline_after(op.now_ns, op.ttl_ns)};
    return true;
  }

  // A call that found nothing alive may have been the one that removed what had expired.
  bool only_looks(const PointOperation& op) const {
    if (!offered.has(Part::versions)) {
      return op.answer.status == (op.call == PointCall::get ? Status::ok : Status::exists);
    }
    const bool found = op.answer.version != 0 && op.answer.version == op.answer.previous;
    return found && (op.call == PointCall::get || op.answer.status != Status::ok);
  }

  std::uint64_t fingerprint(const State& state) const {
    return mix_bits(state.live) ^ mix_bits(state.last + 77) ^ mix_bits(state.value + 1234567) ^
           mix_bits(static_cast<std::uint64_t>(state.deadline_ns) + 99);
  }
};

std::string describe(const PointOperation& op) {
  static constexpr std::array names{"get", "set", "put_if_absent", "compare_and_set", "erase", "expire"};
  const bool sets = op.call != PointCall::get && op.call != PointCall::erase && op.call != PointCall::expire;
  std::string text = fmt::format("{}(key {}, now {}", names[static_cast<std::size_t>(op.call)], op.key, op.now_ns);
  if (op.call == PointCall::compare_and_set) text += fmt::format(", expected {}", op.expected);
  if (sets) text += fmt::format(", value {}", op.value);
  if (sets && op.ttl_ns != forever) text += fmt::format(", ttl {}", op.ttl_ns);
  text += fmt::format(") -> {}", to_string(op.answer.status));
  if (op.call == PointCall::get && op.answer.status == Status::ok) text += fmt::format(" value {}", op.value);
  if (op.answer.version != 0) text += fmt::format(" version {}", op.answer.version);
  if (op.answer.previous != 0) text += fmt::format(" previous {}", op.answer.previous);
  return text;
}

constexpr Sized point_keys{.full = 3, .small = {1, 2}};
constexpr Sized point_calls{.full = 400, .small = {2, 6}};
constexpr std::uint64_t longest_ttl_ns = 6;

bool is_offered(PointCall call, const OfferedParts<Part>& offered) {
  switch (call) {
    case PointCall::put_if_absent:
      return offered.has(Part::put_if_absent);
    case PointCall::compare_and_set:
      return offered.has(Part::compare_and_set);
    case PointCall::expire:
      return offered.has(Part::expire);
    default:
      return true;
  }
}

// Draws and runs one call against the store; the draw depends on nothing but the thread's own random numbers.
void call_store(Store& store, const OfferedParts<Part>& offered, int keys, std::mt19937_64& random,
                std::atomic<TimeNs>& clock_ns, Version& seen, std::uint32_t value, PointOperation& op) {
  do {
    op.call = static_cast<PointCall>(random() % 6);
  } while (!is_offered(op.call, offered));
  if (op.call == PointCall::expire && random() % 4 != 0) op.call = PointCall::get;
  op.key = static_cast<std::uint8_t>(random() % static_cast<unsigned>(keys));
  const TimeNs latest_ns = random() % 8 == 0 ? clock_ns.fetch_add(1) : clock_ns.load();
  // Half of the calls come late by up to longest_ttl_ns: what they write may have expired for everybody else, which
  // otherwise only a thread that was held up between its look at the clock and its call would bring about.
  const std::uint64_t late_ns = random() % 2 == 0 ? random() % longest_ttl_ns : 0;
  op.now_ns = std::max<TimeNs>(latest_ns - static_cast<TimeNs>(late_ns), 0);
  op.ttl_ns =
      random() % 3 == 0 && offered.has(Part::expiry) ? static_cast<DurationNs>(1 + random() % longest_ttl_ns) : forever;
  op.value = value;
  const std::string key(1, static_cast<char>('a' + op.key));
  const std::string text = std::to_string(value);
  std::string read;
  switch (op.call) {
    case PointCall::get:
      op.answer = store.get(key, op.now_ns, read);
      op.value = op.answer.status == Status::ok ? static_cast<std::uint32_t>(std::stoul(read)) : 0;
      break;
    case PointCall::set:
      op.answer = store.set(key, text, op.ttl_ns, op.now_ns);
      break;
    case PointCall::put_if_absent:
      op.answer = store.put_if_absent(key, text, op.ttl_ns, op.now_ns);
      break;
    case PointCall::compare_and_set:
      op.expected = random() % 4 == 0 ? 0 : seen;
      op.answer = store.compare_and_set(key, op.expected, text, op.ttl_ns, op.now_ns, read);
      break;
    case PointCall::erase:
      op.answer = store.erase(key, op.now_ns);
      break;
    case PointCall::expire:
      // A budget for all keys: a smaller one may leave any of them, and the model takes every expiry for done.
      store.expire(static_cast<std::size_t>(keys), op.now_ns);
      break;
  }
  if (op.answer.version != 0) seen = op.answer.version;
}

bool writes(const PointOperation& op) {
  return op.call != PointCall::get && op.call != PointCall::erase && op.call != PointCall::expire &&
         op.answer.status == Status::ok;
}

// The calls on the key, and those of expire, which may concern every key. A call of expire that meets the key again, written
// meanwhile by somebody whose clock is behind its own, may remove it again: it is there once more for each such write.
std::vector<Timed<PointOperation>> calls_at(const std::vector<Timed<PointOperation>>& all, int key) {
  std::vector<Timed<PointOperation>> some;
  for (const auto& timed : all) {
    if (timed.operation.call != PointCall::expire) {
      if (timed.operation.key == key) some.push_back(timed);
      continue;
    }
    some.push_back(timed);
    for (const auto& other : all) {
      const PointOperation& write = other.operation;
      const bool beside = other.begin <= timed.end && timed.begin <= other.end;
      const bool again = write.key == key && writes(write) &&
                         !is_alive(deadline_after(write.now_ns, write.ttl_ns), timed.operation.now_ns);
      if (beside && again) some.push_back(timed);
    }
  }
  return some;
}

void round_of_points(const Subject<Store>& subject, Round& round) {
  const OfferedParts<Part>& offered = subject.guarantees.offered;
  const int keys = round.size(point_keys);
  const int threads = round.threads();
  const auto store = subject.make({});
  std::atomic<TimeNs> clock_ns{0};
  std::vector<Version> seen(static_cast<std::size_t>(threads));
  const auto all = record_calls<PointOperation>(
      round, threads, round.size(point_calls),
      [&](int thread, std::uint32_t number, std::mt19937_64& random, PointOperation& op) {
        call_store(*store, offered, keys, random, clock_ns, seen[static_cast<std::size_t>(thread)], number, op);
      });
  for (int key = 0; key < keys; ++key) {
    judge_history<KeyModel>(round, calls_at(all, key), describe, KeyModel{offered});
  }
}
const bool points_registered =
    register_attack<Store>({"point_operations", "single-key operations with expiry are linearizable", round_of_points});

}  // namespace
}  // namespace contend::kv_store
