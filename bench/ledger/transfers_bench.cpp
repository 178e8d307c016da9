// A user's transfers as a workload of the ledger.

#include <fmt/core.h>

#include <filesystem>
#include <memory>
#include <vector>

#include "bench/inputs/ledger/transfer_file.hpp"
#include "bench/ledger/ledger_subject.hpp"
#include "bench/workload/workload.hpp"

namespace contend::ledger {
namespace {

// Enough for everybody to pay for as long as a trial lasts, and little enough to be paid as much again.
constexpr Amount wealth = 4'000'000'000'000'000'000;

// The callers take the transfers in turns, and begin again at the end.
Workload<Ledger> workload_of(const std::filesystem::path& file) {
  const TransferFile read = read_transfers(file);
  auto transfers = std::make_shared<std::vector<Operation>>();
  for (const auto& [payer, payee, amount] : read.transfers) {
    transfers->push_back({.payer = payer + 1, .payee = payee + 1, .amount = amount});
  }
  Mix mix;
  mix.shares[Kind::transfer] = 1;
  mix.accounts = read.accounts.size();
  mix.batch = 1;
  Workload<Ledger> workload;
  workload.name = "transfers";
  workload.summary =
      fmt::format("{}: {} transfers between {} accounts", file.filename().string(), transfers->size(), mix.accounts);
  workload.prepare = [mix, transfers](const Maker<Ledger>& make, int threads) {
    const Source source{wealth, [transfers, threads](int caller, std::uint64_t) {
                          return Ring<Operation>(transfers, static_cast<std::size_t>(caller),
                                                 static_cast<std::size_t>(threads));
                        }};
    return std::make_unique<LedgerSubject>(make({}), mix, source);
  };
  return workload;
}

const bool input_registered = register_input<Ledger>(
    "--ledger", "ledger", "transfers to replay: CSV whose first line names the columns payer, payee and amount",
    workload_of);

}  // namespace
}  // namespace contend::ledger
