// Keys chosen so that a known hash puts them all into one chain cost what other keys do.

#include "tests/support/hostile_keys.hpp"

#include <gtest/gtest.h>

#include "impls/base/registry.hpp"
#include "impls/cache/cache.hpp"
#include "tests/support/implementations.hpp"

namespace contend::cache {
namespace {

class HostileKeysTest : public testing::TestWithParam<Implementation<Cache>> {};
INSTANTIATE_TEST_SUITE_P(Implementations, HostileKeysTest, testing::ValuesIn(implementations<Cache>()),
                         implementation_name<Cache>);

TEST_P(HostileKeysTest, CostWhatOthersDo) {
  expect_hostile_keys_cost_what_others_do(4'000, [](const std::vector<std::string>& keys) {
    const auto cache = GetParam().make({.capacity = 100'000});
    std::string value;
    for (const std::string& key : keys) cache->put(key, "v", 1, forever, 0);
    for (const std::string& key : keys) ASSERT_EQ(cache->get(key, 0, value), Status::hit);
  });
}

}  // namespace
}  // namespace contend::cache
