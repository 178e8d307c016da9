// Keys chosen so that a known hash puts them all into one chain cost what other keys do.

#include "tests/support/hostile_keys.hpp"

#include <gtest/gtest.h>

#include "impls/base/registry.hpp"
#include "impls/kv_store/kv_store.hpp"
#include "tests/support/implementations.hpp"

namespace contend::kv_store {
namespace {

class HostileKeysTest : public testing::TestWithParam<Implementation<Store>> {};
INSTANTIATE_TEST_SUITE_P(Implementations, HostileKeysTest, testing::ValuesIn(implementations<Store>()),
                         implementation_name<Store>);

TEST_P(HostileKeysTest, CostWhatOthersDo) {
  expect_hostile_keys_cost_what_others_do(4'000, [](const std::vector<std::string>& keys) {
    const auto store = GetParam().make({});
    std::string value;
    for (const std::string& key : keys) store->set(key, "v", forever, 0);
    for (const std::string& key : keys) ASSERT_EQ(store->get(key, 0, value).status, Status::ok);
    for (const std::string& key : keys) ASSERT_EQ(store->erase(key, 0).status, Status::ok);
  });
}

}  // namespace
}  // namespace contend::kv_store
