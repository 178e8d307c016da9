#include "impls/kv_store/kv_store.hpp"

#include "impls/base/enum_text.hpp"

namespace contend::kv_store {

std::string_view to_string(Status status) {
  return enum_text(status);
}

std::vector<std::pair<std::string_view, std::string>> Guarantees::describe() const {
  return {{"scan", scan == ScanGuarantee::snapshot ? "snapshot" : "per stripe"},
          {"isolation", isolation == Isolation::serializable ? "serializable" : "snapshot (write skew possible)"}};
}

}  // namespace contend::kv_store
