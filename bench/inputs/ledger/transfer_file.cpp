#include "bench/inputs/ledger/transfer_file.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <fstream>
#include <functional>
#include <initializer_list>
#include <optional>
#include <stdexcept>
#include <unordered_map>

#include "impls/base/hashing.hpp"

namespace contend::ledger {
namespace {

using Fields = std::vector<std::string_view>;
Fields fields_of(std::string_view line) {
  Fields fields;
  while (true) {
    const std::size_t comma = std::min(line.find(','), line.size());
    fields.push_back(line.substr(0, comma));
    if (comma == line.size()) return fields;
    line.remove_prefix(comma + 1);
  }
}

// Hundredths.
std::optional<Amount> amount_of(std::string_view text) {
  const std::size_t point = std::min(text.find('.'), text.size());
  std::string digits(text.substr(0, point));
  const std::string_view decimals = text.substr(std::min(point + 1, text.size()));
  if (digits.empty() || decimals.size() > 2) return {};
  digits += decimals;
  digits.append(2 - decimals.size(), '0');
  Amount amount = 0;
  for (const char digit : digits) {
    if (digit < '0' || digit > '9') return {};
    amount = 10 * amount + (digit - '0');
    if (amount > most_file_amount) return {};
  }
  return amount > 0 ? std::optional(amount) : std::nullopt;
}

// Where the columns are that are read. Sentences that it throws do not name the place.
struct Columns {
  explicit Columns(const Fields& names)
      : payer(place(names, {"payer", "from"})),
        payee(place(names, {"payee", "to"})),
        amount(place(names, {"amount"})),
        count(names.size()) {}

  static std::size_t place(const Fields& names, std::initializer_list<std::string_view> meant) {
    const auto found = std::ranges::find_first_of(names, meant);
    if (found != names.end()) return static_cast<std::size_t>(found - names.begin());
    throw std::runtime_error(
        fmt::format("no column is called {}; the first line must name payer, payee and amount", *meant.begin()));
  }

  std::size_t payer;
  std::size_t payee;
  std::size_t amount;
  std::size_t count;
};

class Reader {
 public:
  // Throws a sentence without the place.
  void add(const Fields& fields, const Columns& columns) {
    if (fields.size() != columns.count) {
      throw std::runtime_error(fmt::format("there are {} columns instead of {}", fields.size(), columns.count));
    }
    const std::optional<Amount> amount = amount_of(fields[columns.amount]);
    if (!amount) {
      throw std::runtime_error(fmt::format("the amount is \"{}\"; write 12 or 12.34, up to {}", fields[columns.amount],
                                           most_file_amount / 100));
    }
    if (fields[columns.payer] == fields[columns.payee]) throw std::runtime_error("payer and payee are one account");
    file_.transfers.push_back({place_of(fields[columns.payer]), place_of(fields[columns.payee]), *amount});
  }
  TransferFile take() { return std::move(file_); }

 private:
  std::uint32_t place_of(std::string_view account) {
    if (account.empty()) throw std::runtime_error("an account has no name");
    const auto next = static_cast<std::uint32_t>(file_.accounts.size());
    const auto [place, is_new] = places_.try_emplace(std::string(account), next);
    if (is_new) file_.accounts.emplace_back(account);
    return place->second;
  }

  TransferFile file_;
  std::unordered_map<std::string, std::uint32_t, BytesHash, std::equal_to<>> places_;
};

}  // namespace

TransferFile parse_transfers(std::istream& text, std::string_view name) {
  Reader reader;
  std::optional<Columns> columns;
  std::string line;
  for (std::uint64_t number = 1; std::getline(text, line); ++number) {
    if (!line.empty() && line.back() == '\r') line.pop_back();
    if (line.empty()) continue;
    try {
      if (columns) {
        reader.add(fields_of(line), *columns);
      } else {
        columns.emplace(fields_of(line));
      }
    } catch (const std::runtime_error& wrong) {
      throw std::runtime_error(fmt::format("{}: line {}: {}", name, number, wrong.what()));
    }
  }
  TransferFile file = reader.take();
  if (file.transfers.empty()) throw std::runtime_error(fmt::format("{}: there are no transfers in it", name));
  return file;
}

TransferFile read_transfers(const std::filesystem::path& file) {
  std::ifstream text(file, std::ios::binary);
  if (!text) throw std::runtime_error(file.string() + " cannot be opened");
  return parse_transfers(text, file.string());
}

}  // namespace contend::ledger
