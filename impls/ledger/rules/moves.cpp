#include "impls/ledger/rules/moves.hpp"

#include <algorithm>

namespace contend::ledger {
namespace {

bool adds_up(Amount sum, Amount change) {
  return !__builtin_add_overflow(sum, change, &sum);
}

void change_balances(const Move& move, Amount amount) noexcept {
  if (move.payer != nullptr) move.payer->balance -= amount;
  if (move.payee != nullptr) move.payee->balance += amount;
  if (move.payer == nullptr) move.payee->outside += amount;
  if (move.payee == nullptr) move.payer->outside -= amount;
}

// Publishes moves that are done and writes their entries. The balances after each leg of a chain are worked out
// backwards from the final ones.
void record_moves(const Moves& moves, CommandKind kind, TransactionId first, Journal& journal, TimeNs now_ns) noexcept {
  undo(moves);
  TransactionId id = first;
  for (const Move& move : moves) {
    shift(move);
    const AccountId payer = move.payer == nullptr ? outside : move.payer->id;
    const AccountId payee = move.payee == nullptr ? outside : move.payee->id;
    if (move.payer != nullptr) {
      move.payer->entries.push_back({id, kind, payee, -move.amount, move.payer->balance, move.payer->outside, now_ns});
    }
    if (move.payee != nullptr) {
      move.payee->entries.push_back({id, kind, payer, move.amount, move.payee->balance, move.payee->outside, now_ns});
    }
    journal.publish(id, kind, payer, payee, move.amount);
    ++id;
  }
}

}  // namespace

Status check_funds(const Move& move, Amount set_aside, TimeNs now_ns) {
  const auto& [payer, payee, amount] = move;
  if (payer != nullptr && payer->balance - payer->held_at(now_ns) + set_aside < amount)
    return Status::insufficient_funds;
  if (payee != nullptr && !adds_up(payee->balance, amount)) return Status::balance_overflow;
  if (payer == nullptr && !adds_up(payee->outside, amount)) return Status::balance_overflow;
  if (payee == nullptr && !adds_up(payer->outside, -amount)) return Status::balance_overflow;
  return Status::ok;
}

void shift(const Move& move) noexcept {
  change_balances(move, move.amount);
}

void undo(const Moves& moves) noexcept {
  for (const Move& move : moves) change_balances(move, -move.amount);
}

void make_room(Account& account, std::size_t moves) {
  auto& entries = account.entries;  // one for each move, since payer and payee differ
  if (entries.capacity() - entries.size() >= moves) return;
  entries.reserve(std::max({2 * entries.capacity(), entries.size() + moves, std::size_t{4}}));
}

Answer settle(const Moves& moves, CommandKind kind, Journal& journal, TimeNs now_ns) {
  TransactionId first = 0;
  try {
    first = journal.reserve(moves.size());
  } catch (...) {
    undo(moves);
    throw;
  }
  record_moves(moves, kind, first, journal, now_ns);
  const Move& leading = moves.front();
  return {.id = first, .balance = (leading.payer != nullptr ? leading.payer : leading.payee)->balance};
}

}  // namespace contend::ledger
