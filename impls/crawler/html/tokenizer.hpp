#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace contend::crawler {

// ASCII whitespace, as the WHATWG's standards call it.
constexpr bool is_html_space(char c) {
  return c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == '\f';
}

// The attributes that somebody asks for.
enum class HtmlAttribute : std::uint8_t { href, src, encoding, charset, content, http_equiv };
inline constexpr std::size_t html_attributes = 6;

struct HtmlTag {
  std::string_view name;  // in lower case, until the next tag; a name that is longer than any known one is cut
  bool end = false;
  bool self_closing = false;
  // As written, with its character references (decoded_references); of two with one name the first.
  std::array<std::optional<std::string_view>, html_attributes> attributes;

  std::optional<std::string_view> operator[](HtmlAttribute attribute) const {
    return attributes[static_cast<std::size_t>(attribute)];
  }
};

// The tags of an HTML text, found by the states of the WHATWG's tokenizer: what looks like a tag within a comment, a value
// or a declaration is none, and a tag that the text breaks off in is none either. What stands between tags is passed over.
// The tree is not built; the caller says where a tag's content is text (skip_*).
//
// O(bytes) for the whole text: every byte is passed over once, whatever the text. Keeps nothing but the place and a name.
class HtmlTokenizer {
 public:
  explicit HtmlTokenizer(std::string_view html) : html_(html) {}

  // False: there is none left.
  bool next(HtmlTag& tag);

  // To the end tag of that name, as after <style> or <title>; to the end of the text where there is none.
  void skip_raw_text(std::string_view name);
  // The same for a script, in which <!-- <script> hides an end tag.
  void skip_script();
  void skip_all() { at_ = html_.size(); }
  // Whether <![CDATA[ begins a section that only ]]> ends: in SVG, MathML and XML.
  void take_cdata(bool taken) { cdata_ = taken; }

 private:
  static constexpr std::size_t longest_name = 16;

  bool at_end() const { return at_ >= html_.size(); }
  void skip_space();
  void skip_past(std::string_view end);
  void skip_declaration();
  void skip_comment();
  bool read_tag(HtmlTag& tag, bool end);
  bool read_attribute(HtmlTag& tag);
  // Whether `name` stands at `at`, and what follows ends the name of a tag.
  bool tag_name_at(std::size_t at, std::string_view name) const;

  const std::string_view html_;
  std::size_t at_ = 0;
  bool cdata_ = false;
  std::array<char, longest_name> name_{};
};

}  // namespace contend::crawler
