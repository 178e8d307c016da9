#pragma once

#include <fmt/core.h>

#include <array>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>

namespace contend::log_parser {

// Seeded log text in the formats of the log parser: for tests, attacks and workloads.
class SyntheticLog {
 public:
  // `odd_parts` of a thousand lines are damaged, late, long, not UTF-8 or end in CR LF; 0: a clean log. Events have so many
  // more fields: members of JSON lines, else `name=value` behind the message; those of an access log have none.
  explicit SyntheticLog(std::uint64_t seed, int odd_parts = 0, int fields = 0)
      : random_(seed), odd_parts_(odd_parts), fields_(fields) {}

  // Java services: one event of ten is an error with a stack trace, which makes most of the lines.
  std::string log4j(std::size_t bytes) {
    return fill(bytes, [this](std::string& text) { add_log4j(text); });
  }
  std::string access(std::size_t bytes) {
    return fill(bytes, [this](std::string& text) { add_access(text); });
  }
  std::string syslog(std::size_t bytes) {
    return fill(bytes, [this](std::string& text) { add_syslog(text); });
  }
  std::string json_lines(std::size_t bytes) {
    return fill(bytes, [this](std::string& text) { add_json(text); });
  }

 private:
  static constexpr std::array<std::string_view, 8> classes{
      "org.example.orders.OrderService",     "org.example.orders.Basket",       "com.example.net.HttpHandler",
      "org.example.storage.BlockStore",      "org.example.storage.Replicator",  "com.example.net.ConnectionPool",
      "org.example.billing.InvoiceSchedule", "org.example.users.SessionManager"};
  static constexpr std::array<std::string_view, 6> troubles{
      "Request {} to 10.0.{}.7:8020 failed after 3000 ms",
      "Block blk_{} is missing on node{}",
      "Session 7c9e6679-7425-40de-944b-e07fc1f9{:04x} was closed by peer {}",
      "Cannot write page {} of segment {}",
      "Checksum 0x{:08x} of part {} does not match",
      "Order {} has no customer, retry {}"};

  template <class Add>
  std::string fill(std::size_t bytes, Add add) {
    std::string text;
    text.reserve(bytes + 4096);
    while (text.size() < bytes) {
      add(text);
      if (odd()) add_odd(text);
    }
    return text;
  }

  std::uint64_t draw(std::uint64_t below) { return random_() % below; }
  bool odd() { return odd_parts_ > 0 && draw(1000) < static_cast<std::uint64_t>(odd_parts_); }
  std::string_view line_end() { return odd() ? "\r\n" : "\n"; }

  // Moves the clock on; an odd event comes from up to two minutes ago.
  void next_time() {
    now_ms_ += draw(40);
    const std::uint64_t shown_ms = odd() ? now_ms_ - draw(120'000) : now_ms_;
    ms_ = shown_ms % 1000;
    second_ = shown_ms / 1000 % 60;
    minute_ = shown_ms / 60'000 % 60;
    hour_ = shown_ms / 3'600'000 % 24;
    day_ = shown_ms / 86'400'000 % 28 + 1;
  }

  void add_log4j(std::string& text) {
    next_time();
    const bool error = draw(10) == 0;
    const std::string_view level = error ? "ERROR" : draw(8) == 0 ? "WARN" : "INFO";
    const std::string_view source = classes[draw(classes.size())];
    text += fmt::format("2024-03-{:02} {:02}:{:02}:{:02},{:03} {:<5} [worker-{}] {} - ", day_, hour_, minute_, second_,
                        ms_, level, draw(16), source);
    if (!error) {
      text += fmt::format("Served request {} of client {} in {} ms", draw(1'000'000), draw(500), draw(200));
      add_fields(text);
      text += line_end();
      return;
    }
    text += fmt::format(fmt::runtime(troubles[draw(troubles.size())]), draw(65536), draw(256));
    text += line_end();
    text += fmt::format("java.io.IOException: connection reset, attempt {}{}", draw(5), line_end());
    const std::uint64_t frames = 8 + draw(24);
    for (std::uint64_t i = 0; i < frames; ++i) {
      text += fmt::format("\tat {}.step{}({}.java:{}){}", classes[draw(classes.size())], draw(40), "Source", draw(900),
                          line_end());
      if (i == frames / 2) text += fmt::format("Caused by: java.net.SocketException: Broken pipe{}", line_end());
    }
  }

  void add_access(std::string& text) {
    next_time();
    const std::uint64_t drawn = draw(100);
    const int status = drawn < 90 ? 200 : drawn < 97 ? 404 : 503;
    text += fmt::format(
        "10.{}.{}.{} - - [{:02}/Mar/2024:{:02}:{:02}:{:02} +0100] \"GET /items/{}/view?page={} HTTP/1.1\" {} {} "
        "\"http://example.org/list/{}\" \"Mozilla/5.0 (X11; Linux x86_64; rv:109.0) Gecko/20100101 Firefox/115.0\"{}",
        draw(4), draw(256), draw(256), day_, hour_, minute_, second_, draw(2000), draw(20), status, draw(100'000),
        draw(300), line_end());
  }

  void add_syslog(std::string& text) {
    next_time();
    text += fmt::format("<{}>Mar {:2} {:02}:{:02}:{:02} host{} sshd[{}]: Failed password for user{} from 10.0.0.{}",
                        24 + draw(8), day_, hour_, minute_, second_, draw(3), draw(30'000), draw(100), draw(256));
    add_fields(text);
    text += line_end();
  }

  void add_json(std::string& text) {
    next_time();
    const bool error = draw(12) == 0;
    text += fmt::format(
        R"({{"time":"2024-03-{:02}T{:02}:{:02}:{:02}.{:03}Z","level":"{}","message":"{} {} of {}","context":{{"node":{},"tags":["a","b\n"],"ok":true}})",
        day_, hour_, minute_, second_, ms_, error ? "error" : "info", error ? "Cannot load part" : "Loaded part",
        draw(10'000), draw(100), draw(64));
    for (int i = 0; i < fields_; ++i) text += fmt::format(R"(,"field{}":"{}")", i, draw(1'000'000));
    text += '}';
    text += line_end();
  }

  void add_fields(std::string& text) {
    for (int i = 0; i < fields_; ++i) text += fmt::format(" field{}={}", i, draw(1'000'000));
  }

  void add_odd(std::string& text) {
    switch (draw(9)) {
      case 0:
        text += "2024-13-45 99:00:00,000 ERROR impossible time\n";
        break;
      case 1:
        text += "\xff\xfe broken \xc3\x28 bytes\n";
        break;
      case 2:
        text += std::string("nul \0 inside\n", 13);
        break;
      case 3:
        text += std::string(300 + draw(3000), 'x') + "\r\n";
        break;
      case 4:
        text += "\n\r\n\r\r\n";
        break;
      case 5:
        text += "2024-03-01 00:00:00 no level in these five words\n";
        break;
      case 6:
        text += "a lone \r in a line, and caf\xc3\xa9\r\n";
        break;
      case 7:
        text += "{\"time\": \"2024-03-01T00:00:00Z\", \"level\": \n";
        break;
      default:
        text += "10.0.0.1 - - [32/Foo/2024:00:00:00 +0000] \"GET / HTTP/1.0\" 200 12\n";
    }
  }

  std::mt19937_64 random_;
  const int odd_parts_;
  const int fields_;
  std::uint64_t now_ms_ = 8 * 86'400'000ULL;
  std::uint64_t ms_ = 0;
  std::uint64_t second_ = 0;
  std::uint64_t minute_ = 0;
  std::uint64_t hour_ = 0;
  std::uint64_t day_ = 1;
};

}  // namespace contend::log_parser
