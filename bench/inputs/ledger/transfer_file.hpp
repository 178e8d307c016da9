#pragma once

#include <cstdint>
#include <filesystem>
#include <iosfwd>
#include <string>
#include <string_view>
#include <vector>

#include "impls/ledger/command.hpp"

namespace contend::ledger {

// Transfers that were made in real life: CSV whose first line names the columns. `payer` or `from`, `payee` or `to`, and
// `amount` are read, others are ignored, and quotes mean nothing. An amount is a decimal number with at most two decimals,
// more than 0 and at most most_file_amount hundredths. Lines may end in CR LF.
struct TransferFile {
  struct Transfer {
    std::uint32_t payer = 0;  // its place in `accounts`
    std::uint32_t payee = 0;
    Amount amount = 0;  // hundredths

    bool operator==(const Transfer&) const = default;
  };
  std::vector<std::string> accounts;  // each once, in the order in which they come
  std::vector<Transfer> transfers;
};
inline constexpr Amount most_file_amount = 100'000'000'000;

// Throws std::runtime_error that names the file, and the line that is wrong; a file without transfers is wrong too.
// O(bytes) time, and memory for the transfers and accounts.
TransferFile read_transfers(const std::filesystem::path& file);
// The same of what is open already; `name` stands in the errors.
TransferFile parse_transfers(std::istream& text, std::string_view name);

}  // namespace contend::ledger
