#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace contend::crawler {

// A URL in the normal form that is its identity: two spellings of one page have one text. Decided once, when the URL is
// met; everything after compares bytes.
//
// Normal form: scheme and host in lower case, without userinfo, fragment, default port and the host's trailing dot; `.`
// and `..` resolved; an empty path is `/`; %XX in upper case, decoded where it stands for an unreserved character;
// parameters of the query in their order, an empty query kept. Before that, as people write URLs: space around is
// trimmed, tabs and ends of lines are dropped, `\` before the query is `/`, a `%` that begins no %XX is %25, and bytes that
// no URL may hold are encoded. Refused: other schemes than http and https, no host, a host with control characters, bytes
// outside ASCII or encoded ones (names are not converted to their IDNA form), one that ends in a number and is not four
// decimal ones, a port over 65535, and what is longer than max_url_bytes.
class Url {
 public:
  // `reference` as it stands in a page at `base`; nullopt where it is refused. O(length).
  static std::optional<Url> resolve(const Url& base, std::string_view reference);
  // Without a page: only an absolute URL is one.
  static std::optional<Url> parse(std::string_view absolute);

  const std::string& text() const { return text_; }
  bool secure() const { return text_.starts_with("https:"); }
  std::string_view host() const { return std::string_view(text_).substr(host_begin_, host_end_ - host_begin_); }
  std::uint16_t port() const { return port_; }  // the default port where none is written
  // scheme://host[:port], without the path
  std::string_view origin() const { return std::string_view(text_).substr(0, path_begin_); }
  // Path and query: what a request line and a robots rule speak of.
  std::string_view target() const { return std::string_view(text_).substr(path_begin_); }

  bool operator==(const Url& other) const { return text_ == other.text_; }

 private:
  std::string text_;
  std::uint32_t host_begin_ = 0;
  std::uint32_t host_end_ = 0;
  std::uint32_t path_begin_ = 0;
  std::uint16_t port_ = 0;
};

inline constexpr std::size_t max_url_bytes = 8192;

}  // namespace contend::crawler
