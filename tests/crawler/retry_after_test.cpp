// The header Retry-After: seconds, or a date in any of the three forms that HTTP has.

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <string_view>

#include "impls/crawler/politeness/http_date.hpp"
#include "impls/crawler/politeness/retry.hpp"

namespace contend::crawler {
namespace {

constexpr DurationNs second = 1'000'000'000;
constexpr std::int64_t of_1994 = 784'111'777;  // date -ud '1994-11-06 08:49:37' +%s

TEST(RetryAfterTest, IsSeconds) {
  EXPECT_EQ(retry_after_ns("120", "", 0), 120 * second);
  EXPECT_EQ(retry_after_ns("0", "", 0), 0);
  for (const char* never_again : {"99999999999999999999999", "9223372036854775807", "9223372037"}) {
    EXPECT_EQ(retry_after_ns(never_again, "", 0), forever) << never_again;
  }
  for (const char* neither : {"-1", "-99999999999999999999999", "+5", "5.5", "5 s", "", " ", "soon", "0x10"}) {
    EXPECT_EQ(retry_after_ns(neither, "", 0), std::nullopt) << neither;
  }
}

TEST(RetryAfterTest, IsADateInThreeForms) {
  for (const char* date : {"Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT",
                           "Sun Nov  6 08:49:37 1994", " Sun, 06 Nov 1994 08:49:37 GMT\t"}) {
    EXPECT_EQ(http_date_seconds(date, of_1994), of_1994) << date;
    EXPECT_EQ(retry_after_ns(date, "Sun, 06 Nov 1994 08:49:30 GMT", 0), 7 * second) << date;
    EXPECT_EQ(retry_after_ns(date, "Sunday, 06-Nov-94 08:49:30 GMT", of_1994), 7 * second) << date;
    EXPECT_EQ(retry_after_ns(date, "Mon, 07 Nov 1994 08:49:30 GMT", 0), 0) << date << " has passed";
  }
}

TEST(RetryAfterTest, WithoutADateOfTheAnswerTheClockSaysHowLong) {
  EXPECT_EQ(retry_after_ns("Sun, 06 Nov 1994 08:49:37 GMT", "", of_1994 - 90), 90 * second);
  EXPECT_EQ(retry_after_ns("Sun, 06 Nov 1994 08:49:37 GMT", "yesterday", of_1994 - 90), 90 * second);
  EXPECT_EQ(retry_after_ns("Sun, 06 Nov 1994 08:49:37 GMT", "", of_1994 + 90), 0);
}

TEST(RetryAfterTest, ADateFarAwayIsForEver) {
  EXPECT_EQ(retry_after_ns("Fri, 31 Dec 9999 23:59:59 GMT", "Sun, 06 Nov 1994 08:49:37 GMT", 0), forever);
  EXPECT_EQ(retry_after_ns("Fri, 31 Dec 9999 23:59:59 GMT", "", -5), forever);
  EXPECT_EQ(retry_after_ns("Mon, 01 Jan 0001 00:00:00 GMT", "Fri, 31 Dec 9999 23:59:59 GMT", 0), 0);
}

TEST(RetryAfterTest, WhatIsNoDateIsNone) {
  for (const char* none :
       {"Wed, 31 Feb 2024 00:00:00 GMT", "Sun, 00 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 24:00:00 GMT",
        "Sun, 06 Nov 1994 08:60:37 GMT", "Sun, 06 Nov 1994 08:49:61 GMT", "Sun, 06 Nov 1994 08:49:37 GMTx",
        "Sun, 06 Nov 1994 08:49:37 UTC", "Sun, 06 Nov 1994 08:49:37", "Sun, 6 Nov 1994 08:49:37 GMT",
        "Sun, 06 Nov 94 08:49:37 GMT", "06 Nov 1994 08:49:37 GMT", "Xun, 06 Nov 1994 08:49:37 GMT",
        "Sun, 06-Nov-94 08:49:37 GMT", "Sunday, 06-Nov-1994 08:49:37 GMT", "Sun Nov 6 08:49:37 1994",
        "Sun Nov  6 08:49:37 1994 GMT", "Thu, 29 Feb 2023 00:00:00 GMT", "Sun, 06 Nov -994 08:49:37 GMT", "GMT"}) {
    EXPECT_EQ(http_date_seconds(none, of_1994), std::nullopt) << none;
    EXPECT_EQ(retry_after_ns(none, "Sun, 06 Nov 1994 08:49:30 GMT", 0), std::nullopt) << none;
  }
  EXPECT_EQ(http_date_seconds("Thu, 29 Feb 2024 00:00:00 GMT", 0), 1'709'164'800);
  EXPECT_EQ(http_date_seconds("Sat, 31 Dec 2016 23:59:60 GMT", 0), 1'483'228'800) << "a leap second";
}

// RFC 9110: what appears to be more than 50 years in the future is of the past.
TEST(RetryAfterTest, TwoDigitsAreAYearNearToday) {
  constexpr std::int64_t of_2026 = 1'795'737'600;
  const auto year_of = [&](std::string_view two_digits) {
    const std::string date = "Monday, 01-Jan-" + std::string(two_digits) + " 00:00:00 GMT";
    const std::chrono::sys_seconds time(std::chrono::seconds(http_date_seconds(date, of_2026).value()));
    return static_cast<int>(std::chrono::year_month_day(std::chrono::floor<std::chrono::days>(time)).year());
  };
  EXPECT_EQ(year_of("26"), 2026);
  EXPECT_EQ(year_of("76"), 2076);
  EXPECT_EQ(year_of("77"), 1977);
  EXPECT_EQ(year_of("99"), 1999);
  EXPECT_EQ(year_of("00"), 2000);
}

}  // namespace
}  // namespace contend::crawler
