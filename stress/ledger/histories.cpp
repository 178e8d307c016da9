// Every operation of the interface in one history on a tiny ledger, with ids, times, keys and all fields of the
// answers.

#include <fmt/core.h>

#include <array>
#include <atomic>
#include <boost/describe/enum.hpp>
#include <random>
#include <string>
#include <vector>

#include "impls/base/enum_text.hpp"
#include "impls/ledger/ledger.hpp"
#include "stress/driver/attack.hpp"
#include "stress/ledger/books.hpp"
#include "stress/ledger/model.hpp"
#include "stress/linearizability/judging.hpp"
#include "stress/linearizability/recording.hpp"

namespace contend::ledger {
namespace {

constexpr Sized history_calls{.full = 40, .small = {2, 6}};
constexpr Currency euro = 978;
constexpr AccountId accounts = 3;  // 1 and 2 are open at the start
constexpr Amount start_balance = 20;
constexpr std::uint64_t amounts = 12;
constexpr std::uint64_t longest_timeout_ns = 6;
constexpr std::uint64_t longest_interval_ns = 4;
constexpr std::size_t statement_limit = 4;
constexpr CheckLimits search_limits{.max_steps = 200'000};

enum class LedgerCall : std::uint8_t { execute, run_due, balance, balance_at, statement, trial_balance };
BOOST_DESCRIBE_ENUM(LedgerCall, execute, run_due, balance, balance_at, statement, trial_balance)

struct LedgerOperation {
  LedgerCall call = LedgerCall::execute;
  TimeNs now_ns = 0;
  // execute; without key and legs, which lie beside it
  Command command;
  std::string key;
  std::vector<Leg> legs;
  Answer answer;
  RunAnswer ran;
  // reads
  AccountId account = 0;
  TransactionId from = 0;
  TransactionId to = 0;
  BalanceAnswer balance;
  Status status = Status::ok;
  std::vector<StatementEntry> entries;
  TrialBalance trial;

  Command whole_command() const {
    Command whole = command;
    whole.key = key;
    whole.legs = legs;
    return whole;
  }
};

class WholeLedger {
 public:
  using Operation = LedgerOperation;
  using State = ModelLedger;

  explicit WholeLedger(const Ledger::Options& policies) : policies_(policies) {}

  // Accounts 1 and 2 are open and filled, as prepare() does.
  State initial() const {
    ModelLedger model(policies_.failures, policies_.catch_up);
    for (const AccountId account : {AccountId{1}, AccountId{2}}) {
      model.execute(Command::open_account(fmt::format("open/{}", account), account, euro), 0);
      model.execute(Command::deposit(fmt::format("fill/{}", account), account, start_balance), 0);
    }
    return model;
  }

  bool step(State& state, const LedgerOperation& op) const {
    switch (op.call) {
      case LedgerCall::execute:
        return state.execute(op.whole_command(), op.now_ns) == op.answer;
      case LedgerCall::run_due:
        return state.run_one_due(op.now_ns) == op.ran;
      case LedgerCall::balance:
        return state.balance(op.account, op.now_ns) == op.balance;
      case LedgerCall::balance_at:
        return state.balance_at(op.account, op.to) == op.balance;
      case LedgerCall::statement: {
        std::vector<StatementEntry> entries;
        return state.statement(op.account, op.from, op.to, statement_limit, entries) == op.status &&
               entries == op.entries;
      }
      case LedgerCall::trial_balance:
        return state.trial_balance().as_of == op.trial.as_of && state.trial_balance().totals == op.trial.totals;
    }
    return false;
  }

  // Where failures are final a refused command is remembered.
  bool only_looks(const LedgerOperation& op) const {
    const bool refused = op.answer.status != Status::ok;
    if (op.call == LedgerCall::execute) {
      return op.answer.replayed || op.answer.status == Status::key_conflict ||
             (refused && policies_.failures == FailurePolicy::retryable);
    }
    return op.call == LedgerCall::run_due ? op.ran == RunAnswer{} : true;
  }

  std::uint64_t fingerprint(const State& state) const { return state.fingerprint(); }

 private:
  Ledger::Options policies_;
};

// What threads have learned from answers. The id after that may be guessed, while its transaction is still on its way.
struct Known {
  std::atomic<TransactionId> transaction{1};
  std::atomic<TransactionId> hold{0};
  std::atomic<ScheduleId> schedule{0};
  std::atomic<TimeNs> clock_ns{0};

  void learn(const Command& command, const Answer& answer) {
    if (answer.status != Status::ok || answer.id == 0) return;
    if (command.kind == CommandKind::schedule) {
      schedule = answer.id;
    } else if (command.kind == CommandKind::hold) {
      hold = answer.id;
    } else {
      transaction = answer.id;
    }
  }
};

// Draws from nothing but the thread's random numbers and what is known.
class Caller {
 public:
  Caller(Known& known, std::mt19937_64& random) : known_(known), random_(random) {}

  void draw(std::uint32_t number, LedgerOperation& op) {
    op.now_ns = below(3) == 0 ? known_.clock_ns.fetch_add(1) : known_.clock_ns.load();
    op.call = below(2) == 0 ? LedgerCall::execute : static_cast<LedgerCall>(below(enum_count<LedgerCall>));
    op.account = account();
    op.to = known_.transaction + below(2);
    op.from = op.to - below(op.to + 1);
    if (op.call != LedgerCall::execute) return;
    // Some share a key, so that commands are sent again and keys stand for other commands.
    op.key = below(4) == 0 ? fmt::format("shared/{}", below(2)) : fmt::format("own/{}", number);
    op.command = draw_command(op.legs);
  }

 private:
  std::uint64_t below(std::uint64_t bound) { return random_() % bound; }
  AccountId account() { return 1 + below(below(3) == 0 ? accounts : 2); }
  AccountId other_than(AccountId account) { return below(8) == 0 ? this->account() : 1 + account % 2; }
  Amount amount() { return static_cast<Amount>(below(amounts)); }

  Command draw_command(std::vector<Leg>& legs) {
    const AccountId payer = account();
    const AccountId payee = other_than(payer);
    switch (static_cast<CommandKind>(below(enum_count<CommandKind>))) {
      case CommandKind::open_account:
        return Command::open_account({}, accounts, euro);
      case CommandKind::deposit:
        return Command::deposit({}, payee, amount());
      case CommandKind::withdraw:
        return Command::withdraw({}, payer, amount());
      case CommandKind::transfer:
        return Command::transfer({}, payer, payee, amount());
      case CommandKind::chain:
        legs = {{payer, payee, amount()}, {payee, account(), amount()}};
        return Command::transfer_chain({}, {});
      case CommandKind::hold:
        return Command::hold({}, payer, payee, amount(), static_cast<DurationNs>(below(longest_timeout_ns)));
      case CommandKind::post:
        return Command::post({}, known_.hold + below(2), amount());
      case CommandKind::void_hold:
        return Command::void_hold({}, known_.hold);
      case CommandKind::reverse:
        return Command::reverse({}, (below(4) == 0 ? known_.hold : known_.transaction) + below(2));
      case CommandKind::schedule:
        return Command::schedule({}, payer, payee, amount(), known_.clock_ns + static_cast<TimeNs>(below(3)),
                                 static_cast<DurationNs>(below(longest_interval_ns)),
                                 static_cast<std::uint32_t>(below(3)));
      case CommandKind::cancel:
        return Command::cancel({}, known_.schedule);
    }
    return {};
  }

  Known& known_;
  std::mt19937_64& random_;
};

void call_ledger(Ledger& ledger, Known& known, LedgerOperation& op) {
  switch (op.call) {
    case LedgerCall::execute:
      op.answer = ledger.execute(op.whole_command(), op.now_ns);
      known.learn(op.command, op.answer);
      break;
    case LedgerCall::run_due:
      op.ran = ledger.run_due(op.now_ns, 1);
      break;
    case LedgerCall::balance:
      op.balance = ledger.balance(op.account, op.now_ns);
      break;
    case LedgerCall::balance_at:
      op.balance = ledger.balance_at(op.account, op.to);
      break;
    case LedgerCall::statement:
      op.status = ledger.statement(op.account, op.from, op.to, statement_limit, op.entries);
      break;
    case LedgerCall::trial_balance:
      op.trial = ledger.trial_balance();
      break;
  }
}

std::string describe_command(const LedgerOperation& op) {
  const Command& command = op.command;
  std::string legs;
  for (const Leg& leg : op.legs) legs += fmt::format(" {}->{}:{}", leg.payer, leg.payee, leg.amount);
  return fmt::format("{} {}->{} amount {} reference {} timeout {} due {} interval {} times {}{} key {}",
                     to_string(command.kind), command.payer, command.payee, command.amount, command.reference,
                     command.timeout_ns, command.due_ns, command.interval_ns, command.occurrences, legs, op.key);
}

std::string describe(const LedgerOperation& op) {
  const std::string at = fmt::format("at {}: ", op.now_ns);
  switch (op.call) {
    case LedgerCall::execute:
      return at + fmt::format("{} -> {} id {} balance {} field {} leg {}{}", describe_command(op),
                              to_string(op.answer.status), op.answer.id, op.answer.balance, to_string(op.answer.field),
                              op.answer.leg, op.answer.replayed ? " replayed" : "");
    case LedgerCall::run_due:
      return at + fmt::format("run_due -> fired {} failed {} skipped {} more {}", op.ran.fired, op.ran.failed,
                              op.ran.skipped, op.ran.more);
    case LedgerCall::balance:
    case LedgerCall::balance_at:
      return at + fmt::format("{} of {} as of {} -> {} balance {} held {} as of {}", enum_text(op.call), op.account,
                              op.to, to_string(op.balance.status), op.balance.balance, op.balance.held,
                              op.balance.as_of);
    case LedgerCall::statement: {
      std::string text =
          at + fmt::format("statement of {} from {} to {} -> {}", op.account, op.from, op.to, to_string(op.status));
      for (const StatementEntry& entry : op.entries) text += fmt::format(" {}:{:+}", entry.id, entry.change);
      return text;
    }
    case LedgerCall::trial_balance: {
      const CurrencyTotal total = op.trial.totals.empty() ? CurrencyTotal{} : op.trial.totals[0];
      return at + fmt::format("trial_balance -> as of {} accounts {} balances {} outside {}", op.trial.as_of,
                              total.accounts, static_cast<Amount>(total.balances), static_cast<Amount>(total.outside));
    }
  }
  return "?";
}

void prepare(Ledger& ledger) {
  for (const AccountId account : {AccountId{1}, AccountId{2}}) {
    ledger.open_account(fmt::format("open/{}", account), account, euro, 0);
    ledger.deposit(fmt::format("fill/{}", account), account, start_balance, 0);
  }
}

void round_of_histories(const Subject<Ledger>& subject, Round& round) {
  const int calls = round.size(history_calls);
  const Ledger::Options policies{
      .failures = round.random()() % 4 == 0 ? FailurePolicy::retryable : FailurePolicy::final,
      .catch_up = round.random()() % 4 == 0 ? CatchUp::latest_only : CatchUp::every};
  const auto ledger = subject.make(sized_for(round, 2, policies));
  prepare(*ledger);
  Known known;
  const auto history = record_calls<LedgerOperation>(
      round, round.threads(), calls, [&](int, std::uint32_t number, std::mt19937_64& random, LedgerOperation& op) {
        Caller(known, random).draw(number, op);
        call_ledger(*ledger, known, op);
      });
  judge_history<WholeLedger>(round, history, describe, WholeLedger(policies), {.limits = search_limits});
}
const bool histories_registered = register_attack<Ledger>(
    {"histories", "all operations together, with ids, times, keys and every field of the answers", round_of_histories});

}  // namespace
}  // namespace contend::ledger
