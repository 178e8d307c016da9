#pragma once

#include <memory>
#include <new>
#include <string>
#include <string_view>

#include "bench/guests/libraries/library.hpp"
#include "bench/guests/plain/cache.hpp"
#include "impls/cache/cache_abi.h"

namespace contend::cache {

// Its functions; null where the library has none.
struct LibraryCacheCalls {
  decltype(&contend_cache_create) create = nullptr;
  decltype(&contend_cache_destroy) destroy = nullptr;
  decltype(&contend_cache_get) get = nullptr;
  decltype(&contend_cache_put) put = nullptr;
  decltype(&contend_cache_erase) erase = nullptr;
};

// The cache of a shared library, for GuestCache.
class LibraryCache {
 public:
  static void load(const char* file) {
    const GuestLibrary library(file);
    library.require("contend_cache_create", calls.create);
    library.require("contend_cache_destroy", calls.destroy);
    library.require("contend_cache_get", calls.get);
    library.require("contend_cache_put", calls.put);
    library.find("contend_cache_erase", calls.erase);
  }
  static void leave_out(OfferedParts<Part>& offered) {
    if (calls.erase == nullptr) offered.leave_out(Part::erase);
  }

  explicit LibraryCache(std::size_t capacity) : cache_(calls.create(capacity)) {
    if (cache_ == nullptr) throw std::bad_alloc();
  }

  bool get(std::string_view key, std::string& value) {
    return copy_abi_value(
        [&](char* room, std::size_t bytes) { return calls.get(cache_.get(), key.data(), key.size(), room, bytes); },
        value);
  }
  void put(std::string_view key, std::string_view value) {
    abi_done(calls.put(cache_.get(), key.data(), key.size(), value.data(), value.size()));
  }
  bool erase(std::string_view key) { return abi_done(calls.erase(cache_.get(), key.data(), key.size())); }

 private:
  static inline LibraryCacheCalls calls;
  struct Destroy {
    void operator()(void* cache) const { calls.destroy(cache); }
  };

  std::unique_ptr<void, Destroy> cache_;
};

inline bool register_library(std::string_view name, const char* file) {
  LibraryCache::load(file);
  return register_guest<LibraryCache>(name);
}

}  // namespace contend::cache
