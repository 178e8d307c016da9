#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "impls/crawler/html/tokenizer.hpp"

namespace contend::crawler {

// What the tags up to here say about those that follow: whether they are of SVG or MathML, where no element holds plain
// text, and whether a <template> keeps them from being part of the page. Knows only the elements that decide this.
//
// O(1) amortised for each tag; memory grows with the elements of these kinds that are open.
class Surroundings {
 public:
  bool foreign() const { return !open_.empty() && (open_.back().kind == Kind::svg || open_.back().kind == Kind::math); }
  bool in_template() const { return templates_ > 0; }

  // Whether the element is one of SVG or MathML.
  bool start(const HtmlTag& tag);
  void end(const HtmlTag& tag);

 private:
  // Of an integration point, HTML stands within SVG or MathML.
  enum class Kind : std::uint8_t { svg, math, integration, html_template };
  struct Open {
    Kind kind;
    std::uint8_t integration;  // which, of those that there are
    std::uint32_t svg;         // open ones up to here, since the last template
    std::uint32_t math;
  };

  void push(Kind kind, std::uint8_t integration = 0);
  void pop_to(Kind kind);
  void leave_foreign();

  std::vector<Open> open_;
  std::size_t templates_ = 0;
};

}  // namespace contend::crawler
