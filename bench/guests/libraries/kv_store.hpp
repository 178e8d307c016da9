#pragma once

#include <memory>
#include <new>
#include <string>
#include <string_view>

#include "bench/guests/libraries/library.hpp"
#include "bench/guests/plain/kv_store.hpp"
#include "impls/kv_store/kv_store_abi.h"

namespace contend::kv_store {

// Its functions; null where the library has none.
struct LibraryMapCalls {
  decltype(&contend_kv_store_create) create = nullptr;
  decltype(&contend_kv_store_destroy) destroy = nullptr;
  decltype(&contend_kv_store_get) get = nullptr;
  decltype(&contend_kv_store_set) set = nullptr;
  decltype(&contend_kv_store_erase) erase = nullptr;
  decltype(&contend_kv_store_put_if_absent) put_if_absent = nullptr;
  decltype(&contend_kv_store_size) size = nullptr;
};

// The map of a shared library, for GuestStore.
class LibraryMap {
 public:
  static void load(const char* file) {
    const GuestLibrary library(file);
    library.require("contend_kv_store_create", calls.create);
    library.require("contend_kv_store_destroy", calls.destroy);
    library.require("contend_kv_store_get", calls.get);
    library.require("contend_kv_store_set", calls.set);
    library.require("contend_kv_store_erase", calls.erase);
    library.find("contend_kv_store_put_if_absent", calls.put_if_absent);
    library.find("contend_kv_store_size", calls.size);
  }
  static void leave_out(OfferedParts<Part>& offered) {
    if (calls.put_if_absent == nullptr) offered.leave_out(Part::put_if_absent);
    if (calls.size == nullptr) offered.leave_out(Part::size);
  }

  explicit LibraryMap(std::size_t expected) : map_(calls.create(expected)) {
    if (map_ == nullptr) throw std::bad_alloc();
  }

  bool get(std::string_view key, std::string& value) {
    return copy_abi_value(
        [&](char* room, std::size_t bytes) { return calls.get(map_.get(), key.data(), key.size(), room, bytes); },
        value);
  }
  void set(std::string_view key, std::string_view value) {
    abi_done(calls.set(map_.get(), key.data(), key.size(), value.data(), value.size()));
  }
  bool erase(std::string_view key) { return abi_done(calls.erase(map_.get(), key.data(), key.size())); }
  bool put_if_absent(std::string_view key, std::string_view value) {
    return abi_done(calls.put_if_absent(map_.get(), key.data(), key.size(), value.data(), value.size()));
  }
  std::size_t size() { return calls.size(map_.get()); }

 private:
  static inline LibraryMapCalls calls;
  struct Destroy {
    void operator()(void* map) const { calls.destroy(map); }
  };

  std::unique_ptr<void, Destroy> map_;
};

inline bool register_library(std::string_view name, const char* file) {
  LibraryMap::load(file);
  return register_guest<LibraryMap>(name);
}

}  // namespace contend::kv_store
