// Who waits for a key whose command is given up.

#include "impls/ledger/books/key_table.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <future>
#include <string>
#include <thread>

namespace contend::ledger {
namespace {

using namespace std::chrono_literals;

constexpr auto patience = 10s;

Command of_no_kind() {  // no key may stand for it
  Command command;
  command.key = "key";
  command.kind = static_cast<CommandKind>(99);
  return command;
}

// Two wait for one key. The first to be woken has no use for it, and so must not be the only one.
TEST(KeyTableTest, EverybodyWhoWaitsHearsThatAKeyWasGivenUp) {
  for (int round = 0; round < 5; ++round) {
    KeyTable table;
    ASSERT_TRUE(table.claim(Command::deposit("key", 1, 1)).mine);
    auto without_use = std::async(std::launch::async, [&] { return table.claim(of_no_kind()); });
    std::this_thread::sleep_for(5ms);
    auto next = std::async(std::launch::async, [&] { return table.claim(Command::deposit("key", 1, 1)); });
    std::this_thread::sleep_for(5ms);
    table.abandon("key");
    const bool told = next.wait_for(patience) == std::future_status::ready;
    EXPECT_TRUE(told) << "somebody still waits for a key that nobody has";
    if (!told) {  // so that the test ends: as if the key had been claimed once more
      ASSERT_TRUE(table.claim(Command::deposit("key", 1, 1)).mine);
      table.finish("key", {});
    }
    EXPECT_EQ(next.get().mine, told);
    if (told) table.finish("key", {});
    EXPECT_FALSE(without_use.get().mine);
    if (!told) return;
  }
}

}  // namespace
}  // namespace contend::ledger
