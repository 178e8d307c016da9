// What the fetcher makes of the bytes that a server sends: answers whole, byte by byte and cut anywhere.

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "impls/crawler/http/response_reader.hpp"
#include "tests/support/implementations.hpp"

namespace contend::crawler {
namespace {

using State = ResponseReader::State;

// "200 body", "200 body cut", "broken", with " closes" where the connection is not for the next answer, and " N left" of
// the bytes that do not belong to it.
std::string told(ResponseReader& reader, std::size_t left) {
  if (reader.state() == State::head) return "head goes on";
  if (reader.state() == State::body) return "body goes on";
  if (reader.state() == State::broken) return "broken";
  const bool closes = !reader.reusable();
  const FetchResponse response = reader.take();
  return fmt::format("{} {}{}{}{}", response.status, response.body, response.truncated ? " cut" : "",
                     closes ? " closes" : "", left > 0 ? fmt::format(" {} left", left) : "");
}

// The bytes in pieces of at most `most`, which `random` draws; then the end of the connection, if `ends`.
std::string read_in_pieces(std::string_view bytes, std::size_t most, bool ends, std::mt19937_64& random) {
  ResponseReader reader(10);
  while (!bytes.empty() && (reader.state() == State::head || reader.state() == State::body)) {
    const std::string_view piece = bytes.substr(0, 1 + random() % most);
    bytes.remove_prefix(reader.read(piece));
  }
  if (ends) reader.end();
  return told(reader, bytes.size());
}

struct Case {
  std::string bytes;
  std::string right;
  bool ends = false;
};

void check(const std::vector<Case>& cases) {
  const std::uint64_t seed = test_seed(1);
  std::mt19937_64 random(seed);
  for (const Case& one : cases) {
    for (const std::size_t most : {std::size_t{1} << 30, std::size_t{1}, std::size_t{7}, std::size_t{40}}) {
      EXPECT_EQ(read_in_pieces(one.bytes, most, one.ends, random), one.right) << one.bytes << "\nseed " << seed;
    }
  }
}

const std::string ok = "HTTP/1.1 200 OK\r\n";
const std::string chunked = ok + "Transfer-Encoding: chunked\r\n\r\n";

TEST(ResponseReaderTest, EveryFramingOfABodyEndsWhereItSays) {
  check({
      {ok + "Content-Length: 5\r\n\r\nhello", "200 hello"},
      {ok + "Content-Length: 5\r\n\r\nhel", "body goes on"},
      {ok + "Content-Length: 5\r\n\r\nhel", "broken", true},
      {ok + "Content-Length: 0\r\n\r\n", "200 "},
      {ok + "\r\nhello", "body goes on"},
      {ok + "\r\nhello", "200 hello closes", true},
      {chunked + "3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n", "200 hello"},
      {chunked + "003;a=\"b\"\r\nhel\r\n2 \r\nlo\r\n0;c\r\nTrailer: x\r\nY: z\r\n\r\n", "200 hello"},
      {chunked + "5\nhello\n0\n\n", "200 hello"},
      {chunked + "5\r\nhello\r\n0\r\n", "broken", true},
      {chunked + "5\r\nhello\r\n", "broken", true},
      {ok + "Connection: foo, Close\r\nContent-Length: 2\r\n\r\nab", "200 ab closes"},
      {"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nab", "200 ab closes"},
      {"HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\nab", "200 ab"},
      {"HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n",
       "200 a closes"},
      {"HTTP/1.1 204 No Content\r\n\r\n", "204 "},
      {"HTTP/1.1 304 Not Modified\r\nContent-Length: 7\r\n\r\n", "304 "},
      {ok + "Transfer-Encoding: gzip\r\nContent-Length: 2\r\n\r\nabc", "200 abc closes", true},
      {ok + "Transfer-Encoding: identity\r\nContent-Length: 2\r\n\r\nab", "200 ab"},
  });
}

TEST(ResponseReaderTest, BytesBehindAnAnswerAreNotItsOwn) {
  check({
      {ok + "Content-Length: 2\r\n\r\nabHTTP/1.1 200", "200 ab 12 left"},
      {ok + "Content-Length: 0\r\n\r\nabc", "200  3 left"},
      {chunked + "0\r\n\r\nabc", "200  3 left"},
      {"HTTP/1.1 204 No Content\r\nContent-Length: 3\r\n\r\nabc", "204  3 left"},
      {"HTTP/1.1 304 Not Modified\r\n\r\nabc", "304  3 left"},
  });
}

TEST(ResponseReaderTest, InterimAnswersAreReadOver) {
  const std::string hints =
      "HTTP/1.1 103 Early Hints\r\nLocation: /no\r\nContent-Length: 3\r\nConnection: close\r\n\r\n";
  const std::string answer = ok + "Content-Length: 2\r\n\r\nab";
  check({
      {hints + answer, "200 ab"},
      {"HTTP/1.1 100 Continue\r\n\r\n" + hints + hints + answer, "200 ab"},
      {hints, "head goes on"},
      {hints, "broken", true},
      {"HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\n\r\n" + answer, "broken"},
  });
  std::string storm;
  for (int i = 0; i < max_interim_answers; ++i) storm += hints;
  check({{storm + answer, "200 ab"}, {storm + hints + answer, "broken"}});
  ResponseReader reader(10);
  reader.read(hints + answer);
  EXPECT_EQ(reader.take().location, "");
}

TEST(ResponseReaderTest, LengthsThatContradictEachOtherAreRefusedOrEndTheConnection) {
  check({
      {ok + "Content-Length: 2\r\nContent-Length: 3\r\n\r\nabc", "broken"},
      {ok + "Content-Length: 2, 3\r\n\r\nabc", "broken"},
      {ok + "Content-Length: 2\r\nContent-Length: 2\r\n\r\nab", "200 ab"},
      {ok + "Content-Length: 2, 2\r\n\r\nab", "200 ab"},
      {ok + "Content-Length: -2\r\n\r\nab", "broken"},
      {ok + "Content-Length: +2\r\n\r\nab", "broken"},
      {ok + "Content-Length: 0x2\r\n\r\nab", "broken"},
      {ok + "Content-Length: 2 3\r\n\r\nab", "broken"},
      {ok + "Content-Length:\r\n\r\nab", "broken"},
      {ok + "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n", "200 ab closes"},
      {ok + "Transfer-Encoding: chunked\r\nContent-Length: 9\r\n\r\n2\r\nab\r\n0\r\n\r\n", "200 ab closes"},
      {ok + "Transfer-Encoding: chunked, gzip\r\n\r\n2\r\nab", "broken"},
      {ok + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "broken"},
      {chunked + "\r\nab", "broken"},
      {chunked + "x\r\nab", "broken"},
      {chunked + "-1\r\nab", "broken"},
      {chunked + "1x\r\na\r\n", "broken"},
      {chunked + "1\r\nab\r\n", "broken"},
      {chunked + "fffffffffffffffff\r\n", "broken"},
  });
}

TEST(ResponseReaderTest, ABodyOverTheLimitIsCutOffThere) {
  check({
      {ok + "Content-Length: 10\r\n\r\n0123456789", "200 0123456789"},
      {ok + "Content-Length: 11\r\n\r\n0123456789", "200 0123456789 cut closes"},
      {ok + "Content-Length: 11\r\n\r\n012345678", "body goes on"},
      {ok + "Content-Length: 99999999999999999999999999\r\n\r\n0123456789", "200 0123456789 cut closes"},
      {chunked + "a\r\n0123456789\r\n0\r\n\r\n", "200 0123456789"},
      {chunked + "5\r\n01234\r\n6\r\n56789", "200 0123456789 cut closes"},
      {chunked + "ffffffffffffffff\r\n0123456789", "200 0123456789 cut closes"},
      {ok + "\r\n0123456789", "200 0123456789 closes", true},
      {ok + "\r\n0123456789a", "200 0123456789 cut closes 1 left"},
  });
  ResponseReader nothing(0);
  nothing.read(ok + "Content-Length: 1\r\n\r\n");
  EXPECT_EQ(told(nothing, 0), "200  cut closes");
}

TEST(ResponseReaderTest, ReadsHeadsAsBrowsersDo) {
  check({
      {"HTTP/1.1 200 OK\nContent-Length: 2\n\nab", "200 ab"},
      {"HTTP/1.1 200\r\nContent-Length: 2\r\n\r\nab", "200 ab"},
      {"HTTP/1.1 200 \r\nContent-Length: 2\r\n\r\nab", "200 ab"},
      {"http/1.1  200\tfine\r\ncontent-length :2\r\n\r\nab", "200 ab"},
      {"\r\n\n\r\n" + ok + "Content-Length: 2\r\n\r\nab", "200 ab"},
      {ok + "no colon\r\n: no name\r\nContent-Length: 2\r\n\r\nab", "200 ab"},
      {ok + "X: y\r\n Content-Length: 9\r\nContent-Length:\r\n\t2\r\n\r\nab", "200 ab"},
      {"HTTP/1.1 999 ?\r\nContent-Length: 2\r\n\r\nab", "999 ab"},
      {"HTTP/1.1 99 ?\r\nContent-Length: 2\r\n\r\nab", "broken"},
      {"HTTP/1.1 2000 ?\r\nContent-Length: 2\r\n\r\nab", "broken"},
      {"HTTP/1.1200 OK\r\nContent-Length: 2\r\n\r\nab", "broken"},
      {"HTTP/2 200\r\n\r\nab", "broken"},
      {"<html>ab", "broken"},
      {"SSH-2.0-OpenSSH_9.2\r\n", "broken"},
  });
  const std::string large(100'000, 'x');
  ResponseReader reader(10);
  reader.read(ok + "Set-Cookie: " + large +
              "\r\nContent-Type: text/html;\r\n charset=x\r\nContent-type: b\r\nLOCATION: " + large +
              "\r\nRetry-After: 7\r\nDate: \tnow \r\nContent-Encoding: Identity\r\nContent-Length: 2\r\n\r\nab");
  ASSERT_EQ(reader.state(), State::complete);
  const FetchResponse response = reader.take();
  EXPECT_EQ(response.content_type, "text/html; charset=x");
  EXPECT_EQ(response.location, large);
  EXPECT_EQ(response.retry_after, "7");
  EXPECT_EQ(response.date, "now");
  EXPECT_FALSE(response.encoded);
}

// Everything that is not body, sent without end: refused after not much more than the bound, whatever it comes in.
TEST(ResponseReaderTest, WhatIsNotBodyIsBounded) {
  struct Endless {
    std::string begin;
    std::string again;
  };
  const std::vector<Endless> all{
      {"", "\r\n"},
      {"", "\n"},
      {"HTTP/1.1 ", " "},
      {"HTTP/1.1 200 ", "O"},
      {ok, "x"},
      {ok, "X: y\r\n"},
      {ok + "X: y\r\n", " z\r\n"},
      {"", "HTTP/1.1 102 Processing\r\n\r\n"},
      {chunked, "0"},
      {chunked + "5;a=", "e"},
      {chunked + "1\r\na", "\r"},
      {chunked + "0\r\n", "X: y\r\n"},
      {chunked + "0\r\nX: ", "y"},
      {chunked, "1;" + std::string(100, 'e') + "\r\na\r\n"},
  };
  for (const Endless& endless : all) {
    ResponseReader reader(1'000'000'000);
    std::size_t sent = reader.read(endless.begin);
    std::string many;
    while (many.size() < 1000) many += endless.again;
    while (reader.state() != State::broken && sent < 10 * max_framing_bytes) {
      reader.read(many);
      sent += many.size();
    }
    EXPECT_EQ(reader.state(), State::broken) << endless.begin << endless.again;
    EXPECT_LT(sent, 2 * max_framing_bytes) << endless.begin << endless.again;
    EXPECT_NE(reader.take().why, "");
  }
}

TEST(ResponseReaderTest, ALongBodyMayComeInManySmallChunks) {
  ResponseReader reader(10'000'000);
  reader.read(chunked);
  std::string many;
  for (int i = 0; i < 1000; ++i) many += "1;a=b\r\nx\r\n";
  for (int i = 0; i < 1000; ++i) reader.read(many);
  reader.read("0\r\n\r\n");
  ASSERT_EQ(reader.state(), State::complete);
  EXPECT_EQ(reader.take().body.size(), 1'000'000U);
}

}  // namespace
}  // namespace contend::crawler
