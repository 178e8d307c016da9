#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <functional>
#include <random>
#include <string_view>
#include <vector>

#include "bench/ledger/ledger_mix.hpp"
#include "bench/workload/callers.hpp"
#include "bench/workload/ring.hpp"
#include "bench/workload/zipf.hpp"
#include "impls/ledger/ledger.hpp"

namespace contend::ledger {

inline constexpr Currency euro = 978;
inline constexpr Amount start_balance = 1'000'000'000;  // where the workload is of words

struct Operation {
  std::uint32_t payer = 0;
  std::uint32_t payee = 0;
  Kind kind = Kind::transfer;
  Amount amount = 1;  // of a transfer
};

// Where a workload's operations come from, and what each account has at the start.
struct Source {
  Amount start_balance = 0;
  std::function<Ring<Operation>(int caller, std::uint64_t seed)> ring;
};

inline Ring<Operation> draw(const Mix& mix, std::uint64_t seed) {
  const ZipfRanks& ranks = zipf(mix.accounts, mix.zipf);
  return draw_ring(ring_size(mix.accounts), seed, [&](std::mt19937_64& random) {
    Operation op;
    op.kind = mix.shares.draw(random);
    do {
      op.payer = static_cast<std::uint32_t>(1 + ranks(random));
      op.payee = static_cast<std::uint32_t>(1 + ranks(random));
      if (std::bernoulli_distribution(mix.hot_transfers)(random)) {
        (random() % 2 == 0 ? op.payer : op.payee) =
            static_cast<std::uint32_t>(1 + random() % std::min(mix.hot, mix.accounts));
      }
    } while (op.payer == op.payee);
    return op;
  });
}

// Every account has enough money, and every command is one that must be answered ok, but for a cancel that comes too late.
class LedgerCaller : public RingCaller<Operation> {
 public:
  LedgerCaller(Ledger& ledger, const Mix& mix, const Source& source, int number, std::uint64_t seed)
      : RingCaller(source.ring(number, seed)),
        ledger_(ledger),
        mix_(mix),
        number_(number),
        audit_every_(number == 0 ? mix.audit : 0),
        batch_keys_(mix.batch),
        batch_commands_(mix.batch),
        batch_answers_(mix.batch),
        legs_(mix.legs) {}

  void call(Cursor& cursor) {
    if (audit_every_.count() > 0 && keys_ % 32 == 0) audit_when_due();
    if (mix_.batch > 1) return send_batch(cursor);
    const Operation& op = cursor.next();
    now_ns_ = cursor.now_ns();
    switch (op.kind) {
      case Kind::transfer:
        last_transfer_ = transact(Command::transfer(new_key(), op.payer, op.payee, op.amount));
        return;
      case Kind::chain:
        return chain(op);
      case Kind::replay:
        return replay(op);
      case Kind::deposit:
        transact(Command::deposit(new_key(), op.payee, 1));
        ++brought_;
        return;
      case Kind::withdraw:
        transact(Command::withdraw(new_key(), op.payer, 1));
        --brought_;
        return;
      case Kind::hold:
        return hold_or_resolve(op);
      case Kind::reverse:
        return transfer_or_reverse(op);
      case Kind::schedule:
        return schedule(op);
      case Kind::cancel:
        return schedule_ == 0 ? schedule(op) : cancel();
      case Kind::run_due: {
        const RunAnswer ran = ledger_.run_due(now_ns_, 16);
        transactions_ += ran.fired;
        return expect(ran.failed == 0, "a scheduled transfer was refused");
      }
      case Kind::open_account: {
        const AccountId account = mix_.accounts + 1 + (static_cast<AccountId>(number_) << 32) + opened_++;
        return expect_ok(send(Command::open_account(new_key(), account, euro)));
      }
      default:
        return read(op, cursor);
    }
  }
  std::uint32_t operations_per_call() const { return static_cast<std::uint32_t>(mix_.batch); }

  // Numbers that the answers tell to have been given: of transactions, and how many of them are holds.
  std::uint64_t transactions() const { return transactions_; }
  std::uint64_t holds() const { return holds_; }
  // Deposits less withdrawals, of a cent each.
  std::int64_t brought() const { return brought_; }

 private:
  using Key = std::array<char, 16>;
  static constexpr DurationNs until_due_ns = 100'000;

  // All keys differ: the caller, and a count in binary.
  void next_key(Key& key) {
    key.fill(0);
    key[0] = static_cast<char>('A' + number_);
    const std::uint64_t count = ++keys_;
    std::memcpy(key.data() + 8, &count, sizeof count);
  }
  // Valid until the next one.
  std::string_view new_key() {
    next_key(key_);
    return {key_.data(), key_.size()};
  }
  Answer send(const Command& command) { return ledger_.execute(command, now_ns_); }
  void expect_ok(const Answer& answer) { expect(answer.status == Status::ok, "a command was refused"); }
  // What it was sent as, and its number, which must be new.
  struct Sent {
    Command command;
    Key key{};
    TransactionId id = 0;
  };
  Sent transact(const Command& command, std::uint64_t numbers = 1) {
    const Answer answer = send(command);
    note_transactions(answer, numbers);
    return {command, key_, answer.id};
  }
  void note_transactions(const Answer& answer, std::uint64_t numbers) {
    expect_ok(answer);
    expect(answer.id > last_id_, "a transaction got a number that is not new");
    last_id_ = answer.id + numbers - 1;
    transactions_ += numbers;
  }

  void send_batch(Cursor& cursor) {
    for (std::size_t i = 0; i < mix_.batch; ++i) {
      const Operation& op = cursor.next();
      next_key(batch_keys_[i]);
      batch_commands_[i] = Command::transfer({batch_keys_[i].data(), batch_keys_[i].size()}, op.payer, op.payee, 1);
    }
    ledger_.execute_batch(batch_commands_, cursor.now_ns(), batch_answers_);
    for (const Answer& answer : batch_answers_) note_transactions(answer, 1);
  }
  void chain(const Operation& op) {
    constexpr AccountId stride = 7919;  // far apart
    AccountId from = op.payer;
    AccountId to = op.payee;
    for (Leg& leg : legs_) {
      leg = {from, to, 1};
      from = to;
      to = (to - 1 + stride) % mix_.accounts + 1;
      if (to == from) to = to % mix_.accounts + 1;
    }
    transact(Command::transfer_chain(new_key(), legs_), legs_.size());
  }
  void replay(const Operation& op) {
    if (last_transfer_.id == 0) {
      last_transfer_ = transact(Command::transfer(new_key(), op.payer, op.payee, 1));
      return;
    }
    Command again = last_transfer_.command;
    again.key = {last_transfer_.key.data(), last_transfer_.key.size()};
    const Answer answer = ledger_.execute(again, now_ns_);
    expect(answer.replayed && answer.id == last_transfer_.id, "a command that came again was not answered as before");
  }
  void hold_or_resolve(const Operation& op) {
    if (hold_ == 0) {
      hold_ = transact(Command::hold(new_key(), op.payer, op.payee, 1, forever)).id;
      ++holds_;
      return;
    }
    if (holds_ % 2 == 1) {
      transact(Command::post(new_key(), hold_, 1));
    } else {
      expect_ok(send(Command::void_hold(new_key(), hold_)));
    }
    hold_ = 0;
  }
  void transfer_or_reverse(const Operation& op) {
    if (reversible_ == 0) {
      reversible_ = transact(Command::transfer(new_key(), op.payer, op.payee, 1)).id;
    } else {
      transact(Command::reverse(new_key(), reversible_));
      reversible_ = 0;
    }
  }
  void schedule(const Operation& op) {
    const Answer answer = send(Command::schedule(new_key(), op.payer, op.payee, 1, now_ns_ + until_due_ns, 0, 1));
    expect_ok(answer);
    schedule_ = answer.id;
  }
  void cancel() {
    const Status status = send(Command::cancel(new_key(), schedule_)).status;
    expect(status == Status::ok || status == Status::schedule_finished, "a schedule was not cancelled");
    schedule_ = 0;
  }

  void read(const Operation& op, const Cursor& cursor) {
    switch (op.kind) {
      case Kind::balance: {
        const BalanceAnswer answer = ledger_.balance(op.payer, now_ns_);
        return expect(answer.status == Status::ok && answer.balance > 0, "a balance is wrong");
      }
      case Kind::balance_at: {
        // The first so many transactions are the deposits of prefill.
        const BalanceAnswer answer = ledger_.balance_at(op.payer, mix_.accounts);
        return expect(answer.balance == start_balance, "a balance of the past is wrong");
      }
      case Kind::statement:
        ledger_.statement(op.payer, 1, max_transactions, mix_.statement_entries, entries_);
        if (cursor.sampled()) {
          expect(!entries_.empty() && entries_[0].change == start_balance,
                 "a statement does not begin with the deposit");
        }
        return;
      default:
        expect(ledger_.trial_balance().balanced(), "the books did not balance");
    }
  }
  void audit_when_due() {
    const auto now = std::chrono::steady_clock::now();
    if (now < next_audit_) return;
    expect(ledger_.trial_balance().balanced(), "the books did not balance");
    next_audit_ = now + audit_every_;
  }

  Ledger& ledger_;
  const Mix mix_;
  const int number_;
  const std::chrono::nanoseconds audit_every_;
  std::chrono::steady_clock::time_point next_audit_{};
  std::vector<Key> batch_keys_;
  std::vector<Command> batch_commands_;
  std::vector<Answer> batch_answers_;
  std::vector<Leg> legs_;
  std::vector<StatementEntry> entries_;
  Key key_{};
  Sent last_transfer_;
  TimeNs now_ns_ = 0;
  TransactionId last_id_ = 0;
  TransactionId hold_ = 0;        // open, of this caller
  TransactionId reversible_ = 0;  // the transfer that is reversed next
  ScheduleId schedule_ = 0;
  std::uint64_t keys_ = 0;
  std::uint64_t opened_ = 0;
  std::uint64_t transactions_ = 0;
  std::uint64_t holds_ = 0;
  std::int64_t brought_ = 0;
};

}  // namespace contend::ledger
