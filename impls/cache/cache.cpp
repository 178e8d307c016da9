#include "impls/cache/cache.hpp"

namespace contend {

std::string_view to_string(CacheStatus status) {
  switch (status) {
    case CacheStatus::hit:
      return "hit";
    case CacheStatus::miss:
      return "miss";
    case CacheStatus::stored:
      return "stored";
    case CacheStatus::replaced:
      return "replaced";
    case CacheStatus::too_heavy:
      return "too_heavy";
    case CacheStatus::removed:
      return "removed";
    case CacheStatus::absent:
      return "absent";
    case CacheStatus::loaded:
      return "loaded";
    case CacheStatus::joined:
      return "joined";
    case CacheStatus::invalid_key:
      return "invalid_key";
    case CacheStatus::invalid_value:
      return "invalid_value";
    case CacheStatus::invalid_ttl:
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

std::vector<std::pair<std::string_view, std::string>> CacheGuarantees::describe() const {
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

}  // namespace contend
