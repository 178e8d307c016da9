#include "impls/kv_store/kv_store.hpp"

namespace contend::kv_store {

std::string_view to_string(Status status) {
  switch (status) {
    case Status::ok:
      return "ok";
    case Status::absent:
      return "absent";
    case Status::exists:
      return "exists";
    case Status::version_mismatch:
      return "version_mismatch";
    case Status::conflict:
      return "conflict";
    case Status::finished:
      return "finished";
    case Status::invalid_key:
      return "invalid_key";
    case Status::invalid_value:
      return "invalid_value";
    case Status::invalid_ttl:
      return "invalid_ttl";
  }
  return "?";
}

std::vector<std::pair<std::string_view, std::string>> Guarantees::describe() const {
  return {{"scan", scan == ScanGuarantee::snapshot ? "snapshot" : "per stripe"},
          {"isolation", isolation == Isolation::serializable ? "serializable" : "snapshot (write skew possible)"}};
}

}  // namespace contend::kv_store
