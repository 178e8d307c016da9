#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "impls/base/hashing.hpp"
#include "stress/linearizability/configuration_set.hpp"
#include "stress/round/history.hpp"
#include "stress/round/outcomes.hpp"

namespace contend {

struct CheckLimits {
  std::uint64_t max_steps = 20'000'000;  // beyond that the answer is unknown
};

struct CheckResult {
  Verdict verdict = Verdict::ok;
  std::uint64_t steps = 0;
};

// Decides whether a history of one object is linearizable: whether its operations can be put in an order that keeps
// every operation before those that began after it ended, and in which the sequential model gives the recorded answers.
//
// Wing and Gong's search (1993) with Lowe's memoisation (2017): pick an operation that no other precedes, try it on the
// model, go on; when stuck, take the last choice back. A configuration (set of operations done, state) is searched
// once; sets are remembered as 128-bit fingerprints, whose chance of collision is negligible against that of a hardware
// fault. Calls and returns stand in a doubly linked list, so that doing and undoing an operation costs O(1).
// Exponential in the number of overlapping operations at worst, about linear where answers leave little choice.
//
// Model: types State (copyable, equality not needed) and Operation; `State initial()`, `bool step(State&, const
// Operation&)` which answers whether the operation could give its recorded answer here and moves the state on, and
// `std::uint64_t fingerprint(const State&)`.
template <class Model>
class LinearizabilityChecker {
 public:
  using Operation = typename Model::Operation;
  using State = typename Model::State;

  explicit LinearizabilityChecker(Model model = {}, CheckLimits limits = {})
      : model_(std::move(model)), limits_(limits) {}

  // The history may be in any order.
  CheckResult check(const std::vector<Timed<Operation>>& history) {
    load(history);
    CheckResult result;
    State state = model_.initial();
    Fingerprint done;
    std::uint32_t entry = entries_[head].next;
    while (entries_[head].next != head) {
      if (++result.steps > limits_.max_steps) {
        result.verdict = Verdict::unknown;
        return result;
      }
      const Entry& current = entries_[entry];
      if (entry != head && current.is_call) {
        State next = state;
        if (model_.step(next, history[current.operation].operation)) {
          const Fingerprint after = done.with(current.operation);
          if (memo_.insert(after.joined(model_.fingerprint(next)))) {
            choices_.push_back({entry, std::move(state), done});
            state = std::move(next);
            done = after;
            lift(entry);
            entry = entries_[head].next;
            continue;
          }
        }
        entry = current.next;
        continue;
      }
      // A return before its call was done, or the end of the list: no way on from here. What is left may all be calls
      // that never returned, which need not have happened.
      if (entry == head && only_pending_left()) break;
      if (choices_.empty()) {
        result.verdict = Verdict::illegal;
        return result;
      }
      Choice& last = choices_.back();
      state = std::move(last.state);
      done = last.done;
      unlift(last.entry);
      entry = entries_[last.entry].next;
      choices_.pop_back();
    }
    return result;
  }

 private:
  static constexpr std::uint32_t head = 0;

  struct Entry {
    std::uint32_t previous = 0;
    std::uint32_t next = 0;
    std::uint32_t operation = 0;
    std::uint32_t match = 0;  // of a call: its return, or head if it never returned
    bool is_call = false;
  };

  struct Fingerprint {
    std::uint64_t low = 0;
    std::uint64_t high = 0;

    Fingerprint with(std::uint32_t operation) const {
      const std::uint64_t mixed = mix_bits(operation + 1);
      return {low ^ mixed, high ^ mix_bits(mixed + 0x9e3779b97f4a7c15ULL)};
    }
    ConfigurationSet::Fingerprint joined(std::uint64_t state) const {
      return {low ^ mix_bits(state), high + mix_bits(state ^ 0xd1b54a32d192ed03ULL)};
    }
  };
  struct Choice {
    std::uint32_t entry = 0;
    State state;
    Fingerprint done;
  };
  void load(const std::vector<Timed<Operation>>& history) {
    struct Event {
      std::uint64_t at;
      std::uint32_t operation;
      bool is_call;
    };
    std::vector<Event> events;
    events.reserve(2 * history.size());
    for (std::uint32_t i = 0; i < history.size(); ++i) {
      events.push_back({history[i].begin, i, true});
      if (history[i].end != never_returned) events.push_back({history[i].end, i, false});
    }
    // At equal times calls come first: the operations overlap.
    std::ranges::sort(events, [](const Event& a, const Event& b) {
      return std::pair(a.at, !a.is_call) < std::pair(b.at, !b.is_call);
    });
    entries_.assign(events.size() + 1, Entry{});
    std::vector<std::uint32_t> call_of(history.size(), head);
    for (std::uint32_t i = 0; i < events.size(); ++i) {
      const std::uint32_t entry = i + 1;
      entries_[entry] = {i, entry + 1 == entries_.size() ? head : entry + 1, events[i].operation, head,
                         events[i].is_call};
      if (events[i].is_call) {
        call_of[events[i].operation] = entry;
      } else {
        entries_[call_of[events[i].operation]].match = entry;
      }
    }
    entries_[head].next = events.empty() ? head : 1;
    entries_[head].previous = static_cast<std::uint32_t>(events.size());
    choices_.clear();
    memo_.clear();
  }

  void unlink(std::uint32_t entry) {
    entries_[entries_[entry].previous].next = entries_[entry].next;
    entries_[entries_[entry].next].previous = entries_[entry].previous;
  }
  void relink(std::uint32_t entry) {
    entries_[entries_[entry].previous].next = entry;
    entries_[entries_[entry].next].previous = entry;
  }
  void lift(std::uint32_t call) {
    unlink(call);
    if (entries_[call].match != head) unlink(entries_[call].match);
  }
  void unlift(std::uint32_t call) {
    if (entries_[call].match != head) relink(entries_[call].match);
    relink(call);
  }
  bool only_pending_left() const {
    for (std::uint32_t entry = entries_[head].next; entry != head; entry = entries_[entry].next) {
      if (!entries_[entry].is_call || entries_[entry].match != head) return false;
    }
    return true;
  }

  Model model_;
  CheckLimits limits_;
  std::vector<Entry> entries_;
  std::vector<Choice> choices_;
  ConfigurationSet memo_;
};

}  // namespace contend
