#include "impls/kv_store/kv_store.hpp"

namespace contend {

std::string_view to_string(KvStatus status) {
  switch (status) {
    case KvStatus::ok:
      return "ok";
    case KvStatus::absent:
      return "absent";
    case KvStatus::exists:
      return "exists";
    case KvStatus::version_mismatch:
      return "version_mismatch";
    case KvStatus::conflict:
      return "conflict";
    case KvStatus::finished:
      return "finished";
    case KvStatus::invalid_key:
      return "invalid_key";
    case KvStatus::invalid_value:
      return "invalid_value";
    case KvStatus::invalid_ttl:
      return "invalid_ttl";
  }
  return "?";
}

std::vector<std::pair<std::string_view, std::string>> KvGuarantees::describe() const {
  return {{"scan", scan == ScanGuarantee::snapshot ? "snapshot" : "per stripe"},
          {"isolation", isolation == Isolation::serializable ? "serializable" : "snapshot (write skew possible)"}};
}

}  // namespace contend
