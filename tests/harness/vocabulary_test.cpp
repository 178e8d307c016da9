// The texts of workloads: what is printed is parsed again as the same, equal workloads print the same, and what is wrong is
// told by word, bounds and nearest name.

#include "bench/workload/vocabulary.hpp"

#include <gtest/gtest.h>

#include <boost/describe/enum.hpp>
#include <random>
#include <stdexcept>
#include <string>

#include "bench/workload/words.hpp"

namespace contend {
namespace {

enum class Kind : std::uint8_t { get, set, scan };
BOOST_DESCRIBE_ENUM(Kind, get, set, scan)
enum class Order : std::uint8_t { random, sorted };
BOOST_DESCRIBE_ENUM(Order, random, sorted)

struct Mix {
  Shares<Kind> shares;
  std::size_t keys = 0;
  std::uint32_t value = 0;
  double zipf = 0;
  double miss = 0;
  DurationNs ttl = 0;
  Order order = Order::random;
};

const Words<Mix>& words() {
  using Is = Words<Mix>;
  static const Words<Mix> all{Is::share(Kind::get, 95, "reads"),
                              Is::share(Kind::set, 5, "writes"),
                              Is::share(Kind::scan, 0, "lists"),
                              Is::count("keys", &Mix::keys, 1000, {1, 10'000'000}, "keys"),
                              Is::bytes("value", &Mix::value, 64, {0, 1 << 20}, "of a value"),
                              Is::exponent("zipf", &Mix::zipf, 0.99, "skew"),
                              Is::percent("miss", &Mix::miss, 0, "absent"),
                              Is::duration("ttl", &Mix::ttl, 0, {0, 1'000'000'000'000}, "until it expires"),
                              Is::choice("order", &Mix::order, Order::random, "of the keys")};
  return all;
}
const Vocabulary& vocabulary() {
  return words().vocabulary();
}

WordValues parsed(std::string_view text) {
  return parse_words(vocabulary(), text, default_values(vocabulary()));
}
std::string canonical(std::string_view text) {
  return canonical_text(vocabulary(), parsed(text));
}
std::string refusal(std::string_view text) {
  try {
    parsed(text);
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "accepted";
}

TEST(VocabularyTest, ATextSetsTheMembersOfAMix) {
  const Mix mix = words().mix_of(parsed("get=80,set=20,keys=10M,value=1k,zipf=0.9,miss=12.5,ttl=1.5ms,order=sorted"));
  EXPECT_FALSE(mix.shares.has(Kind::scan));
  EXPECT_EQ(mix.shares.sum(), 5);
  EXPECT_EQ(mix.keys, 10'000'000U);
  EXPECT_EQ(mix.value, 1024U);
  EXPECT_DOUBLE_EQ(mix.zipf, 0.9);
  EXPECT_DOUBLE_EQ(mix.miss, 0.125);
  EXPECT_EQ(mix.ttl, 1'500'000);
  EXPECT_EQ(mix.order, Order::sorted);
}

TEST(VocabularyTest, SharesAreDrawnAsOftenAsTheySay) {
  const Mix mix = words().mix_of(parsed("get=75,scan=25"));
  std::mt19937_64 random(1);
  int gets = 0;
  for (int i = 0; i < 10'000; ++i) {
    const Kind kind = mix.shares.draw(random);
    ASSERT_NE(kind, Kind::set);
    gets += kind == Kind::get ? 1 : 0;
  }
  EXPECT_NEAR(gets, 7500, 300);
}

TEST(VocabularyTest, EqualWorkloadsHaveOneText) {
  EXPECT_EQ(canonical(""), "");
  EXPECT_EQ(canonical("keys=1k,get=19,set=1"), "");
  EXPECT_EQ(canonical("get=8,set=2"), "get=80,set=20");
  EXPECT_EQ(canonical("set=0.002,get=0.008,scan=0"), "get=80,set=20");
  EXPECT_EQ(canonical("get=99.9,set=0.1"), "get=99.9,set=0.1");
  EXPECT_EQ(canonical(" scan = 4 , get=160,set=30"), "get=80,set=15,scan=2");
  EXPECT_EQ(canonical("zipf=0.50,keys=2000k"), "keys=2M,zipf=0.5");
  EXPECT_EQ(canonical("value=2048"), "value=2k");
  EXPECT_EQ(canonical("ttl=1500ns"), "ttl=1500ns");
  EXPECT_EQ(canonical("ttl=1000us"), "ttl=1ms");
}

TEST(VocabularyTest, WhatIsLeftOutIsAsBefore) {
  const WordValues base = parsed("get=50,scan=50,keys=7");
  EXPECT_EQ(canonical_text(vocabulary(), parse_words(vocabulary(), "zipf=0", base)), "get=50,scan=50,keys=7,zipf=0");
  // But who names one share names all.
  EXPECT_EQ(canonical_text(vocabulary(), parse_words(vocabulary(), "set=1", base)), "set=100,keys=7");
}

TEST(VocabularyTest, WhatIsWrongIsTold) {
  EXPECT_EQ(refusal("gets=3"), "'gets' is none of its words; did you mean 'get'?");
  EXPECT_EQ(refusal("keys=0"), "keys=0 is out of bounds: 1 to 10M.");
  EXPECT_EQ(refusal("keys=11M"), "keys=11M is out of bounds: 1 to 10M.");
  EXPECT_EQ(refusal("keys=1e6"), "keys=1e6 cannot be read; write keys=100, 10k or 1M.");
  EXPECT_EQ(refusal("keys=0.5"), "keys=0.5 cannot be read; write keys=100, 10k or 1M.");
  EXPECT_EQ(refusal("keys=-1"), "keys=-1 cannot be read; write keys=100, 10k or 1M.");
  EXPECT_EQ(refusal("keys=99999999999999999999"),
            "keys=99999999999999999999 cannot be read; write keys=100, 10k or 1M.");
  EXPECT_EQ(refusal("ttl=5"), "ttl=5 cannot be read; write ttl=500ns, 20us, 5ms or 1s.");
  EXPECT_EQ(refusal("zipf=4.1"), "zipf=4.1 is out of bounds: 0 to 4.");
  EXPECT_EQ(refusal("zipf=0.12345"), "zipf=0.12345 cannot be read; write zipf=0.99.");
  EXPECT_EQ(refusal("miss=101"), "miss=101 is out of bounds: 0 to 100.");
  EXPECT_EQ(refusal("order=odd"), "order=odd is no choice; it may be random, sorted.");
  EXPECT_EQ(refusal("get=1,get=2"), "get is given twice.");
  EXPECT_EQ(refusal("get=1,,set=2"), "'' has no value; write word=value,word=value.");
  EXPECT_EQ(refusal("get"), "'get' has no value; write word=value,word=value.");
  EXPECT_EQ(refusal("get=0,set=0"), "no operation has a share; give one, as in get=100.");
}

TEST(VocabularyTest, ANameMayStandBeforeTheWords) {
  const std::vector<std::string> names{"read_heavy", "churn"};
  EXPECT_EQ(split_name("churn,keys=5", names).name, "churn");
  EXPECT_EQ(split_name("churn,keys=5", names).rest, "keys=5");
  EXPECT_EQ(split_name("churn", names).rest, "");
  EXPECT_EQ(split_name("keys=5,zipf=0", names).rest, "keys=5,zipf=0");
  EXPECT_THROW(split_name("chrun", names), std::invalid_argument);
}

// Values anywhere in the bounds, small ones as often as large ones.
std::string random_text(std::mt19937_64& random) {
  std::string text;
  for (const Word& word : vocabulary()) {
    if (random() % 2 == 0) continue;
    const auto range = static_cast<std::uint64_t>(word.most - word.least);
    const std::uint64_t largest = range >> random() % 40;
    const auto value = word.least + static_cast<std::int64_t>(random() % (largest + 1));
    text += (text.empty() ? "" : ",") + word.name + "=" + value_text(word, value);
  }
  return text;
}

TEST(VocabularyTest, WhatIsPrintedIsParsedAsTheSame) {
  std::mt19937_64 random(7);
  int accepted = 0;
  for (int i = 0; i < 20'000; ++i) {
    const std::string text = random_text(random);
    SCOPED_TRACE(text);
    if (refusal(text) != "accepted") {
      ASSERT_EQ(refusal(text).substr(0, 12), "no operation");  // all shares were drawn as 0
      continue;
    }
    const WordValues values = parsed(text);
    const std::string printed = canonical_text(vocabulary(), values);
    ASSERT_EQ(parsed(printed), values) << printed;
    ASSERT_EQ(canonical(printed), printed);
    ++accepted;
  }
  EXPECT_GT(accepted, 15'000);
}

TEST(VocabularyTest, TheTableFitsATerminal) {
  const std::string table = vocabulary_table(vocabulary());
  for (std::size_t at = 0; at < table.size();) {
    const std::size_t end = table.find('\n', at);
    EXPECT_LE(end - at, 80U) << table.substr(at, end - at);
    at = end + 1;
  }
  EXPECT_NE(table.find("    keys              keys, 1 to 10M [1k]\n"), std::string::npos) << table;
}

}  // namespace
}  // namespace contend
