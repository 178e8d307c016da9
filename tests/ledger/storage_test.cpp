// Storages that behave as disks do: damage, losses of power, failures, second openers. For every ledger that keeps a log.

#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <random>
#include <stdexcept>
#include <string>
#include <system_error>
#include <vector>

#include "impls/ledger/log/log_storage.hpp"
#include "tests/ledger/durable_fixture.hpp"

namespace contend::ledger {
namespace {

using testing::AllOf;
using testing::HasSubstr;

class LedgerStorageTest : public DurableLedgerTest {
 protected:
  // What opening the log says, or nothing if it opens.
  std::string refusal(std::shared_ptr<LogStorage> log) {
    try {
      open(std::move(log));
    } catch (const std::exception& error) {
      return error.what();
    }
    return {};
  }
};
INSTANTIATE_TEST_SUITE_P(Implementations, LedgerStorageTest, testing::ValuesIn(durable_implementations()),
                         implementation_name<Ledger>);

TEST_P(LedgerStorageTest, AFlippedBitAnywhereIsRefusedByNameAndPlaceAndNothingIsCut) {
  for (std::size_t bit = 0; bit < 8 * log_.size(); ++bit) {
    std::string damaged = log_;
    damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << (bit % 8)));
    const auto storage = std::make_shared<FaultyStorage>(damaged);
    const std::string said = refusal(storage);
    ASSERT_NE(said, "") << "bit " << bit << " of " << 8 * log_.size();
    ASSERT_THAT(said, HasSubstr(storage->name())) << "bit " << bit;
    ASSERT_EQ(storage->bytes(), damaged) << "bit " << bit;
    if (bit >= 64) {
      ASSERT_THAT(said, AllOf(HasSubstr("damaged at byte"), HasSubstr("copy"))) << "bit " << bit;
    }
  }
}

// A sector of zeros, a sector of noise, calls left out, calls twice: with something whole behind it none of these is what
// a loss of power leaves.
TEST_P(LedgerStorageTest, LargerDamageWithWholeCallsBehindItIsRefused) {
  std::mt19937_64 random(test_seed(5));
  const std::size_t last_call = sizes_[calls_.size() - 1];
  for (int round = 0; round < 2000; ++round) {
    const std::size_t begin = 16 + random() % (last_call - 16);
    const std::size_t length = 1 + random() % std::min<std::size_t>(300, last_call - begin);
    std::string damaged = log_;
    switch (round % 4) {
      case 0:
        damaged.replace(begin, length, length, '\0');
        break;
      case 1:
        for (std::size_t i = begin; i < begin + length; ++i) damaged[i] = static_cast<char>(random());
        break;
      case 2:
        damaged.erase(begin, length);
        break;
      default:
        damaged.insert(begin, damaged.substr(16 + random() % (last_call - 16), length));
    }
    if (damaged == log_) continue;
    ASSERT_NE(refusal(std::make_shared<FaultyStorage>(damaged)), "")
        << "round " << round << " at " << begin << " for " << length << " bytes";
  }
}

TEST_P(LedgerStorageTest, WholeCallsLeftOutOrSwappedAreRefused) {
  const auto call = [&](std::size_t i) { return log_.substr(sizes_[i], sizes_[i + 1] - sizes_[i]); };
  for (std::size_t i = 0; i + 1 < calls_.size(); ++i) {
    const std::string before = log_.substr(0, sizes_[i]);
    const std::string after = log_.substr(sizes_[i + 2]);
    if (call(i).empty() || call(i + 1).empty()) continue;
    ASSERT_NE(refusal(std::make_shared<FaultyStorage>(before + call(i + 1) + after)), "") << "without call " << i;
    ASSERT_NE(refusal(std::make_shared<FaultyStorage>(before + call(i + 1) + call(i) + after)), "") << "swapped " << i;
    ASSERT_NE(refusal(std::make_shared<FaultyStorage>(log_.substr(0, sizes_[i + 1]) + call(i) + after)), "") << i;
  }
}

TEST_P(LedgerStorageTest, ALossOfPowerWithinACallTakesThatCallAlone) {
  std::mt19937_64 random(test_seed(7));
  for (int round = 0; round < 300; ++round) {
    const auto storage = std::make_shared<FaultyStorage>(log_);
    const auto books = open(storage);
    const std::string before = picture(*books);
    storage->fail_sync(1);
    // Long enough for several sectors.
    std::vector<std::string> keys;
    std::vector<Command> batch;
    for (std::size_t i = 0; i < 1 + random() % 40; ++i) keys.push_back(fmt::format("batch {}", i));
    for (const std::string& key : keys) batch.push_back(Command::deposit(key, 1, 1));
    std::vector<Answer> answers(batch.size());
    const auto wreck = std::make_shared<FaultyStorage>(log_);
    // The bytes of the group that was never synced, taken from a storage that lost it.
    EXPECT_THROW(books->execute_batch(batch, 50, answers), std::system_error);
    wreck->append(storage->bytes().substr(log_.size()));
    const auto reopened = open(std::make_shared<FaultyStorage>(wreck->after_power_loss(random)));
    const std::string after = picture(*reopened);
    const bool all = reopened->deposit(keys.back(), 1, 1, 50).replayed;
    EXPECT_TRUE(all || after == before) << "round " << round;
    EXPECT_TRUE(reopened->trial_balance().balanced());
  }
}

TEST_P(LedgerStorageTest, WhatAReopenedLedgerAnswersSurvivesALossOfPower) {
  const auto storage = std::make_shared<FaultyStorage>();
  auto books = open(storage);
  books->open_account("a", 1, euro, 0);
  storage->fail_sync(1);
  EXPECT_THROW(books->deposit("b", 1, 10, 0), std::system_error);
  books.reset();
  // The deposit was written and never synced: a program that dies between the two leaves the same.
  books = open(storage);
  const Answer again = books->deposit("b", 1, 10, 0);
  EXPECT_EQ(again.balance, 10);
  EXPECT_EQ(open(storage->after_crash(0))->balance(1, 0).balance, 10) << "it was answered, so it must be there";
}

TEST_P(LedgerStorageTest, ACutTailStaysCut) {
  const auto storage = std::make_shared<FaultyStorage>(log_.substr(0, log_.size() - 1));
  const auto books = open(storage);
  EXPECT_EQ(storage->after_crash(0), storage->bytes());
  EXPECT_EQ(storage->bytes(), log_.substr(0, sizes_[calls_.size() - 1]));
}

TEST_P(LedgerStorageTest, AfterAFailedSyncNothingIsAnsweredUntilTheLogIsOpenedAgain) {
  const auto storage = std::make_shared<FaultyStorage>();
  const auto books = open(storage);
  EXPECT_EQ(books->open_account("a", 1, euro, 0).status, Status::ok);
  EXPECT_EQ(books->deposit("b", 1, 10, 0).status, Status::ok);
  storage->fail_sync(1);
  EXPECT_THROW(books->deposit("c", 1, 10, 0), std::system_error);
  EXPECT_THROW(books->deposit("d", 1, 10, 0), std::runtime_error);
  EXPECT_THROW(books->deposit("b", 1, 10, 0), std::runtime_error) << "not even what is known";
  EXPECT_THROW(books->balance(1, 0), std::runtime_error) << "a balance that was never promised must not be shown";
  EXPECT_THROW(books->run_due(0, 1), std::runtime_error);
  EXPECT_THROW(books->trial_balance(), std::runtime_error);
  const auto again = open(storage->after_crash(0));
  EXPECT_EQ(again->balance(1, 0).balance, 10);
  EXPECT_EQ(again->deposit("c", 1, 10, 0).balance, 20);
}

TEST_P(LedgerStorageTest, AnAppendThatStopsAtAnyByteEndsTheAnswersAndLosesNothing) {
  for (std::size_t written = 0; written < 150; ++written) {
    const auto storage = std::make_shared<FaultyStorage>();
    const auto books = open(storage);
    books->open_account("a", 1, euro, 0);
    storage->fail_append(1, written);
    EXPECT_THROW(books->deposit("b", 1, 10, 0), std::system_error);
    EXPECT_THROW(books->balance(1, 0), std::runtime_error);
    const auto again = open(storage->bytes());
    EXPECT_EQ(again->deposit("b", 1, 10, 0).balance, 10) << written;
    EXPECT_EQ(again->balance(1, 0).balance, 10) << written;
  }
}

TEST_P(LedgerStorageTest, ALogThatCannotBeSyncedAtOpeningIsNotOpened) {
  const auto storage = std::make_shared<FaultyStorage>(log_);
  storage->fail_sync(1);
  EXPECT_NE(refusal(storage), "");
  EXPECT_EQ(refusal(storage), "") << "and let go again";
}

TEST_P(LedgerStorageTest, ACommandThatCannotBeReplayedIsNotWritten) {
  const auto storage = std::make_shared<FaultyStorage>();
  const auto books = open(storage);
  const std::vector<Leg> legs(1'000'000, Leg{1, 2, 1});
  const std::size_t before = storage->bytes().size();
  EXPECT_EQ(books->transfer_chain("long", legs, 0).status, Status::invalid_chain);
  EXPECT_EQ(books->execute({.kind = static_cast<CommandKind>(77), .key = "what"}, 0).status, Status::invalid_field);
  EXPECT_EQ(storage->bytes().size(), before);
}

TEST_P(LedgerStorageTest, ALogTakesAboutAHundredBytesACall) {
  const auto storage = std::make_shared<FaultyStorage>();
  const auto ledger = open(storage);
  const std::size_t before = storage->bytes().size();
  constexpr std::size_t calls = 100;
  for (std::size_t i = 0; i < calls; ++i) ledger->open_account(fmt::format("open {}", i), i + 1, euro, 0);
  const std::size_t after = storage->bytes().size();
  EXPECT_LT((after - before) / calls, 130U);
  for (std::size_t i = 0; i < calls; ++i) ledger->open_account(fmt::format("open {}", i), i + 1, euro, 0);
  EXPECT_EQ(storage->bytes().size(), after) << "what is sent again changes nothing";
}

// --- second openers ---

TEST_P(LedgerStorageTest, AStorageIsOneLedgersAtATime) {
  const auto storage = std::make_shared<FaultyStorage>();
  {
    const auto books = open(storage);
    EXPECT_THAT(refusal(storage), HasSubstr(storage->name()));
    EXPECT_EQ(books->open_account("a", 1, euro, 0).status, Status::ok);
  }
  EXPECT_EQ(refusal(storage), "");
}

// A file that goes away with the test.
struct TemporaryFile {
  std::string path = testing::TempDir() + fmt::format("/ledger-{}.log", getpid());
  TemporaryFile() = default;
  ~TemporaryFile() { std::filesystem::remove(path); }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
};

std::string refusal_of_file(const std::string& path) {
  try {
    open_log_file(path);
  } catch (const std::system_error& error) {
    return error.what();
  }
  return {};
}

TEST_P(LedgerStorageTest, AFileIsOpenOnceInThisProgramAndInOthers) {
  const TemporaryFile file;
  auto books = open(std::shared_ptr(open_log_file(file.path)));
  EXPECT_THAT(refusal_of_file(file.path), AllOf(HasSubstr(file.path), HasSubstr("another ledger")));
  const pid_t child = fork();
  if (child == 0) _exit(refusal_of_file(file.path).empty() ? 1 : 0);
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(WEXITSTATUS(status), 0) << "another program opened it";
  EXPECT_EQ(books->open_account("a", 1, euro, 0).status, Status::ok);
  books.reset();
  EXPECT_TRUE(open(std::shared_ptr(open_log_file(file.path)))->open_account("a", 1, euro, 0).replayed);
}

TEST_P(LedgerStorageTest, AFileKeepsTheBooks) {
  const TemporaryFile file;
  for (const Ask& ask : calls_) ask(*open(std::shared_ptr(open_log_file(file.path))));  // a new start for every call
  EXPECT_EQ(picture(*open(std::shared_ptr(open_log_file(file.path)))), pictures_.back());
}

TEST_P(LedgerStorageTest, AFolderThatIsNotThereIsNamed) {
  try {
    open_log_file("/nowhere/ledger.log");
    FAIL() << "no exception";
  } catch (const std::system_error& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("/nowhere/ledger.log"));
  }
}

TEST_P(LedgerStorageTest, AFileIsRefusedWithAFlippedBitAndKeptAsItIs) {
  const TemporaryFile file;
  for (const Ask& ask : calls_) ask(*open(std::shared_ptr(open_log_file(file.path))));
  const auto flip = [&](std::size_t place) {
    std::fstream bytes(file.path, std::ios::in | std::ios::out | std::ios::binary);
    bytes.seekg(static_cast<std::streamoff>(place));
    const char was = static_cast<char>(bytes.get());
    bytes.seekp(static_cast<std::streamoff>(place)).put(static_cast<char>(was ^ 1));
  };
  const std::size_t size = std::filesystem::file_size(file.path);
  for (const std::size_t place : {std::size_t{20}, size / 2, size - 1}) {
    flip(place);
    EXPECT_THAT(refusal(open_log_file(file.path)), AllOf(HasSubstr(file.path), HasSubstr("damaged at byte")));
    EXPECT_EQ(std::filesystem::file_size(file.path), size);
    flip(place);
  }
  EXPECT_EQ(picture(*open(std::shared_ptr(open_log_file(file.path)))), pictures_.back());
}

TEST_P(LedgerStorageTest, AFileThatIsTakenAwayOrChangedByOthersEndsTheAnswers) {
  for (const bool removed : {true, false}) {
    const TemporaryFile file;
    const auto books = open(std::shared_ptr(open_log_file(file.path)));
    EXPECT_EQ(books->open_account("a", 1, euro, 0).status, Status::ok);
    if (removed) {
      std::filesystem::remove(file.path);
    } else {
      std::filesystem::resize_file(file.path, 50);
    }
    EXPECT_THROW(books->deposit("b", 1, 10, 0), std::system_error);
    EXPECT_THROW(books->balance(1, 0), std::runtime_error);
  }
}

// A log of three megabytes, and how much of it is asked for at once.
TEST_P(LedgerStorageTest, OpeningDoesNotHoldTheWholeLog) {
  class Measured final : public LogStorage {
   public:
    std::string read_all() override {
      ++whole_reads;
      return inner.read_all();
    }
    std::string read(std::size_t offset, std::size_t bytes) override {
      most_at_once = std::max(most_at_once, bytes);
      return inner.bytes().substr(offset, bytes);
    }
    std::size_t size() override { return inner.bytes().size(); }
    void append(std::string_view bytes) override { inner.append(bytes); }
    void sync() override { inner.sync(); }
    void truncate(std::size_t bytes) override { inner.truncate(bytes); }

    FaultyStorage inner;
    std::size_t most_at_once = 0;
    int whole_reads = 0;
  };
  const auto storage = std::make_shared<Measured>();
  auto books = open(storage);
  books->open_account("a", 1, euro, 0);
  std::vector<std::string> keys(100);
  std::vector<Command> batch(100);
  std::vector<Answer> answers(100);
  for (int group = 0; storage->size() < (std::size_t{3} << 20); ++group) {
    for (std::size_t i = 0; i < batch.size(); ++i) {
      keys[i] = fmt::format("{}/{} and what makes the key longer", group, i);
      batch[i] = Command::deposit(keys[i], 1, 1);
    }
    books->execute_batch(batch, 0, answers);
  }
  const Amount balance = books->balance(1, 0).balance;
  books.reset();
  books = open(storage);
  EXPECT_EQ(books->balance(1, 0).balance, balance);
  EXPECT_EQ(storage->whole_reads, 0);
  EXPECT_LE(storage->most_at_once, std::size_t{1} << 20);
}

TEST_P(LedgerStorageTest, OnlyARegularFileIsALog) {
  for (const char* path : {"/dev/null", "/tmp"}) EXPECT_THAT(refusal_of_file(path), HasSubstr(path));
}

}  // namespace
}  // namespace contend::ledger
