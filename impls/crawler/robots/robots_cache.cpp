#include "impls/crawler/robots/robots_cache.hpp"

#include <utility>

namespace contend::crawler {

RobotsCache::Answer RobotsCache::ask(std::string_view origin, std::function<void()> ready) {
  const MutexLock lock(mutex_);
  const auto it = entries_.find(origin);
  if (it == entries_.end()) {
    entries_.try_emplace(std::string(origin), std::make_unique<Entry>());
    return {nullptr, true};
  }
  if (it->second->known) return {&it->second->rules, false};
  it->second->waiting.push_back(std::move(ready));
  return {};
}

void RobotsCache::settle(std::string_view origin, RobotsRules rules) {
  std::vector<std::function<void()>> waiting;
  {
    const MutexLock lock(mutex_);
    Entry& entry = *entries_.find(origin)->second;
    entry.rules = std::move(rules);
    entry.known = true;
    waiting.swap(entry.waiting);
  }
  for (const auto& ready : waiting) ready();
}

}  // namespace contend::crawler
