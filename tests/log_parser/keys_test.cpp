// Which errors have one key, over every implementation.

#include <fmt/core.h>

#include <random>

#include "tests/log_parser/log_parser_fixture.hpp"

namespace contend::log_parser {
namespace {

using enum Format;

class LogKeysTest : public LogLinesFixture {};
INSTANTIATE_TEST_SUITE_P(Implementations, LogKeysTest, testing::ValuesIn(implementations<LogParser>()),
                         implementation_name<LogParser>);

TEST_P(LogKeysTest, KeysMaskNumbersHexAndUuids) {
  std::string text;
  const auto key_of = [&](std::string_view message) {
    return parse(small_options(), fmt::format("2024-03-01 00:00:00 ERROR {}\n", message))[0].key;
  };
  EXPECT_EQ(key_of("blk_-1608999687919862906 at 10.0.0.1:50010"), "blk_-<num> at <ip>:<num>");
  EXPECT_EQ(key_of("id 7c9e6679-7425-40de-944b-e07fc1f90ae7!"), "id <uuid>!");
  EXPECT_EQ(key_of("7c9e6679-7425-40de-944b is short"), "<hex>-<num>-<num>de-<num>b is short");
  EXPECT_EQ(key_of("0xDEADbeef and deadbeef and deadbee1 and 0x"), "<hex> and deadbeef and <hex> and <num>x");
  EXPECT_EQ(key_of("node17b"), "node<num>b");
  EXPECT_EQ(key_of(std::string(500, 'z')), std::string(max_template_bytes, 'z'));
  EXPECT_EQ(key_of(std::string(max_template_bytes - 1, 'z') + "\xc3\xa9"), std::string(max_template_bytes - 1, 'z'));
  EXPECT_EQ(key_of(std::string(max_template_bytes - 2, 'z') + "\xc3\xa9"),
            std::string(max_template_bytes - 2, 'z') + "\xc3\xa9");
}

TEST_P(LogKeysTest, EscapesOfJsonAreReadBeforeTheKeyIsMade) {
  const auto key_of = [](std::string_view message) {
    return parse(json_lines, fmt::format(R"({{"level":"error","msg":"{}"}})"
                                         "\n",
                                         message))[0]
        .key;
  };
  EXPECT_EQ(key_of(R"(\u0430\u0434\u0440\u0435\u0441)"), "адрес");
  EXPECT_EQ(key_of(R"(\u0437\u0430\u0432\u0438\u0441)"), "завис");
  EXPECT_EQ(key_of(R"(caf\u00e9)"), key_of("caf\xC3\xA9"));
  EXPECT_EQ(key_of(R"(a\/b \"c\" \\d \ud83d\ude00)"), "a/b \"c\" \\d \xF0\x9F\x98\x80");
  EXPECT_EQ(key_of(R"(\ud83d)"), "\xEF\xBF\xBD") << "half a pair";
  EXPECT_EQ(key_of("\\u0031\\u0032"), "<num>");
}

TEST_P(LogKeysTest, KeysNeitherFloodNorMergeWhatDiffers) {
  const auto distinct = [](auto&& line_of) {
    std::string text;
    for (int i = 0; i < 500; ++i) text += fmt::format("2024-03-01 12:00:00 ERROR {}\n", line_of(i));
    LogParser::Options options = small_options(log4j);
    const auto parser = GetParam().make(options);
    parser->feed("s", text);
    parser->finish();
    return parser->report().all_time.distinct;
  };
  std::mt19937_64 random(7);
  const auto hex = [&](int digits) { return fmt::format("{:0{}x}", random() >> (64 - 4 * digits), digits); };
  EXPECT_EQ(distinct([&](int) { return "peer 2001:db8:" + hex(4) + "::" + hex(3) + "1 lost"; }), 1U);
  EXPECT_EQ(distinct([&](int) { return "peer [fe80::" + hex(4) + ":" + hex(4) + ":" + hex(4) + ":1]:443 lost"; }), 1U);
  EXPECT_EQ(distinct([&](int) {
              return "mac " + hex(2) + ":" + hex(2) + ":" + hex(2) + ":" + hex(2) + ":" + hex(2) + ":" + hex(2) +
                     " lost";
            }),
            1U);
  EXPECT_EQ(distinct([&](int) { return "mac " + hex(4) + "." + hex(4) + "." + hex(4) + " lost"; }), 1U);
  EXPECT_EQ(distinct([&](int) { return "order 01HQWZ" + hex(10) + "KMNPQRST7V lost"; }), 1U);
  EXPECT_EQ(distinct([&](int i) { return "peer 10.0." + std::to_string(i % 256) + ".7 lost"; }), 1U);
  EXPECT_LE(distinct([&](int) { return "commit " + hex(7) + " lost"; }), 4U) << "digits alone, letters alone, and both";
  EXPECT_EQ(distinct([&](int i) { return "value '" + std::to_string(i) + "' lost"; }), 1U);
  const auto key_of = [](std::string_view message) {
    return parse(log4j, fmt::format("2024-03-01 12:00:00 ERROR {}\n", message))[0].key;
  };
  EXPECT_EQ(key_of("std::vector in Cache::add1 at 12:30:45 of ::1 or ::"),
            "std::vector in Cache::add<num> at <num>:<num>:<num> of <ip> or <ip>");
  EXPECT_EQ(key_of("1.2.3.4.5 and v1.2.3.4 and 300.1.1.1"),
            "<num>.<num>.<num>.<num>.<num> and v<num>.<num>.<num>.<num> and <num>.<num>.<num>.<num>");
  EXPECT_EQ(key_of("deadbeef is a word, 7f3c2a1 is none"), "deadbeef is a word, <hex> is none");
}

}  // namespace
}  // namespace contend::log_parser
