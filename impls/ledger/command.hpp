#pragma once

#include <boost/describe/enum.hpp>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "impls/base/time.hpp"

namespace contend::ledger {

using AccountId = std::uint64_t;      // chosen by the caller; 0 is the outside
using TransactionId = std::uint64_t;  // 1, 2, ... in order of effect; 0 is none
using ScheduleId = std::uint64_t;     // 1, 2, ...
using Amount = std::int64_t;          // minor units, e.g. cents
using Currency = std::uint16_t;       // e.g. the ISO 4217 number

inline constexpr AccountId outside = 0;
inline constexpr std::size_t max_idempotency_key_bytes = 64;
inline constexpr std::size_t max_chain_legs = 16;
// Begins the keys of occurrences of scheduled transfers, "schedule:<id>/<occurrence>"; refused from callers.
inline constexpr std::string_view reserved_key_prefix = "schedule:";

enum class CommandKind : std::uint8_t {
  open_account,
  deposit,
  withdraw,
  transfer,
  chain,
  hold,
  post,
  void_hold,
  reverse,
  schedule,
  cancel,
};
BOOST_DESCRIBE_ENUM(CommandKind, open_account, deposit, withdraw, transfer, chain, hold, post, void_hold, reverse,
                    schedule, cancel)
std::string_view to_string(CommandKind kind);

// The fields of a Command, in the order in which a conflict looks for a difference.
enum class CommandField : std::uint8_t {
  none,
  kind,
  payer,
  payee,
  amount,
  currency,
  reference,
  timeout_ns,
  due_ns,
  interval_ns,
  occurrences,
  legs,
};
BOOST_DESCRIBE_ENUM(CommandField, none, kind, payer, payee, amount, currency, reference, timeout_ns, due_ns,
                    interval_ns, occurrences, legs)
std::string_view to_string(CommandField field);

struct Leg {
  AccountId payer = 0;
  AccountId payee = 0;
  Amount amount = 0;

  bool operator==(const Leg&) const = default;
};

// One mutation as data: what a mailbox carries, a log stores and a key remembers. Does not own key and legs. Fields
// that a kind has no use for must be left at their defaults: invalid_field otherwise.
struct Command {
  CommandKind kind = CommandKind::transfer;
  std::string_view key;
  AccountId payer = 0;
  AccountId payee = 0;
  Amount amount = 0;
  Currency currency = 0;
  std::uint64_t reference = 0;  // the transaction, hold or schedule that this is about
  DurationNs timeout_ns = 0;
  TimeNs due_ns = 0;
  DurationNs interval_ns = 0;
  std::uint32_t occurrences = 0;
  std::span<const Leg> legs = {};

  static Command open_account(std::string_view key, AccountId account, Currency currency);
  static Command deposit(std::string_view key, AccountId account, Amount amount);
  static Command withdraw(std::string_view key, AccountId account, Amount amount);
  static Command transfer(std::string_view key, AccountId payer, AccountId payee, Amount amount);
  // All legs or none.
  static Command transfer_chain(std::string_view key, std::span<const Leg> legs);
  // Sets `amount` of the payer aside for the payee until posted, voided, or expired: a timeout after now, or after the
  // payer's latest time if that is later. The largest timeout, `forever`, does not expire.
  static Command hold(std::string_view key, AccountId payer, AccountId payee, Amount amount, DurationNs timeout_ns);
  // Transfers `amount` of the hold and releases the rest.
  static Command post(std::string_view key, TransactionId hold, Amount amount);
  static Command void_hold(std::string_view key, TransactionId hold);
  // Moves the money of a deposit, withdrawal, transfer, leg or posted hold back, once.
  static Command reverse(std::string_view key, TransactionId transaction);
  // A transfer at due, due + interval, ..., `occurrences` times.
  static Command schedule(std::string_view key, AccountId payer, AccountId payee, Amount amount, TimeNs due_ns,
                          DurationNs interval_ns, std::uint32_t occurrences);
  // After ok, no further occurrence fires.
  static Command cancel(std::string_view key, ScheduleId schedule);
};

}  // namespace contend::ledger
