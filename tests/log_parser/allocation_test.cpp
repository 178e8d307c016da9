// Every operation of every implementation, with memory that runs out at each place in turn: on the thread that calls, and
// on the threads that parse.

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <new>
#include <string>

#include "tests/log_parser/log_parsing.hpp"
#include "tests/support/fail_each_allocation.hpp"
#include "tests/support/implementations.hpp"

namespace contend::log_parser {
namespace {

constexpr TimeNs second_ns = 1'000'000'000;

// Lines of two minutes, some of them errors with keys of their own, and one event that stays open.
std::string some_log(int first, int lines) {
  std::string text;
  for (int i = first; i < first + lines; ++i) {
    const std::string_view level = i % 3 == 0 ? "ERROR" : "INFO";
    text += fmt::format("2024-03-01 00:{:02}:{:02},000 {} word{} failed in a way that takes many words to tell\n",
                        i / 60, i % 60, level, std::string(static_cast<std::size_t>(i % 7), 'x'));
    if (i % 5 == 0) text += "  at a line that goes on with it\n";
  }
  return text;
}

class LogParserAllocationTest : public testing::TestWithParam<Implementation<LogParser>> {
 protected:
  std::unique_ptr<LogParser> prepare() const {
    auto parser = GetParam().make(small_options());
    parser->feed("first stream with a name that no string holds in itself", some_log(0, 12) + "2024-03-01 00:00:3");
    parser->feed("second", some_log(0, 3));
    parser->drain();
    return parser;
  }

  // The report and all events, and what comes of going on: a stream that is there, and a new one.
  static std::string describe(LogParser& parser) {
    parser.drain();
    std::string text = render(parser.report());
    for (const Event& event : parser.take_events()) text += render(event) + "\n";
    text += fmt::format("{}\n", to_string(parser.feed("second", some_log(20, 3))));
    parser.finish();
    const Report report = parser.report();
    text += contradiction(report) + render(report);
    for (const Event& event : parser.take_events()) text += render(event) + "\n";
    return text;
  }

  static void drain(LogParser& parser) {
    try {
      parser.drain();
    } catch (const std::bad_alloc&) {
      parser.drain();
    }
  }

  std::uint64_t try_all(const std::string& name, std::function<std::string(LogParser&)> operate) const {
    return fail_each_allocation<LogParser>(
        {fmt::format("{} of {}", name, GetParam().name), [this] { return prepare(); }, std::move(operate), describe});
  }
};

INSTANTIATE_TEST_SUITE_P(Implementations, LogParserAllocationTest, testing::ValuesIn(implementations<LogParser>()),
                         implementation_name<LogParser>);

TEST_P(LogParserAllocationTest, AFeedIsTakenInOrHasChangedNothing) {
  for (const std::string& stream :
       {std::string("second"), std::string("a new stream with a name that is long enough")}) {
    for (const int lines : {1, 40}) {  // the second is split by those who split
      if (lines == 40 && !GetParam().contract.not_survived.empty()) continue;
      const std::string text = some_log(3, lines);
      const std::uint64_t allocations = try_all("feed", [&](LogParser& parser) {
        return std::string(to_string(under_fault([&] {
          const FeedStatus status = parser.feed(stream, text);
          drain(parser);  // inside: the threads that parse are to meet it too
          return status;
        })));
      });
      EXPECT_GT(allocations, 0U);
    }
  }
}

// The bytes are kept alive by the caller: nothing is copied.
TEST_P(LogParserAllocationTest, SoIsAFeedThatIsKeptAlive) {
  CONTEND_SURVIVES();
  const auto text = std::make_shared<const std::string>(some_log(3, 40));
  try_all("feed", [&](LogParser& parser) {
    return std::string(to_string(under_fault([&] { return parser.feed("second", *text, 0, text); })));
  });
}

TEST_P(LogParserAllocationTest, WhatIsOpenIsFlushedOrNot) {
  try_all("flush_idle", [](LogParser& parser) {
    under_fault([&] { parser.flush_idle(3600 * second_ns); });
    return std::string("flushed");
  });
  try_all("advance_windows", [](LogParser& parser) {
    under_fault([&] { parser.advance_windows((1'709'251'200 + 300) * second_ns); });
    return std::string("advanced");
  });
  try_all("finish", [](LogParser& parser) {
    under_fault([&] { parser.finish(); });
    return std::string("finished");
  });
}

TEST_P(LogParserAllocationTest, NoEventIsLostByAskingForIt) {
  const std::uint64_t allocations = try_all("take_events", [](LogParser& parser) {
    std::string text;
    for (const Event& event : under_fault([&] { return parser.take_events(); })) text += render(event) + "\n";
    return text;
  });
  EXPECT_GT(allocations, 0U);
  try_all("report", [](LogParser& parser) { return render(under_fault([&] { return parser.report(); })); });
}

TEST_P(LogParserAllocationTest, AParserIsMadeOrNot) {
  CONTEND_SURVIVES();
  struct Nothing {
    std::unique_ptr<LogParser> made;
  };
  const auto make = [](Nothing& here) {
    here.made = under_fault([&] { return GetParam().make(small_options()); });
    return std::string("made");
  };
  const auto describe_made = [](Nothing& here) { return here.made == nullptr ? "none" : describe(*here.made); };
  EXPECT_GT(fail_each_allocation<Nothing>({"make", [] { return std::make_unique<Nothing>(); }, make, describe_made}),
            0U);
}

}  // namespace
}  // namespace contend::log_parser
