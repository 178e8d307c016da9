#include "impls/crawler/html/surroundings.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "impls/base/ascii.hpp"

namespace contend::crawler {
namespace {

// Elements of HTML that end SVG and MathML by standing there.
constexpr std::array<std::string_view, 45> breakouts{
    "b",       "big",  "blockquote", "body",  "br", "center", "code", "dd",   "div", "dl",    "dt",   "em",
    "embed",   "h1",   "h2",         "h3",    "h4", "h5",     "h6",   "head", "hr",  "i",     "img",  "li",
    "listing", "menu", "meta",       "nobr",  "ol", "p",      "pre",  "ruby", "s",   "small", "span", "strike",
    "strong",  "sub",  "sup",        "table", "tt", "u",      "ul",   "var",  "font"};

// The first three are of SVG, the others of MathML.
constexpr std::array<std::string_view, 9> integration_points{
    "foreignobject", "desc", "title", "mi", "mo", "mn", "ms", "mtext", "annotation-xml"};
constexpr std::size_t of_svg = 3;

std::optional<std::uint8_t> integration_point(std::string_view name) {
  const auto it = std::ranges::find(integration_points, name);
  if (it == integration_points.end()) return std::nullopt;
  return static_cast<std::uint8_t>(it - integration_points.begin());
}

bool is_any_of(std::string_view text, std::initializer_list<std::string_view> lower_case) {
  return std::ranges::any_of(lower_case, [&](std::string_view name) { return equal_ignoring_case(text, name); });
}

bool breaks_out(std::string_view name) {
  return std::ranges::find(breakouts, name) != breakouts.end();
}

}  // namespace

void Surroundings::push(Kind kind, std::uint8_t integration) {
  Open next{kind, integration, 0, 0};
  if (kind == Kind::html_template) {
    ++templates_;
  } else if (!open_.empty()) {
    next.svg = open_.back().svg;
    next.math = open_.back().math;
  }
  if (kind == Kind::svg) ++next.svg;
  if (kind == Kind::math) ++next.math;
  open_.push_back(next);
}

// Requires that there is one.
void Surroundings::pop_to(Kind kind) {
  while (true) {
    const Kind last = open_.back().kind;
    open_.pop_back();
    if (last == Kind::html_template) --templates_;
    if (last == kind) return;
  }
}

void Surroundings::leave_foreign() {
  while (foreign()) open_.pop_back();
}

bool Surroundings::start(const HtmlTag& tag) {
  if (foreign() && breaks_out(tag.name)) leave_foreign();
  const bool root = tag.name == "svg" || tag.name == "math";
  if (!foreign() && !root) {
    if (tag.name == "template") push(Kind::html_template);
    return false;
  }
  if (tag.self_closing) return true;
  if (root) {
    push(tag.name == "svg" ? Kind::svg : Kind::math);
    return true;
  }
  const auto point = integration_point(tag.name);
  if (!point || (*point < of_svg) != (open_.back().kind == Kind::svg)) return true;
  const auto encoding = tag[HtmlAttribute::encoding];
  const bool html = encoding && is_any_of(*encoding, {"text/html", "application/xhtml+xml"});
  if (tag.name != "annotation-xml" || html) push(Kind::integration, *point);
  return true;
}

void Surroundings::end(const HtmlTag& tag) {
  if (open_.empty()) return;
  const Open& last = open_.back();
  if (tag.name == "template") {
    if (templates_ > 0) pop_to(Kind::html_template);
  } else if (tag.name == "svg") {
    if (last.svg > 0) pop_to(Kind::svg);
  } else if (tag.name == "math") {
    if (last.math > 0) pop_to(Kind::math);
  } else if (foreign() && (tag.name == "p" || tag.name == "br")) {
    leave_foreign();
  } else if (last.kind == Kind::integration && integration_point(tag.name) == last.integration) {
    open_.pop_back();
  }
}

}  // namespace contend::crawler
