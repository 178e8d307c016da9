// Statuses of add, cancel, run and shutdown: called from all sides, they must be explained by one order.

#include <fmt/core.h>

#include <algorithm>
#include <bit>
#include <iterator>
#include <string>
#include <thread>
#include <vector>

#include "impls/base/clock.hpp"
#include "impls/base/hashing.hpp"
#include "impls/scheduler/scheduler.hpp"
#include "stress/driver/attack.hpp"
#include "stress/linearizability/judging.hpp"
#include "stress/linearizability/recording.hpp"

namespace contend::scheduler {
namespace {

constexpr Sized status_tasks{.full = 6, .small = {2, 3}};
constexpr Sized status_calls{.full = 25, .small = {3, 6}};
constexpr Sized histories_of_round{.full = 10, .small = {1, 1}};
constexpr Sized calls_for_a_shutdown{.full = 40, .small = {8, 12}};  // one of so many

// A run has two moments: it begins and it ends. Both lie within the call, and are two operations of the model.
enum class StatusCall : std::uint8_t { add, cancel, shut_down, count, run, run_begins, run_ends };

struct StatusOperation {
  StatusCall call = StatusCall::add;
  std::uint8_t task = 0;
  std::uint32_t number = 0;  // of the call
  ShutdownMode mode = ShutdownMode::drain;
  AddStatus added = AddStatus::added;
  CancelStatus cancelled = CancelStatus::unknown_task;
  RunStatus ran = RunStatus::completed;
  std::uint64_t tasks = 0;
};

struct StatusModel {
  using Operation = StatusOperation;
  struct State {
    std::uint32_t known = 0;   // a bit for each task
    std::uint32_t final = 0;   // of the run that goes on, as far as anybody was told
    std::uint32_t runner = 0;  // the number of the call, 0: no run goes on
    int shut_down = -1;        // the mode
    bool stopped = false;
  };

  State initial() const { return {}; }

  bool step(State& state, const StatusOperation& op) const {
    const std::uint32_t bit = 1U << op.task;
    switch (op.call) {
      case StatusCall::add:
        if (state.shut_down >= 0) return op.added == AddStatus::shut_down;
        if (state.runner != 0) return op.added == AddStatus::running;
        if ((state.known & bit) != 0) return op.added == AddStatus::duplicate_task;
        state.known |= bit;
        return op.added == AddStatus::added;
      case StatusCall::cancel: {
        if ((state.known & bit) == 0) return op.cancelled == CancelStatus::unknown_task;
        if (state.runner == 0) return op.cancelled == CancelStatus::not_running;
        // A task may come to its end by itself at any time, but once only.
        const bool was_final = (state.final & bit) != 0;
        state.final |= bit;
        return op.cancelled == CancelStatus::already_final || (op.cancelled == CancelStatus::cancelled && !was_final);
      }
      case StatusCall::shut_down:
        state.shut_down = std::max(state.shut_down, static_cast<int>(op.mode));
        if (state.runner != 0 && op.mode != ShutdownMode::drain) state.stopped = true;
        return true;
      case StatusCall::count:
        return op.tasks == static_cast<std::uint64_t>(std::popcount(state.known));
      case StatusCall::run:  // refused
        if (state.shut_down >= 0) return op.ran == RunStatus::shut_down;
        return op.ran == RunStatus::already_running && state.runner != 0;
      case StatusCall::run_begins:
        if (state.shut_down >= 0 || state.runner != 0) return false;
        state.runner = op.number;
        state.final = 0;
        state.stopped = false;
        return true;
      case StatusCall::run_ends:
        if (state.runner != op.number) return false;
        state.runner = 0;
        return op.ran == (state.stopped ? RunStatus::stopped : RunStatus::completed);
    }
    return false;
  }

  bool only_looks(const StatusOperation& op) const {
    switch (op.call) {
      case StatusCall::add:
        return op.added != AddStatus::added;
      case StatusCall::cancel:
        return op.cancelled == CancelStatus::unknown_task || op.cancelled == CancelStatus::not_running;
      case StatusCall::count:
      case StatusCall::run:
        return true;
      default:
        return false;
    }
  }

  std::uint64_t fingerprint(const State& state) const {
    return mix_bits(std::uint64_t{state.known} << 32 | state.final) ^ mix_bits(state.runner + 77ULL) ^
           mix_bits(static_cast<std::uint64_t>(state.shut_down + 1) * 2 + (state.stopped ? 1 : 0) + 9'999);
  }
};

std::string describe(const StatusOperation& op) {
  switch (op.call) {
    case StatusCall::add:
      return fmt::format("add(task {}) -> {}", op.task, to_string(op.added));
    case StatusCall::cancel:
      return fmt::format("cancel(task {}) -> {}", op.task, to_string(op.cancelled));
    case StatusCall::shut_down:
      return fmt::format("shutdown(mode {})", static_cast<int>(op.mode));
    case StatusCall::count:
      return fmt::format("report() -> {} tasks", op.tasks);
    case StatusCall::run:
      return fmt::format("run() -> {}", to_string(op.ran));
    case StatusCall::run_begins:
      return fmt::format("run {} begins", op.number);
    case StatusCall::run_ends:
      return fmt::format("run {} ends -> {}", op.number, to_string(op.ran));
  }
  return "?";
}

void call_scheduler(Scheduler& scheduler, std::mt19937_64& random, StatusOperation& op) {
  const std::string name = "task " + std::to_string(op.task);
  switch (op.call) {
    case StatusCall::add:
      op.added = scheduler.add({name, [](TaskContext&) {
                                  std::this_thread::yield();
                                  return Outcome::success;
                                }});
      return;
    case StatusCall::cancel:
      op.cancelled = scheduler.cancel(name);
      return;
    case StatusCall::shut_down:
      op.mode = static_cast<ShutdownMode>(random() % 3);
      scheduler.shutdown(op.mode);
      return;
    case StatusCall::count:
      op.tasks = scheduler.report().tasks;
      return;
    default:
      op.ran = scheduler.run().status;
  }
}

// Each run that was not refused as the two operations that it is.
std::vector<Timed<StatusOperation>> with_runs_split(const std::vector<Timed<StatusOperation>>& calls) {
  std::vector<Timed<StatusOperation>> all;
  for (Timed<StatusOperation> timed : calls) {
    const RunStatus status = timed.operation.ran;
    const bool refused = status == RunStatus::shut_down || status == RunStatus::already_running;
    if (timed.operation.call == StatusCall::run && !refused) {
      timed.operation.call = StatusCall::run_begins;
      all.push_back(timed);
      timed.operation.call = StatusCall::run_ends;
    }
    all.push_back(timed);
  }
  return all;
}

void round_of_statuses(const Subject<Scheduler>& subject, Round& round) {
  const auto tasks = static_cast<std::uint64_t>(round.size(status_tasks));
  const int calls = round.size(status_calls);
  const auto for_a_shutdown = static_cast<std::uint64_t>(round.size(calls_for_a_shutdown));
  for (int left = round.size(histories_of_round); left > 0 && !round.illegal(); --left) {
    SimulatedClock clock;
    const int threads = round.threads(2);
    const auto scheduler = subject.make({.workers = 2, .clock = &clock, .seed = round.seed()});
    const auto history = record_calls<StatusOperation>(
        round, threads, calls, [&](int thread, std::uint32_t number, std::mt19937_64& random, StatusOperation& op) {
          static constexpr StatusCall usual[]{StatusCall::add, StatusCall::cancel, StatusCall::cancel,
                                              StatusCall::count};
          op.number = number;
          op.task = static_cast<std::uint8_t>(random() % tasks);
          op.call = usual[random() % std::size(usual)];
          if (thread == 0 && random() % 2 == 0) op.call = StatusCall::run;
          if (random() % for_a_shutdown == 0) op.call = StatusCall::shut_down;
          call_scheduler(*scheduler, random, op);
          round.count_operation();
        });
    judge_history<StatusModel>(round, with_runs_split(history), describe);
  }
}
const bool statuses_registered = register_attack<Scheduler>(
    {"statuses", "what add, cancel, run and shutdown answer is explained by one order", round_of_statuses});

}  // namespace
}  // namespace contend::scheduler
