#pragma once

#include <cstdint>

#include "impls/base/hashing.hpp"
#include "impls/cache/cache.hpp"

namespace contend::cache {

struct WholeCall {
  enum class Kind : std::uint8_t { get, put, erase, load, cleanup } kind = Kind::get;
  std::uint8_t key = 0;
  std::uint32_t number = 0;      // of the call: the value that it puts or loads, or the exception that it throws
  std::uint32_t value = 0;       // read; 0: nothing
  std::uint32_t thrown = 0;      // of which loader an exception came; 0: none
  std::uint64_t load_begin = 0;  // when its own loader ran; 0: it did not
  std::uint64_t load_end = 0;
  TimeNs now_ns = 0;
  DurationNs ttl_ns = forever;
  Status status = Status::miss;
};

// One key: a register that may lose its value at any time, and then has lost it for good.
struct ForgetfulModel {
  using Operation = WholeCall;
  struct State {
    std::uint32_t value = 0;  // 0: absent
    TimeNs deadline_ns = never;
  };

  State initial() const { return {}; }

  bool step(State& state, const WholeCall& call) const {
    if (call.now_ns >= state.deadline_ns) state = {};
    switch (call.status) {
      case Status::hit:
      case Status::joined:  // and found what another load had left
        return state.value == call.value;
      case Status::miss:
      case Status::absent:
        state = {};
        return true;
      case Status::removed: {
        const bool there = state.value != 0;
        state = {};
        return there;
      }
      case Status::stored:
      case Status::replaced:
      case Status::loaded: {
        const bool possible = call.status != Status::replaced || state.value != 0;
        state = {call.number, call.ttl_ns == forever ? never : call.now_ns + call.ttl_ns};
        return possible;
      }
      default:
        return false;
    }
  }

  bool only_looks(const WholeCall& call) const { return call.status == Status::hit; }

  std::uint64_t fingerprint(const State& state) const {
    return mix_bits(state.value) ^ mix_bits(static_cast<std::uint64_t>(state.deadline_ns) + 99);
  }
};

}  // namespace contend::cache
