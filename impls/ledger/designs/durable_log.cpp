#include <stdexcept>
#include <type_traits>

#include "impls/base/check.hpp"
#include "impls/base/registry.hpp"
#include "impls/ledger/log/command_codec.hpp"
#include "impls/ledger/log/write_ahead_log.hpp"
#include "impls/ledger/rules/shape.hpp"
#include "impls/ledger/sequential/sequential_ledger.hpp"
#include "impls/sync/mutex.hpp"

namespace contend::ledger {
namespace {

// The sequential ledger under one mutex, and every call that changes it in a log. A call is run and appended under the
// mutex, so the order of the log is the order of effect; it is answered when its record is on disk. While one thread
// syncs, the others run their calls and queue up behind it, and the next sync is for all of them. Reads wait too: what
// they have seen must not vanish in a crash.
constexpr Contract contract{
    .technique = "write_ahead_log",
    .summary =
        "one mutex around the sequential ledger; answers wait until a group commit has put their records on disk",
    .shared_state = "ledger_: accounts, keys, journal and calendar; log_: records not yet on disk",
    .protected_by = "mutex_ guards ledger_ and the order of the log; the log has a mutex of its own, taken inside",
    .claim_point = "the insertion of the key inside the critical section; for others: the sync that covers its record",
    .ordering = "log order is execution order; a caller waits for its position only after it has released mutex_",
    .progress = "blocking: a stalled lock holder or a slow disk delays everybody; one sync serves all who wait",
    .shutdown = "owns no threads; what was answered is on disk, so there is nothing to flush",
    .failure =
        "bad_alloc leaves the ledger as it was; once the disk has failed nothing is answered any more, and opening the "
        "log again gives every answered call; a damaged log, or one that is open already, is refused by name",
    .complexity = "transfer O(1) expected and a share of one sync; opening replays the log, O(calls)",
    .memory =
        "as reference, and the records of one group; on disk about 125 bytes a call that is alone in its group, for "
        "ever",
    .source = "group commit (DeWitt et al., SIGMOD 1984); state machine replay as in TigerBeetle",
};

class DurableLedger final : public Ledger {
 public:
  explicit DurableLedger(const Options& options)
      : failures_(options.failures),
        ledger_(options),
        log_(options.log != nullptr ? options.log : open_log_file(""),
             [&](std::string_view record) { replay(record, options); }) {
    if (log_.appended() > 0) return;
    const MutexLock lock(mutex_);
    encode(LoggedPolicies{options.failures, options.catch_up}, record_);
    log_.reserve();
    log_.await_durable(log_.append(record_));
  }

  Answer execute(const Command& command, TimeNs now_ns) override {
    return durably([&] {
      const MutexLock lock(mutex_);
      return execute_logged(command, now_ns);
    });
  }
  void execute_batch(std::span<const Command> commands, TimeNs now_ns, std::span<Answer> answers) override {
    CONTEND_CHECK(commands.size() == answers.size(), "one answer per command");
    durably([&] {
      const MutexLock lock(mutex_);
      for (std::size_t i = 0; i < commands.size(); ++i) answers[i] = execute_logged(commands[i], now_ns);
      return true;
    });
  }
  RunAnswer run_due(TimeNs now_ns, std::size_t budget) override {
    return durably([&] {
      const MutexLock lock(mutex_);
      return run_logged(now_ns, budget);
    });
  }
  BalanceAnswer balance(AccountId account, TimeNs now_ns) override {
    return durably([&] {
      const MutexLock lock(mutex_);
      return ledger_.balance(account, now_ns);
    });
  }
  BalanceAnswer balance_at(AccountId account, TransactionId as_of) override {
    return durably([&] {
      const MutexLock lock(mutex_);
      return ledger_.balance_at(account, as_of);
    });
  }
  Status statement(AccountId account, TransactionId from, TransactionId to, std::size_t limit,
                   std::vector<StatementEntry>& entries) override {
    return durably([&] {
      const MutexLock lock(mutex_);
      return ledger_.statement(account, from, to, limit, entries);
    });
  }
  TrialBalance trial_balance() override {
    return durably([&] {
      const MutexLock lock(mutex_);
      return ledger_.trial_balance();
    });
  }

 private:
  // Runs `work` and gives its answer when all that it may have seen is durable. The position is read after the work, so
  // it covers at least that. A log that has failed is met on the way in and on the way out.
  template <class Work>
  std::invoke_result_t<Work> durably(Work work) {
    log_.throw_if_failed();
    const auto answer = work();
    log_.await_durable(log_.appended());
    return answer;
  }

  // The record is made and has its room before the call is run: from then on nothing can throw that has not left the
  // ledger as it was.
  Answer execute_logged(const Command& command, TimeNs now_ns) REQUIRES(mutex_) {
    const bool loggable = is_recordable(command);
    if (loggable) {
      encode(command, now_ns, record_);
      log_.reserve();
    }
    const Answer answer = ledger_.execute(command, now_ns);
    if (loggable && changes_something(answer)) log_.append(record_);
    return answer;
  }

  // What does not need not be remembered.
  bool changes_something(const Answer& answer) const {
    if (answer.status == Status::ok) return !answer.replayed;
    const bool forgotten = answer.status == Status::invalid_key || answer.status == Status::key_conflict;
    return failures_ == FailurePolicy::final && !answer.replayed && !forgotten;
  }

  // Occurrence by occurrence: one that meets an exception has not happened, and those before it have their records.
  RunAnswer run_logged(TimeNs now_ns, std::size_t budget) REQUIRES(mutex_) {
    encode(LoggedRun{now_ns, 1}, record_);
    RunAnswer all = ledger_.run_due(now_ns, 0);
    while (all.more && all.fired + all.failed < budget) {
      try {
        log_.reserve();
        const RunAnswer one = ledger_.run_due(now_ns, 1);
        log_.append(record_);
        all.fired += one.fired;
        all.failed += one.failed;
        all.skipped += one.skipped;
        all.more = one.more;
      } catch (...) {
        if (all.fired + all.failed == 0) throw;
        return all;
      }
    }
    return all;
  }

  void replay(std::string_view record, const Options& options) {
    const MutexLock lock(mutex_);
    LoggedCall call;
    decode(record, call);
    switch (call.kind) {
      case LoggedCall::Kind::policies:
        if (call.policies.failures != options.failures) {
          throw std::invalid_argument("failures: the log was begun under the other policy; open it with that one");
        }
        if (call.policies.catch_up != options.catch_up) {
          throw std::invalid_argument("catch_up: the log was begun under the other policy; open it with that one");
        }
        break;
      case LoggedCall::Kind::command:
        ledger_.execute(call.command, call.now_ns);
        break;
      case LoggedCall::Kind::run_due:
        ledger_.run_due(call.run.now_ns, call.run.budget);
        break;
    }
  }

  const FailurePolicy failures_;
  Mutex mutex_{{"ledger", 0}};
  SequentialLedger ledger_ GUARDED_BY(mutex_);
  std::string record_ GUARDED_BY(mutex_);  // kept for its memory
  WriteAheadLog log_;
};

const bool registered = register_implementation<Ledger, DurableLedger>("durable_log", contract, {.durable = true});

}  // namespace
}  // namespace contend::ledger
