#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace contend::crawler {

// An encoding of text, by the name that iconv has for it. Only those of the WHATWG's standard, under the labels that it
// knows: what a server names is looked up and never handed on.
class Charset {
 public:
  Charset() = default;  // UTF-8
  // nullopt: unknown. Labels for ASCII and Latin-1 mean windows-1252, and others their superset, as in browsers.
  static std::optional<Charset> of_label(std::string_view label);

  bool is_utf8() const { return name_.empty(); }
  bool is_utf16() const { return name_.starts_with("UTF-16"); }

  // nullopt: this machine has no converter for it. What is no character becomes U+FFFD. `stopped` is asked now and then,
  // and ends it early. O(bytes), of which the result has at most three times as many.
  std::optional<std::string> to_utf8(std::string_view bytes, const std::function<bool()>& stopped) const;

  // A reference as it stands in a page of this encoding, in UTF-8, with its query as browsers send it: in the page's
  // encoding, every byte of other than ASCII as %XX; a character that it does not have as %26%23...%3B.
  std::string with_encoded_query(std::string reference) const;

 private:
  explicit Charset(std::string_view name) : name_(name) {}
  std::string_view name_;  // empty: UTF-8
};

// How a page is encoded: by its byte order mark, else by the charset of its Content-Type, else by what its first 1024 bytes
// say (meta, or an XML declaration), else UTF-8 where it is that, else windows-1252. O(bytes).
Charset charset_of_page(std::string_view body, std::string_view content_type);

std::string_view without_byte_order_mark(std::string_view body);

}  // namespace contend::crawler
