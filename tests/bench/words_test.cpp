// Whatever a text asks for: every design that is right comes through as valid, and the control, which keeps nothing, is
// found out.

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "bench/engine/measured_run.hpp"
#include "bench/workload/workload.hpp"

namespace contend {
namespace {

// So large at most that a trial of it is short.
std::int64_t small_most(const Word& word) {
  switch (word.kind) {
    case WordKind::count:
      return std::min<std::int64_t>(word.most, std::max<std::int64_t>(word.least, 300));
    case WordKind::bytes:
      return std::min<std::int64_t>(word.most, std::max<std::int64_t>(word.least, 4096));
    case WordKind::duration:
      return std::min<std::int64_t>(word.most, std::max<std::int64_t>(word.least, 20'000));
    default:
      return word.most;
  }
}

std::string said(const Word& word, std::int64_t value) {
  return word.name + "=" + value_text(word, value);
}

std::string small_value(const Word& word, std::mt19937_64& random) {
  const auto range = static_cast<std::uint64_t>(small_most(word) - word.least);
  return said(word, word.least + static_cast<std::int64_t>((random() % (range + 1)) >> random() % 8));
}

// Each kind of operation alone, and then every word in company: each text names about half of them.
std::vector<std::string> texts_of(const Vocabulary& vocabulary) {
  std::mt19937_64 random(11);
  std::vector<std::string> texts;
  for (const Word& word : vocabulary) {
    if (word.kind != WordKind::share) continue;
    texts.push_back(word.name + "=100");
    for (const Word& size : vocabulary) {
      if (size.kind == WordKind::count) texts.back() += "," + said(size, std::min(small_most(size), size.otherwise));
    }
  }
  std::vector<bool> used(vocabulary.size());
  while (std::ranges::count(used, false) > 0 || texts.size() < 16) {
    std::string text;
    for (std::size_t i = 0; i < vocabulary.size(); ++i) {
      const Word& word = vocabulary[i];
      const bool is_share = word.kind == WordKind::share;
      if (random() % (is_share ? 3 : 2) != 0 && word.kind != WordKind::count) continue;
      used[i] = true;
      text += (text.empty() ? "" : ",") +
              (is_share ? said(word, 1000 * (1 + static_cast<std::int64_t>(random() % 9))) : small_value(word, random));
    }
    texts.push_back(text);
  }
  return texts;
}

class WordsTest : public testing::TestWithParam<std::string> {
 protected:
  static BenchSystem system() {
    std::vector<BenchSystem> systems = bench_systems();
    return *std::ranges::find(systems, GetParam(), &BenchSystem::name);
  }
  static TrialResult trial(const BenchSystem& system, const std::string& name, const std::string& workload) {
    const TrialOptions options{.threads = 2, .window_ms = 20, .own_threads = system.traits.owns_threads};
    return run_trial([&] { return system.prepare(name, workload, 2); }, options);
  }
};

TEST_P(WordsTest, EveryDesignIsValidAndTheControlFoundOutWhateverIsAskedFor) {
  const BenchSystem system = WordsTest::system();
  for (const std::string& text : texts_of(system.vocabulary)) {
    SCOPED_TRACE(text);
    std::string workload;
    try {
      workload = system.ask(text);
    } catch (const std::invalid_argument&) {
      continue;  // words that do not go together
    }
    system.before_trials(workload);
    for (const BenchSystem::Implementation& design : system.implementations) {
      if (!system.suits(design.name, workload)) continue;
      const TrialResult result = trial(system, design.name, workload);
      EXPECT_EQ(result.status, TrialStatus::ok) << design.name << ": " << result.message.data();
    }
    // On a busy machine a trial may end before the control has done enough to be seen through.
    TrialStatus control = TrialStatus::ok;
    for (int i = 0; i < 20 && control == TrialStatus::ok; ++i) control = trial(system, noop_name, workload).status;
    EXPECT_EQ(control, TrialStatus::invalid);
  }
}

TEST_P(WordsTest, ANameStandsForItsText) {
  for (const BenchSystem::NamedWorkload& workload : system().workloads) {
    const std::string words = workload.text.substr(workload.text.find(':') + 1);
    EXPECT_EQ(system().ask(words), workload.name);
    EXPECT_EQ(system().ask(workload.name), workload.name);
  }
  // What is all as by default has a name, or its text would be empty.
  EXPECT_NE(system().ask(""), "");
}

std::vector<std::string> system_names() {
  std::vector<std::string> names;
  for (const BenchSystem& system : bench_systems()) names.push_back(system.name);
  return names;
}
INSTANTIATE_TEST_SUITE_P(Systems, WordsTest, testing::ValuesIn(system_names()),
                         [](const auto& system) { return system.param; });

}  // namespace
}  // namespace contend
