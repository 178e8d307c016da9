#include "impls/cache/cache.hpp"

namespace contend::cache {

std::string_view to_string(Status status) {
  switch (status) {
    case Status::hit:
      return "hit";
    case Status::miss:
      return "miss";
    case Status::stored:
      return "stored";
    case Status::replaced:
      return "replaced";
    case Status::too_heavy:
      return "too_heavy";
    case Status::removed:
      return "removed";
    case Status::absent:
      return "absent";
    case Status::loaded:
      return "loaded";
    case Status::joined:
      return "joined";
    case Status::invalid_key:
      return "invalid_key";
    case Status::invalid_value:
      return "invalid_value";
    case Status::invalid_ttl:
      return "invalid_ttl";
  }
  return "?";
}

std::string_view to_string(RemovalCause cause) {
  switch (cause) {
    case RemovalCause::evicted:
      return "evicted";
    case RemovalCause::expired:
      return "expired";
    case RemovalCause::replaced:
      return "replaced";
    case RemovalCause::erased:
      return "erased";
  }
  return "?";
}

std::vector<std::pair<std::string_view, std::string>> Guarantees::describe() const {
  switch (order) {
    case EvictionOrder::exact_lru:
      return {{"eviction", "exact LRU"}};
    case EvictionOrder::sharded_lru:
      return {{"eviction", "LRU of each shard"}};
    case EvictionOrder::approximate:
      return {{"eviction", "approximate"}};
  }
  return {};
}

}  // namespace contend::cache
