#include "impls/cache/cache.hpp"

#include "impls/base/enum_text.hpp"

namespace contend::cache {

std::string_view to_string(Status status) {
  return enum_text(status);
}
std::string_view to_string(RemovalCause cause) {
  return enum_text(cause);
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
