#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "impls/base/hashing.hpp"
#include "stress/hunt/entry/calls.hpp"
#include "stress/linearizability/checker.hpp"

// Ends the execution with a find.
extern "C" [[noreturn]] void contend_hunt_found(const char* text);

namespace contend::hunt {

// What an object must answer when one thread alone uses it: a function that gets a state, which begins empty, the name of a
// call and its argument; it changes the state and gives the answer.
using ModelState = std::vector<long long>;
using Model = long long (*)(ModelState& state, std::string_view name, long long argument);

// For programs that say what is right by a model: records the calls of all threads on one object, and at the end asks whether
// any order of them, in which those that did not overlap stay as they were, explains their answers (linearizability).
//   auto call = history.call(1, "push", 7);
//   stack.push(7);
//   call.returned();
// Recording is no step of the program: it orders nothing and is no point at which threads switch. At most 256 calls.
class History {
 public:
  class Call {
   public:
    Call(History& history, std::size_t number) : history_(history), number_(number) {}
    [[gnu::no_sanitize_thread]] void returned(long long answer = 0) {
      history_.calls_[number_].answer = answer;
      history_.calls_[number_].end = contend_call_ends();
    }

   private:
    History& history_;
    std::size_t number_;
  };

  explicit History(Model model) : model_(model) {}
  // `name` must outlive the history.
  [[gnu::no_sanitize_thread]] Call call(int caller, const char* name, long long argument = 0) {
    const std::size_t number = count_++;
    if (number >= most_calls) __builtin_trap();
    calls_[number] = {caller, name, argument, 0, contend_call_begins(), never_returned};
    return {*this, number};
  }

  // What main returns, once all threads are joined: 0, or 2 if that is too hard to decide; a find ends
  // it all if no order explains the answers.
  int verdict() const {
    std::vector<Timed<Recorded>> history;
    std::string told = "no order of these calls explains the answers:\n";
    for (std::size_t i = 0; i < count_; ++i) {
      const Recorded& one = calls_[i];
      Timed<Recorded>& timed = history.emplace_back();
      timed.operation = one;
      timed.begin = one.begin;
      timed.end = one.end;
      told += "thread " + std::to_string(one.caller) + " [" + std::to_string(one.begin) + ", " +
              std::to_string(one.end) + "] " + one.name + "(" + std::to_string(one.argument) + ") -> " +
              std::to_string(one.answer) + "\n";
    }
    const Verdict verdict = LinearizabilityChecker<Sequential>(Sequential{model_}).check(history).verdict;
    if (verdict == Verdict::illegal) contend_hunt_found(told.c_str());
    return verdict == Verdict::ok ? 0 : 2;
  }

 private:
  static constexpr std::size_t most_calls = 256;

  struct Recorded {
    int caller;
    const char* name;
    long long argument;
    long long answer;
    std::uint64_t begin;
    std::uint64_t end;
  };

  struct Sequential {
    using Operation = Recorded;
    using State = ModelState;
    Model model;
    State initial() const { return {}; }
    bool step(State& state, const Operation& call) const {
      return model(state, call.name, call.argument) == call.answer;
    }
    std::uint64_t fingerprint(const State& state) const {
      std::uint64_t mixed = state.size();
      for (const long long value : state) mixed = mix_bits(mixed ^ static_cast<std::uint64_t>(value));
      return mixed;
    }
  };

  Model model_;
  Recorded calls_[most_calls] = {};
  std::size_t count_ = 0;
};

}  // namespace contend::hunt
