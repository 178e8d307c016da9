#pragma once

#include <gtest/gtest.h>

#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "impls/base/registry.hpp"
#include "impls/cache/cache.hpp"
#include "tests/support/implementations.hpp"

namespace contend::cache {

inline constexpr std::size_t everything = std::numeric_limits<std::size_t>::max();

class CacheTest : public testing::TestWithParam<Implementation<Cache>> {
 protected:
  void SetUp() override { CONTEND_NEEDS_ALL(); }
  static std::unique_ptr<Cache> make(std::uint64_t capacity, Cache::Listener listener = nullptr) {
    return GetParam().make({.capacity = capacity, .on_removal = std::move(listener)});
  }
  // "hit:value" or what else get answers.
  static std::string get(Cache& cache, std::string_view key, TimeNs now_ns = 0) {
    std::string value;
    const Status status = cache.get(key, now_ns, value);
    return status == Status::hit ? "hit:" + value : std::string(to_string(status));
  }
  static Status put(Cache& cache, std::string_view key, std::string_view value, std::uint64_t weight = 1,
                    DurationNs ttl_ns = forever, TimeNs now_ns = 0) {
    return cache.put(key, value, weight, ttl_ns, now_ns);
  }
};

}  // namespace contend::cache
