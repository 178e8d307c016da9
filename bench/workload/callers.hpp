#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "bench/workload/ring.hpp"
#include "bench/workload/workload.hpp"

namespace contend {

// A caller that walks a ring: it has `void call(Cursor& cursor)`, and takes its next operation and its time from there.
template <class OperationType>
class RingCaller {
 public:
  using Operation = OperationType;
  using Cursor = typename Ring<Operation>::Cursor;

  explicit RingCaller(Ring<Operation> ring) : ring_(std::move(ring)) {}

  Ring<Operation>& ring() { return ring_; }
  const Ring<Operation>& ring() const { return ring_; }
  // What was wrong with an answer that the caller has looked at; null if nothing was.
  const char* wrong() const { return wrong_; }

 protected:
  void expect(bool right, const char* otherwise) {
    if (!right) [[unlikely]]
      wrong_ = otherwise;
  }

 private:
  Ring<Operation> ring_;
  const char* wrong_ = nullptr;
};

// The worker around a system's caller: a RingCaller, or any class with `void call()`. Where a call stands for more than
// one operation, it also has `operations_per_call()`.
template <class Caller>
class CallerWorker final : public Worker {
 public:
  template <class Make>
  explicit CallerWorker(Make make) : caller_(make()) {}

  // `flatten` compiles the call into the loop, whatever its size, and with it the cursor into registers: what is left
  // of the harness in an operation is about two nanoseconds.
  [[gnu::flatten]] void run(std::size_t calls) override {
    if constexpr (requires { caller_.ring(); }) {
      auto cursor = caller_.ring().cursor();
      for (; calls > 0; --calls) caller_.call(cursor);
      caller_.ring().cursor() = cursor;
    } else {
      for (; calls > 0; --calls) caller_.call();
    }
  }
  std::uint32_t operations_per_call() const override {
    if constexpr (requires { caller_.operations_per_call(); }) {
      return caller_.operations_per_call();
    } else {
      return 1;
    }
  }

  const Caller& caller() const { return caller_; }

 private:
  Caller caller_;
};

// A subject that makes its callers and asks them afterwards what they saw. A system adds the caller, the prefill, and
// what must be true at the end.
template <class System, class Caller>
class CallerSubject : public TrialSubject {
 public:
  explicit CallerSubject(std::unique_ptr<System> system) : system_(std::move(system)) {}

  std::unique_ptr<Worker> make_worker(int number, std::uint64_t seed) final {
    auto worker = std::make_unique<CallerWorker<Caller>>([&] { return make_caller(number, seed); });
    callers_.push_back(&worker->caller());
    return worker;
  }
  std::string validate() final {
    if constexpr (requires(const Caller& caller) { caller.wrong(); }) {
      for (const Caller* caller : callers_) {
        if (const char* wrong = caller->wrong(); wrong != nullptr) return wrong;
      }
    }
    return validate_state();
  }

 protected:
  // When all callers have ended: empty if the state is correct, else what is wrong.
  virtual std::string validate_state() = 0;
  // The first is number 0.
  virtual Caller make_caller(int number, std::uint64_t seed) = 0;

  System& system() const { return *system_; }
  // They live until the trial has been validated.
  const std::vector<const Caller*>& callers() const { return callers_; }
  // A figure added up over the callers, for example `&Caller::hits`.
  template <class Figure>
  std::uint64_t sum(Figure figure) const {
    std::uint64_t all = 0;
    for (const Caller* caller : callers_) all += std::invoke(figure, *caller);
    return all;
  }
  // `part` of all calls; 0 if there were none.
  static double share(std::uint64_t part, std::uint64_t all) {
    return all == 0 ? 0 : static_cast<double>(part) / static_cast<double>(all);
  }

 private:
  std::unique_ptr<System> system_;
  std::vector<const Caller*> callers_;
};

}  // namespace contend
