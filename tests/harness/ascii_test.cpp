#include "impls/base/ascii.hpp"

#include <gtest/gtest.h>

#include <string>

namespace contend {
namespace {

std::string bytes_that(bool (*are_in)(char)) {
  std::string found;
  for (int byte = -128; byte < 128; ++byte) {
    if (are_in(static_cast<char>(byte))) found += static_cast<char>(byte);
  }
  return found;
}

TEST(AsciiTest, EachKindHasItsOwnBytesAndNoOthers) {
  EXPECT_EQ(bytes_that(is_digit), "0123456789");
  EXPECT_EQ(bytes_that(is_letter), "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");
  EXPECT_EQ(bytes_that(is_capital), "ABCDEFGHIJKLMNOPQRSTUVWXYZ");
  EXPECT_EQ(bytes_that(is_blank), "\t ");
  EXPECT_EQ(bytes_that([](char c) { return hex_value(c) >= 0; }), "0123456789ABCDEFabcdef");
  EXPECT_EQ(bytes_that([](char c) { return lower(c) != c; }), "ABCDEFGHIJKLMNOPQRSTUVWXYZ");
}

TEST(AsciiTest, HexadecimalDigitsAreWorthTheSameInBothCases) {
  constexpr std::string_view digits = "0123456789abcdef";
  for (std::size_t i = 0; i < digits.size(); ++i) EXPECT_EQ(hex_value(digits[i]), static_cast<int>(i));
  EXPECT_EQ(hex_value('A'), 10);
  EXPECT_EQ(hex_value('F'), 15);
}

TEST(AsciiTest, CaseIsIgnoredInLettersAlone) {
  EXPECT_TRUE(equal_ignoring_case("Content-TYPE", "content-type"));
  EXPECT_FALSE(equal_ignoring_case("[", "{")) << "which differ as a letter does from its capital";
  EXPECT_FALSE(equal_ignoring_case("content", "content-type"));
  EXPECT_TRUE(equal_ignoring_case("", ""));
}

TEST(AsciiTest, TrimmedLosesItsEndsAlone) {
  EXPECT_EQ(trimmed(" \ta b\t ", is_blank), "a b");
  EXPECT_EQ(trimmed(" \t ", is_blank), "");
  EXPECT_EQ(trimmed("\na\n", is_blank), "\na\n");
}

}  // namespace
}  // namespace contend
