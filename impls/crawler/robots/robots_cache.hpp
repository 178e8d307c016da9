#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "impls/base/hashing.hpp"
#include "impls/crawler/robots/robots.hpp"
#include "impls/sync/mutex.hpp"

namespace contend::crawler {

// The rules of each origin of a crawl, fetched by the first who asks while the others wait (single flight). Kept for
// the whole crawl.
//
// Not SingleFlight: that one forgets a load once it has landed, and rules are kept for the whole crawl. Here the entry
// that is waited for becomes the one that is known, under one lock, where SingleFlight would need a map beside it.
//
// Guarantee: linearizable under one mutex. O(1) expected; memory grows with the origins and with who waits.
class RobotsCache {
 public:
  struct Answer {
    const RobotsRules* rules = nullptr;  // known; lives as long as the cache
    bool fetch = false;                  // the caller must fetch them and call settle, whatever happens
  };
  // Neither known nor to be fetched: `ready` is called once by who settles, while no lock is held. Ask again then.
  Answer ask(std::string_view origin, std::function<void()> ready);
  void settle(std::string_view origin, RobotsRules rules);

 private:
  struct Entry {
    bool known = false;
    RobotsRules rules;
    std::vector<std::function<void()>> waiting;
  };
  Mutex mutex_{{"robots", 0}};
  std::unordered_map<std::string, std::unique_ptr<Entry>, BytesHash, std::equal_to<>> entries_ GUARDED_BY(mutex_);
};

}  // namespace contend::crawler
