#pragma once

#include <boost/container/static_vector.hpp>

#include "impls/ledger/books/account.hpp"
#include "impls/ledger/books/journal.hpp"
#include "impls/ledger/ledger.hpp"

namespace contend::ledger {

// Money on its way between accounts to which the caller has exclusive access: first the balances change, move by move,
// each judged on what the earlier ones left; then all moves are settled as transactions, or undone.

// One movement of money; nullptr is the outside.
struct Move {
  Account* payer = nullptr;
  Account* payee = nullptr;
  Amount amount = 0;
};
using Moves = boost::container::static_vector<Move, max_chain_legs>;

// ok, insufficient_funds or balance_overflow at that time. `set_aside` is the part of the payer's held money that this
// very move may use.
Status check_funds(const Move& move, Amount set_aside, TimeNs now_ns);

// Changes the balances, and nothing else.
void shift(const Move& move) noexcept;
void undo(const Moves& moves) noexcept;

// Room for the entries of so many moves, so that settling cannot throw once it has ids. May throw.
void make_room(Account& account, std::size_t moves);

// Takes ids for moves that are done, publishes them and writes their entries. An exception undoes the moves. Requires
// make_room before. Answers the first id and the balance of the first move's payer, or payee if the outside paid.
Answer settle(const Moves& moves, CommandKind kind, Journal& journal, TimeNs now_ns);

}  // namespace contend::ledger
