#include "impls/kv_store/kv_store.hpp"

#include <fmt/core.h>

#include <stdexcept>

#include "impls/base/enum_text.hpp"
#include "impls/base/lacking.hpp"

namespace contend::kv_store {

std::string_view to_string(Status status) {
  return enum_text(status);
}

std::vector<std::pair<std::string_view, std::string>> Guarantees::describe() const {
  std::vector<std::pair<std::string_view, std::string>> told;
  if (offered.has(Part::scan)) told.emplace_back("scan", scan == ScanGuarantee::snapshot ? "snapshot" : "per stripe");
  if (offered.has(Part::transactions)) {
    told.emplace_back("isolation",
                      isolation == Isolation::serializable ? "serializable" : "snapshot (write skew possible)");
  }
  if (!offered.has_all()) told.emplace_back("not offered", left_out(offered));
  return told;
}

std::size_t expected_entries(const Store::Options& options) {
  if (options.expected_entries > max_expected_entries) {
    throw std::invalid_argument(
        fmt::format("expected_entries: {}; allowed is at most {}", options.expected_entries, max_expected_entries));
  }
  return options.expected_entries;
}

}  // namespace contend::kv_store
