#include "impls/cache/cache.hpp"

#include "impls/base/enum_text.hpp"
#include "impls/base/lacking.hpp"

namespace contend::cache {

std::string_view to_string(Status status) {
  return enum_text(status);
}
std::string_view to_string(RemovalCause cause) {
  return enum_text(cause);
}

std::vector<std::pair<std::string_view, std::string>> Guarantees::describe() const {
  const std::string_view eviction = order == EvictionOrder::exact_lru     ? "exact LRU"
                                    : order == EvictionOrder::sharded_lru ? "LRU of each shard"
                                                                          : "approximate";
  std::vector<std::pair<std::string_view, std::string>> told{
      {"eviction", std::string(eviction)}, {"room", room == Room::whole_cache ? "whole cache" : "own shard"}};
  if (!offered.has_all()) told.emplace_back("not offered", left_out(offered));
  return told;
}

}  // namespace contend::cache
