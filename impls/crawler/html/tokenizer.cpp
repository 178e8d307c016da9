#include "impls/crawler/html/tokenizer.hpp"

#include <algorithm>

#include "impls/base/ascii.hpp"

namespace contend::crawler {
namespace {

bool ends_tag_name(char c) {
  return is_html_space(c) || c == '/' || c == '>';
}

std::optional<HtmlAttribute> known_attribute(std::string_view name) {
  static constexpr std::array<std::string_view, html_attributes> names{"href",    "src",     "encoding",
                                                                       "charset", "content", "http-equiv"};
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (equal_ignoring_case(name, names[i])) return static_cast<HtmlAttribute>(i);
  }
  return std::nullopt;
}

}  // namespace

bool HtmlTokenizer::next(HtmlTag& tag) {
  while (true) {
    at_ = std::min(html_.find('<', at_), html_.size());
    const std::string_view rest = html_.substr(at_, 3);
    if (rest.size() < 2) return false;
    const bool end = rest[1] == '/';
    if (is_letter(rest[1]) || (end && rest.size() == 3 && is_letter(rest[2]))) {
      at_ += end ? 2 : 1;
      return read_tag(tag, end);
    }
    if (rest[1] == '!') {
      skip_declaration();
    } else if (rest[1] == '?' || end) {
      skip_past(">");
    } else {
      ++at_;
    }
  }
}

void HtmlTokenizer::skip_space() {
  while (!at_end() && is_html_space(html_[at_])) ++at_;
}

void HtmlTokenizer::skip_past(std::string_view end) {
  const std::size_t found = html_.find(end, at_);
  at_ = found == std::string_view::npos ? html_.size() : found + end.size();
}

void HtmlTokenizer::skip_declaration() {
  if (html_.substr(at_).starts_with("<!--")) {
    at_ += 4;
    skip_comment();
  } else if (cdata_ && html_.substr(at_).starts_with("<![CDATA[")) {
    at_ += 9;
    skip_past("]]>");
  } else {
    skip_past(">");
  }
}

// `-->` ends it and `--!>` too, and at its very beginning already `>` and `->`.
void HtmlTokenizer::skip_comment() {
  for (const std::string_view empty : {">", "->"}) {
    if (!html_.substr(at_).starts_with(empty)) continue;
    at_ += empty.size();
    return;
  }
  while (true) {
    const std::size_t dashes = html_.find("--", at_);
    if (dashes == std::string_view::npos) return skip_all();
    at_ = dashes + 1;
    const std::string_view behind = html_.substr(dashes + 2, 2);
    if (!behind.starts_with('>') && behind != "!>") continue;
    at_ = dashes + (behind.starts_with('>') ? 3 : 4);
    return;
  }
}

bool HtmlTokenizer::read_tag(HtmlTag& tag, bool end) {
  tag = {};
  tag.end = end;
  std::size_t length = 0;
  for (; !at_end() && !ends_tag_name(html_[at_]); ++at_) {
    if (length < longest_name) name_[length++] = lower(html_[at_]);
  }
  tag.name = {name_.data(), length};
  while (true) {
    skip_space();
    if (at_end()) return false;
    if (html_[at_] == '>') {
      ++at_;
      return true;
    }
    if (html_[at_] != '/') {
      if (!read_attribute(tag)) return false;
      continue;
    }
    ++at_;
    if (at_end() || html_[at_] != '>') continue;
    ++at_;
    tag.self_closing = true;
    return true;
  }
}

// False: the text ends in it.
bool HtmlTokenizer::read_attribute(HtmlTag& tag) {
  const std::size_t name_begin = at_++;  // a `=` here belongs to the name
  while (!at_end() && !ends_tag_name(html_[at_]) && html_[at_] != '=') ++at_;
  const std::string_view name = html_.substr(name_begin, at_ - name_begin);
  std::string_view value;
  skip_space();
  if (!at_end() && html_[at_] == '=') {
    ++at_;
    skip_space();
    if (at_end()) return false;
    const char quote = html_[at_];
    if (quote == '"' || quote == '\'') {
      const std::size_t close = html_.find(quote, ++at_);
      if (close == std::string_view::npos) {
        skip_all();
        return false;
      }
      value = html_.substr(at_, close - at_);
      at_ = close + 1;
    } else {
      const std::size_t value_begin = at_;
      while (!at_end() && !is_html_space(html_[at_]) && html_[at_] != '>') ++at_;
      value = html_.substr(value_begin, at_ - value_begin);
    }
  }
  if (const auto known = known_attribute(name)) {
    auto& kept = tag.attributes[static_cast<std::size_t>(*known)];
    if (!kept) kept = value;
  }
  return true;
}

bool HtmlTokenizer::tag_name_at(std::size_t at, std::string_view name) const {
  return at + name.size() < html_.size() && equal_ignoring_case(html_.substr(at, name.size()), name) &&
         ends_tag_name(html_[at + name.size()]);
}

void HtmlTokenizer::skip_raw_text(std::string_view name) {
  while (true) {
    at_ = html_.find("</", at_);
    if (at_ == std::string_view::npos) return skip_all();
    if (tag_name_at(at_ + 2, name)) return;
    at_ += 2;
  }
}

void HtmlTokenizer::skip_script() {
  enum class State : std::uint8_t { plain, escaped, double_escaped };
  State state = State::plain;
  while (true) {
    at_ = html_.find_first_of(state == State::plain ? "<" : "<-", at_);
    if (at_ == std::string_view::npos) return skip_all();
    const std::string_view rest = html_.substr(at_, 4);
    if (rest.starts_with('-')) {
      if (rest.starts_with("-->")) state = State::plain;
      ++at_;
    } else if (rest.starts_with("</") && tag_name_at(at_ + 2, "script")) {
      if (state != State::double_escaped) return;
      state = State::escaped;
      at_ += 2;
    } else if (state == State::escaped && tag_name_at(at_ + 1, "script")) {
      state = State::double_escaped;
      at_ += 1;
    } else if (state == State::plain && rest == "<!--") {
      state = State::escaped;
      at_ += 2;  // its dashes may belong to the end, too
    } else {
      ++at_;
    }
  }
}

}  // namespace contend::crawler
