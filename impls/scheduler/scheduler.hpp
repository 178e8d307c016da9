#pragma once

#include <boost/describe/enum.hpp>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "impls/base/clock.hpp"
#include "impls/base/time.hpp"

namespace contend::scheduler {

// Runs tasks that depend on each other, on worker threads of its own.
//
// Sequential meaning
//   Graph      A task is added once, by name, with the names of those it depends on; they may be added later. A name
//              that is given twice counts once, also against max_dependencies. `run` refuses a graph that names an
//              unknown task or has a cycle before it starts anything, and otherwise starts every task anew.
//   Order      A task starts when all it depends on have succeeded. Among those that are ready, the higher priority
//              goes first and then the one that was added first, where the design promises it (Guarantees). A priority
//              is not inherited by what it waits for, and none grows with age: a run ends, so nothing starves for ever.
//   Failure    An attempt fails by its outcome, by any exception, or by its timeout. The task is tried again as its
//              retry policy says, else it has failed (timed_out if its last attempt was), and everything that depends
//              on it, near or far, is skipped. FailurePolicy says what the others do.
//   Retry      Attempt k + 1 starts min(cap, base * factor^(k-1)) after attempt k has failed, times a number in [0, 1]
//              that depends on the seed, the task and k only (full jitter). The waiting holds no worker.
//   Timeout    When an attempt's time is over, it has failed; its worker goes on until the work returns, and
//              whatever it returns then is ignored: no result counts if the clock has come to the deadline before the
//              work returns. So two attempts of such a task may run side by side: work with a timeout should ask
//              stop_requested().
//   Cancel     Takes a task and all that depend on it, near or far, out of the run, each once. A cancel and a
//              completion compete, and one of them wins. Work that runs is asked to stop and its result ignored; it is
//              not tried again.
//   End        `run` returns when every task is in a final state and no work is running any more, also not work whose
//              result nobody wants. A run is `completed` if nothing has ended it while a task was without its end, also
//              if its time is over, or it is shut down, before `run` returns.
//   Errors     In the order of the values of each status.
//
// Concurrency: every method may be called from any thread, and from inside a task, at any time; `run` in a task answers
// already_running, as it does in a second thread. What the work of a task wrote is visible to the tasks that depend on
// it, and to whoever saw `run` return. The calling thread of `run` keeps the timers.
// Shutdown: `shutdown` never blocks; the run that it ends returns when its workers have left its tasks. The destructor
// ends a run as `stop` does, waits for it and joins the workers; no other call may begin after it, but from inside the
// tasks that it waits for. Destroying the scheduler from inside a task is an error.
// Memory: per task its spec, an array of edges and one cache line; per task with a timeout or retries two timers. Room
// for the failures of all attempts, 24 bytes each, is taken when a run starts, and they are kept until the next one; of
// more than max_failures the first are kept.
// Out of memory: every method but `run` throws std::bad_alloc and has done nothing. `run` throws it and has started
// nothing, with the report of the last run as it was; or, where memory is taken during a run (Contract::failure), it
// ends the run as `abort` does and then throws. It may be called again either way.

enum class Outcome : std::uint8_t {
  success,
  failure,            // may be tried again
  permanent_failure,  // may not
};

// What the work of a task can ask. Valid during the attempt.
class TaskContext {
 public:
  virtual std::uint32_t attempt() const = 0;  // 1 for the first
  virtual bool stop_requested() const = 0;    // nobody wants the result any more
  virtual TimeNs now() const = 0;             // of the scheduler's clock
  virtual std::uint32_t worker() const = 0;   // which worker runs it: 0 .. workers - 1

 protected:
  ~TaskContext() = default;
};
// May throw anything; must not throw when destroyed.
using TaskWork = std::function<Outcome(TaskContext&)>;

struct RetryPolicy {
  std::uint32_t max_attempts = 1;       // the first one included; at least 1
  DurationNs base_ns = 1'000'000'000;   // the longest wait before the second attempt; >= 0
  double factor = 2;                    // how much longer before each further one; at least 1, finite
  DurationNs cap_ns = 100'000'000'000;  // no wait is longer; >= base_ns
  // Whether what an attempt threw may be tried again. Null: yes. If it throws itself: no.
  std::function<bool(const std::exception_ptr&)> retryable = nullptr;
};

struct TaskSpec {
  std::string name;  // bytes, at most max_task_name_bytes
  TaskWork work;
  std::vector<std::string> dependencies = {};
  std::int32_t priority = 0;  // higher goes first
  RetryPolicy retry = {};
  DurationNs timeout_ns = forever;  // of each attempt; > 0
};
inline constexpr std::size_t max_task_name_bytes = 1024;

enum class AddStatus : std::uint8_t {
  invalid_name,           // longer than max_task_name_bytes, its own or that of a dependency
  invalid_work,           // null
  invalid_retry,          // a field outside what it allows
  invalid_timeout,        // zero or negative
  shut_down,              // shutdown has been called
  running,                // a run is going on
  duplicate_task,         // there is one of that name
  too_many_tasks,         // Options::max_tasks
  too_many_dependencies,  // Options::max_dependencies, over all tasks
  added,
};
BOOST_DESCRIBE_ENUM(AddStatus, invalid_name, invalid_work, invalid_retry, invalid_timeout, shut_down, running,
                    duplicate_task, too_many_tasks, too_many_dependencies, added)
std::string_view to_string(AddStatus status);

enum class RunStatus : std::uint8_t {
  shut_down,
  already_running,
  unknown_dependency,  // the graph is refused; the result names both ends
  cycle,               // the graph is refused; the result names a shortest cycle
  completed,           // every task came to an end by itself, which need not be success
  stopped,             // ended by shutdown, stop or abort
  failed_fast,         // ended by a failure, under that policy
  timed_out,           // ended by run_timeout_ns
};
BOOST_DESCRIBE_ENUM(RunStatus, shut_down, already_running, unknown_dependency, cycle, completed, stopped, failed_fast,
                    timed_out)
std::string_view to_string(RunStatus status);

struct RunResult {
  RunStatus status = RunStatus::completed;
  // unknown_dependency: the task and the name that it asks for; the first by order of adding.
  // cycle: a, b, ..., a where each depends on the next. No cycle of the graph is shorter, and of those the one that
  // comes first when its tasks are compared by order of adding, from the earliest on.
  std::vector<std::string> path = {};
};
std::string describe(const RunResult& result);

enum class CancelStatus : std::uint8_t {
  unknown_task,
  not_running,    // there is no run to take it out of
  already_final,  // its end was decided before
  cancelled,      // by this call, and what depends on it with it
};
BOOST_DESCRIBE_ENUM(CancelStatus, unknown_task, not_running, already_final, cancelled)
std::string_view to_string(CancelStatus status);

enum class FailurePolicy : std::uint8_t {
  isolate,    // what depends on a failed task is skipped, the rest goes on
  fail_fast,  // the first failed task ends the run: nothing more starts, what runs is asked to stop
};
BOOST_DESCRIBE_ENUM(FailurePolicy, isolate, fail_fast)

// Ordered: a later call may make it stricter, not milder.
enum class ShutdownMode : std::uint8_t {
  drain,  // the run goes on to its end
  stop,   // what runs finishes, nothing more starts
  abort,  // as stop, and what runs is asked to stop
};

enum class TaskState : std::uint8_t {
  pending,
  ready,
  running,
  retrying,   // waits for its next attempt
  succeeded,  // from here on: final
  failed,
  timed_out,  // failed, and its last attempt by its timeout
  skipped,    // something that it depends on failed
  cancelled,
  never_started,  // the run was ended before its first attempt
};
BOOST_DESCRIBE_ENUM(TaskState, pending, ready, running, retrying, succeeded, failed, timed_out, skipped, cancelled,
                    never_started)
inline constexpr std::size_t task_states = 10;
std::string_view to_string(TaskState state);
constexpr bool is_final(TaskState state) {
  return state >= TaskState::succeeded;
}

struct TaskFailure {
  std::string task;
  std::uint32_t attempt = 0;
  bool timed_out = false;
  std::exception_ptr exception = nullptr;  // null: by its outcome or its timeout
};

struct TaskReport {
  TaskState state = TaskState::pending;
  std::uint32_t attempts = 0;  // begun
};

// Of the run that goes on, or else of the last one. While a run goes on the counts are of moments close together.
struct Report {
  std::uint64_t tasks = 0;  // = left + all final states
  std::uint64_t succeeded = 0;
  std::uint64_t failed = 0;
  std::uint64_t timed_out = 0;
  std::uint64_t skipped = 0;
  std::uint64_t cancelled = 0;
  std::uint64_t never_started = 0;
  std::uint64_t left = 0;
  std::uint64_t attempts = 0;                           // begun
  std::uint64_t late_results = 0;                       // ignored: of attempts that had timed out or been cancelled
  std::vector<std::uint64_t> attempts_of_workers = {};  // since construction
  std::vector<TaskFailure> failures = {};               // in the order in which they happened
  std::uint64_t failures_not_kept = 0;                  // beyond max_failures
};

struct Guarantees {
  bool strict_priority = false;               // of the ready tasks, the first in order is always the next to start
  bool deterministic_with_one_worker = true;  // same graph, seed and simulated clock, moved by tasks only: same order
  // As many tasks run at once as Options::workers says, whatever else the process does. If not: as many at most, and
  // fewer while another user of the same threads in the process asks for fewer.
  bool own_threads = true;

  std::vector<std::pair<std::string_view, std::string>> describe() const;
};

class Scheduler {
 public:
  struct Options {
    int workers = 2;         // 1 .. max_workers
    Clock* clock = nullptr;  // null: the machine's; must outlive the scheduler
    std::uint64_t seed = 1;  // of the jitter
    FailurePolicy on_failure = FailurePolicy::isolate;
    DurationNs run_timeout_ns = forever;                  // > 0
    std::size_t max_tasks = std::size_t{1} << 22;         // 1 .. 2^31
    std::size_t max_dependencies = std::size_t{1} << 24;  // 0 .. 2^31
    std::size_t max_failures = std::size_t{1} << 20;      // 0 .. 2^31: how many failed attempts a report keeps
  };
  static constexpr int max_workers = 256;
  using Guarantees = scheduler::Guarantees;

  virtual ~Scheduler() = default;

  // O(1) expected, and O(n log n) for n dependencies.
  virtual AddStatus add(TaskSpec spec) = 0;

  // Blocks until the end of the run. Checking the graph is O(tasks + dependencies), and again only after an add; other
  // calls wait for it. Naming a shortest cycle takes up to that for each task on a cycle, and nobody waits.
  virtual RunResult run() = 0;

  // The groups of tasks that depend on each other in a circle, all of them, each and all together by order of adding. A
  // task that depends on itself is a group of one. Edges to unknown tasks are passed over. O(tasks + dependencies).
  virtual std::vector<std::vector<std::string>> cyclic_groups() const = 0;

  // O(1) expected, and per task that goes with it.
  virtual CancelStatus cancel(std::string_view name) = 0;

  // O(tasks) for stop and abort.
  virtual void shutdown(ShutdownMode mode) = 0;

  // O(workers + failures).
  virtual Report report() const = 0;

  // Of one task; nothing if there is none of that name.
  virtual std::optional<TaskReport> task(std::string_view name) const = 0;
};

}  // namespace contend::scheduler
