#include "impls/base/utf8.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace contend {
namespace {

using Kind = Utf8Piece::Kind;

std::string encoded(char32_t character) {
  std::string bytes;
  append_utf8(bytes, character);
  return bytes;
}

TEST(Utf8Test, EachCharacterIsReadAsItWasWritten) {
  std::size_t characters = 0;
  for (char32_t character = 0; character <= 0x10FFFF; ++character) {
    if (character == 0xD800) character = 0xE000;
    const std::string bytes = encoded(character);
    const Utf8Piece piece = first_utf8(bytes + "a");
    ASSERT_EQ(piece.size, bytes.size()) << std::hex << static_cast<std::uint32_t>(character);
    ASSERT_EQ(piece.kind, Kind::character) << std::hex << static_cast<std::uint32_t>(character);
    ASSERT_TRUE(is_utf8(bytes));
    ++characters;
  }
  EXPECT_EQ(characters, 0x110000U - 0x800U);
}

// All texts of so many bytes that are one character.
std::size_t characters_of(std::size_t size) {
  std::set<std::string> found;
  for (unsigned lead = 0; lead < 0x100; ++lead) {
    for (unsigned second = 0; second < (size > 1 ? 0x100 : 1); ++second) {
      for (unsigned third = 0; third < (size > 2 ? 0x100 : 1); ++third) {
        const char bytes[]{static_cast<char>(lead), static_cast<char>(second), static_cast<char>(third)};
        const std::string_view text(bytes, size);
        const Utf8Piece piece = first_utf8(text);
        if (piece.kind == Kind::character && piece.size == size) found.emplace(text);
      }
    }
  }
  return found.size();
}

TEST(Utf8Test, NothingElseIsACharacter) {
  EXPECT_EQ(characters_of(1), 0x80U);
  EXPECT_EQ(characters_of(2), 0x800U - 0x80U);
  EXPECT_EQ(characters_of(3), 0x10000U - 0x800U - 0x800U) << "without the surrogates";
  EXPECT_EQ(first_utf8("\xF0\x8F\xBF\xBF").kind, Kind::bad) << "a longer form than needed";
  EXPECT_EQ(first_utf8("\xF4\x90\x80\x80").kind, Kind::bad) << "U+110000";
}

TEST(Utf8Test, ACharacterThatIsCutIsInOrderWhereItMayBe) {
  for (const char32_t character : {U'\x00E9', U'\x20AC', U'\x1F600'}) {
    const std::string bytes = encoded(character);
    for (std::size_t size = 1; size < bytes.size(); ++size) {
      const std::string text = "0123456789" + bytes.substr(0, size);
      EXPECT_EQ(first_utf8(text.substr(10)).kind, Kind::cut);
      EXPECT_TRUE(is_utf8(text, true));
      EXPECT_FALSE(is_utf8(text));
      EXPECT_FALSE(is_utf8(text + "a", true)) << "which goes on otherwise";
    }
  }
}

TEST(Utf8Test, WhatIsNoneIsReplacedAsBrowsersDo) {
  // The example of the Unicode standard, table 3-8.
  EXPECT_EQ(valid_utf8("a\xF1\x80\x80\xE1\x80\xC2"
                       "b\x80"
                       "c\x80\xBF"
                       "d"),
            "a\uFFFD\uFFFD\uFFFDb\uFFFDc\uFFFD\uFFFDd");
  EXPECT_EQ(valid_utf8("caf\u00E9\0"), "caf\u00E9\0");
  EXPECT_EQ(valid_utf8("\xED\xA0\x80"), "\uFFFD\uFFFD\uFFFD");
}

TEST(Utf8Test, AHighByteIsSeenWhereverItStands) {
  for (std::size_t size = 0; size < 150; ++size) {
    std::string text(size, '\x7F');
    EXPECT_FALSE(has_high_bytes(text)) << size;
    for (char& byte : text) {
      byte = '\x80';
      EXPECT_TRUE(has_high_bytes(text)) << &byte - text.data() << " of " << size;
      byte = '\x7F';
    }
  }
}

}  // namespace
}  // namespace contend
