#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "impls/base/hashing.hpp"
#include "impls/kv_store/kv_store.hpp"

namespace contend::kv_store {

inline constexpr std::size_t most_whole_keys = 3;

// What was seen of a key.
struct SeenKey {
  std::uint8_t key = 0;
  bool present = false;
  Version version = 0;
  std::uint32_t value = 0;  // 0: not looked at
};
struct WrittenKey {
  std::uint8_t key = 0;
  bool erase = false;
  std::uint32_t value = 0;
  DurationNs ttl_ns = forever;
};

// One instant of a history of the whole store. What a store promises less than one instant for comes in several.
struct WholeOperation {
  enum class Call : std::uint8_t {
    get,
    set,
    put_if_absent,
    compare_and_set,
    erase,
    count,    // `live` keys
    sweep,    // the key is removed if it has expired
    instant,  // all of `seen` is so, and all of `written` is done
  };
  Call call = Call::get;
  std::uint8_t key = 0;
  TimeNs now_ns = 0;
  DurationNs ttl_ns = forever;
  Version expected = 0;
  std::uint32_t value = 0;  // written, or read
  Answer answer;
  std::size_t live = 0;
  std::vector<SeenKey> seen;
  std::vector<WrittenKey> written;
};

// The store as its interface describes it, a few keys of it. A commit does not tell the versions that it gives: they
// are taken from the first answer that shows them.
struct WholeModel {
  using Operation = WholeOperation;
  using Call = WholeOperation::Call;

  struct Key {
    bool there = false;
    Version version = 0;  // 0: not known yet
    Version last = 0;     // greatest known version ever
    std::uint32_t value = 0;
    TimeNs deadline_ns = never;

    bool alive(TimeNs now_ns) const { return there && now_ns < deadline_ns; }
    bool agrees(const SeenKey& seen, TimeNs now_ns) {
      if (!seen.present) return !alive(now_ns);
      if (!alive(now_ns) || (seen.value != 0 && seen.value != value)) return false;
      if (version != 0) return seen.version == version;
      if (seen.version <= last) return false;
      version = last = seen.version;
      return true;
    }
    void write(std::uint32_t written, Version given, DurationNs ttl_ns, TimeNs now_ns) {
      *this = {true, given, std::max(last, given), written, ttl_ns == forever ? never : now_ns + ttl_ns};
    }
  };
  using State = std::array<Key, most_whole_keys>;

  State initial() const { return {}; }

  bool step(State& state, const WholeOperation& op) const {
    if (op.call == Call::count) {
      return std::ranges::count_if(state, [&](const Key& key) { return key.alive(op.now_ns); }) ==
             static_cast<std::ptrdiff_t>(op.live);
    }
    if (op.call == Call::instant) {
      for (const SeenKey& seen : op.seen) {
        if (!state[seen.key].agrees(seen, op.now_ns)) return false;
      }
      for (const WrittenKey& written : op.written) {
        if (written.erase) {
          state[written.key].there = false;
        } else {
          state[written.key].write(written.value, 0, written.ttl_ns, op.now_ns);
        }
      }
      return true;
    }
    Key& key = state[op.key];
    if (!key.alive(op.now_ns)) key.there = false;
    return op.call == Call::sweep || step_key(key, op);
  }

  bool only_looks(const WholeOperation&) const { return false; }

  std::uint64_t fingerprint(const State& state) const {
    std::uint64_t mixed = 0;
    for (const Key& key : state) {
      mixed = mix_bits(mixed + (key.there ? 1 : 2));
      mixed = mix_bits(mixed + key.last);
      if (!key.there) continue;
      mixed = mix_bits(mixed + key.version);
      mixed = mix_bits(mixed + key.value);
      mixed = mix_bits(mixed + static_cast<std::uint64_t>(key.deadline_ns));
    }
    return mixed;
  }

 private:
  static bool step_key(Key& key, const WholeOperation& op) {
    const Answer& answer = op.answer;
    const std::uint32_t read = op.call == Call::get ? op.value : 0;
    if (!key.agrees({op.key, answer.previous != 0, answer.previous, read}, op.now_ns)) return false;
    const bool there = answer.previous != 0;
    const auto left_alone = [&](Status status) { return answer.status == status && answer.version == answer.previous; };
    switch (op.call) {
      case Call::get:
        return left_alone(there ? Status::ok : Status::absent);
      case Call::put_if_absent:
        if (there) return left_alone(Status::exists);
        break;
      case Call::compare_and_set:
        if (answer.previous != op.expected) return left_alone(Status::version_mismatch);
        break;
      case Call::erase:
        key.there = false;
        return answer.status == (there ? Status::ok : Status::absent) && answer.version == 0;
      default:
        break;
    }
    if (answer.status != Status::ok || answer.version <= key.last) return false;
    key.write(op.value, answer.version, op.ttl_ns, op.now_ns);
    return true;
  }
};

}  // namespace contend::kv_store
