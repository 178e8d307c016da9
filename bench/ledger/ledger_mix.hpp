#pragma once

#include <boost/describe/enum.hpp>
#include <cstddef>
#include <cstdint>

#include "bench/workload/words.hpp"
#include "impls/ledger/ledger.hpp"

namespace contend::ledger {

enum class Kind : std::uint8_t {
  transfer,
  chain,
  replay,
  deposit,
  withdraw,
  hold,
  reverse,
  schedule,
  cancel,
  run_due,
  open_account,
  balance,
  balance_at,
  statement,
  trial_balance,
};
BOOST_DESCRIBE_ENUM(Kind, transfer, chain, replay, deposit, withdraw, hold, reverse, schedule, cancel, run_due,
                    open_account, balance, balance_at, statement, trial_balance)

// What a workload is made of; ledger_words() says what each member is.
struct Mix {
  Shares<Kind> shares;
  std::size_t accounts = 0;
  double zipf = 0;
  std::size_t hot = 0;
  double hot_transfers = 0;
  std::size_t legs = 0;
  std::size_t batch = 0;
  DurationNs audit = 0;
  std::size_t statement_entries = 0;
};
const Words<Mix>& ledger_words();

}  // namespace contend::ledger
