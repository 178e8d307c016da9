#include "stress/hunt/drawing/drawing.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <vector>

#include "impls/base/wrapping.hpp"

namespace contend::hunt {
namespace {

// In pixels; of letters those of the font that is named below, at its size.
constexpr double letter = 7.3;
constexpr double line_height = 18;
constexpr double margin = 24;
constexpr double gap = 28;      // between columns
constexpr double padding = 10;  // within a card
constexpr double lane = 14;     // from the thread's line to its cards
constexpr std::size_t widest_text = 50;
constexpr std::size_t narrowest_text = 30;

constexpr const char* style = R"css(
  text { font: 12px ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; fill: #1f2328; white-space: pre; }
  .page { fill: #ffffff; stroke: #d1d9e0; }
  .title { font-weight: 700; font-size: 16px; }
  .quiet { fill: #59636e; }
  .thread { font-weight: 700; }
  .line { stroke: #d1d9e0; stroke-width: 2; }
  .card { fill: #f6f8fa; stroke: #d1d9e0; }
  .culprit { fill: #ffebe9; stroke: #cf222e; }
  .dot { fill: #818b98; }
  .culprit-dot { fill: #cf222e; }
  .wrong { fill: #cf222e; font-weight: 700; }
  .switch { stroke: #bf8700; stroke-dasharray: 5 4; stroke-width: 1.5; }
  .switch-text { fill: #7d4e00; font-weight: 700; }
  .switch-back { fill: #fff8c5; stroke: #bf8700; }
  .turn { stroke: #d1d9e0; stroke-dasharray: 2 4; }
  .order { stroke: #0969da; fill: none; stroke-width: 1.5; }
  .unordered { stroke: #cf222e; fill: none; stroke-width: 1.5; stroke-dasharray: 4 4; }
  .tip { fill: #0969da; }
  @media (prefers-color-scheme: dark) {
    text { fill: #f0f6fc; }
    .page { fill: #0d1117; stroke: #3d444d; }
    .quiet { fill: #9198a1; }
    .line, .turn { stroke: #3d444d; }
    .card { fill: #151b23; stroke: #3d444d; }
    .culprit { fill: #3a1517; stroke: #f85149; }
    .dot { fill: #656c76; }
    .culprit-dot { fill: #f85149; }
    .wrong { fill: #ff7b72; }
    .switch { stroke: #d29922; }
    .switch-text { fill: #e3b341; }
    .switch-back { fill: #2b2111; stroke: #d29922; }
    .order { stroke: #4493f8; }
    .unordered { stroke: #f85149; }
    .tip { fill: #4493f8; }
  }
)css";

std::string escaped(const std::string& text) {
  std::string out;
  for (const char one : text) {
    switch (one) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        // No other control character may stand in XML.
        out += static_cast<unsigned char>(one) < 0x20 ? ' ' : one;
    }
  }
  return out;
}

std::string cut(const std::string& text, std::size_t width) {
  return text.size() <= width ? text : text.substr(0, width - 2) + "..";
}

// What a thread does in one line of its source without a pause.
struct Card {
  std::size_t column = 0;
  std::string place;
  std::vector<std::pair<std::string, std::size_t>> lines;  // of text, with the row that each tells
  bool is_culprit = false;
  double top = 0;
  double height() const {
    return (static_cast<double>(lines.size()) + (place.empty() ? 0 : 1)) * line_height + padding;
  }
};

class Picture {
 public:
  Picture(const Story& story, const Caption& caption) : story_(story), caption_(caption) {
    for (const Row& row : story.rows) one_file_ &= row.place.file == story.rows.front().place.file;
    make_cards();
  }

  std::string draw() {
    width_ = std::max(640.0, 2 * margin + static_cast<double>(story_.columns.size()) * (column_width() + gap) - gap);
    y_ = margin + 6;
    draw_head();
    if (!cards_.empty()) draw_columns();
    draw_foot();
    const double height = y_ + margin - line_height;
    return fmt::format(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0:.0f} {1:.0f}\" width=\"{0:.0f}\" "
        "height=\"{1:.0f}\" "
        "role=\"img\" aria-label=\"{2}\">\n<title>{2}</title>\n<style>{3}</style>\n"
        "<defs><marker id=\"tip\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"7\" markerHeight=\"7\" "
        "orient=\"auto\"><path class=\"tip\" d=\"M0 0 L8 4 L0 8 z\"/></marker></defs>\n"
        "<rect class=\"page\" x=\"0.5\" y=\"0.5\" width=\"{4:.0f}\" height=\"{5:.0f}\" rx=\"8\"/>\n{6}</svg>\n",
        width_, height, escaped(caption_.title), style, width_ - 1, height - 1, body_);
  }

 private:
  double column_width() const { return static_cast<double>(text_width_) * letter + lane + 2 * padding; }
  double left_of(std::size_t column) const { return margin + static_cast<double>(column) * (column_width() + gap); }

  std::size_t column_of(std::uint32_t thread) const {
    std::size_t at = 0;
    while (story_.columns[at].thread != thread) ++at;
    return at;
  }

  void make_cards() {
    const std::size_t most = story_.columns.size() > 3 ? narrowest_text : widest_text;
    std::size_t next_switch = 0;
    std::size_t longest = narrowest_text;
    for (std::size_t i = 0; i < story_.rows.size(); ++i) {
      const Row& row = story_.rows[i];
      const bool turns = next_switch < story_.switches.size() && story_.switches[next_switch].before == i;
      if (turns) ++next_switch;
      const bool is_new = i == 0 || turns || story_.rows[i - 1].place.text() != row.place.text();
      if (is_new) {
        const std::string line = one_file_ ? std::to_string(row.place.line) : row.place.short_text();
        Card card;
        card.column = column_of(row.thread);
        if (row.place.is_known()) card.place = cut(line + "  " + row.source, most);
        longest = std::max(longest, card.place.size());
        cards_.push_back(std::move(card));
      }
      for (const std::string& part : wrapped(row.act, most)) {
        cards_.back().lines.push_back({part, i});
        longest = std::max(longest, part.size());
      }
      cards_.back().is_culprit |= row.is_culprit;
    }
    text_width_ = longest;
  }

  void text(double x, double y, const char* classes, const std::string& what) {
    body_ += fmt::format("<text class=\"{}\" x=\"{:.1f}\" y=\"{:.1f}\">{}</text>\n", classes, x, y, escaped(what));
  }

  void paragraph(const char* classes, const std::string& what) {
    const auto letters = static_cast<std::size_t>((width_ - 2 * margin) / letter);
    if (what.starts_with(" ")) {  // of a table
      text(margin, y_, classes, cut(what, letters));
      y_ += line_height;
      return;
    }
    for (const std::string& line : wrapped(what, letters)) {
      text(margin, y_, classes, line);
      y_ += line_height;
    }
  }

  void draw_head() {
    text(margin, y_, "title", caption_.title);
    y_ += line_height + 4;
    paragraph("quiet", caption_.rule);
    for (const std::string& line : story_.explanation) paragraph("", line);
    const bool has_file = one_file_ && !story_.rows.empty() && story_.rows.front().place.is_known();
    if (has_file) paragraph("quiet", "lines of " + story_.rows.front().place.file);
    if (story_.left_out > 0) paragraph("quiet", fmt::format("{} steps that matter less are left out", story_.left_out));
    y_ += 10;
  }

  void draw_columns() {
    for (std::size_t i = 0; i < story_.columns.size(); ++i) {
      const Column& column = story_.columns[i];
      std::string title = fmt::format("thread {}", column.thread);
      if (column.thread == 0) title += ", main";
      text(left_of(i), y_, "thread", title);
      if (!column.started.is_known()) continue;
      const std::string started = one_file_ ? fmt::format("started in line {}", column.started.line)
                                            : "started at " + column.started.short_text();
      text(left_of(i) + (static_cast<double>(title.size()) + 2) * letter, y_, "quiet", started);
    }
    y_ += 10;
    const double top = y_;
    std::string cards;
    std::swap(cards, body_);
    draw_cards();
    std::swap(cards, body_);
    for (std::size_t i = 0; i < story_.columns.size(); ++i) {
      body_ += fmt::format("<line class=\"line\" x1=\"{0:.1f}\" y1=\"{1:.1f}\" x2=\"{0:.1f}\" y2=\"{2:.1f}\"/>\n",
                           left_of(i) + 1, top, y_);
    }
    body_ += cards;
    draw_arrows();
    y_ += 24;
  }

  void draw_switch(const Switch& one) {
    const double right = width_ - margin;
    y_ += 6;
    const char* const line = one.is_chosen ? "switch" : "turn";
    if (!one.text.empty()) y_ += 8;
    body_ += fmt::format("<line class=\"{0}\" x1=\"{1:.1f}\" y1=\"{2:.1f}\" x2=\"{3:.1f}\" y2=\"{2:.1f}\"/>\n", line,
                         margin, y_, right);
    if (one.text.empty()) {
      y_ += 8;
      return;
    }
    // Under the thread that it is about.
    const Row& subject = story_.rows[one.is_chosen ? one.before - 1 : one.before];
    const double x = left_of(column_of(subject.thread)) + lane;
    body_ += fmt::format(
        "<rect class=\"switch-back\" x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"20\" rx=\"10\"/>\n", x,
        y_ - 10, static_cast<double>(one.text.size()) * letter + 2 * padding);
    text(x + padding, y_ + 4, "switch-text", one.text);
    y_ += 18;
  }

  void draw_card(Card& card) {
    card.top = y_;
    const double x = left_of(card.column) + lane;
    body_ += fmt::format("<rect class=\"{}\" x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.1f}\" rx=\"5\"/>\n",
                         card.is_culprit ? "culprit" : "card", x, y_, column_width() - lane, card.height());
    double y = y_ + line_height - 2;
    if (!card.place.empty()) {
      text(x + padding, y, "quiet", card.place);
      y += line_height;
    }
    for (const auto& [line, row] : card.lines) {
      const bool wrong = story_.rows[row].is_culprit;
      text(x + padding, y, wrong ? "wrong" : "", line);
      if (!row_y_.contains(row)) {
        row_y_[row] = y - 4;
        body_ += fmt::format("<circle class=\"{}\" cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"4\"/>\n",
                             wrong ? "culprit-dot" : "dot", left_of(card.column) + 1, y - 4);
      }
      y += line_height;
    }
    y_ += card.height() + 5;
  }

  void draw_cards() {
    std::size_t next_switch = 0;
    for (Card& card : cards_) {
      const std::size_t first = card.lines.front().second;
      if (next_switch < story_.switches.size() && story_.switches[next_switch].before == first) {
        draw_switch(story_.switches[next_switch++]);
      }
      draw_card(card);
    }
  }

  // From the side of one card to the side of another that faces it.
  void draw_curve(std::size_t from, std::size_t to, const char* classes, bool has_tip) {
    const std::size_t from_column = column_of(story_.rows[from].thread);
    const std::size_t to_column = column_of(story_.rows[to].thread);
    const bool goes_right = from_column < to_column;
    const double x1 = goes_right ? left_of(from_column) + column_width() : left_of(from_column) - 3;
    const double x2 = goes_right ? left_of(to_column) - 4 : left_of(to_column) + column_width() + 1;
    const double bend = std::max(gap * 0.8, std::abs(x2 - x1) / 3) * (goes_right ? 1 : -1);
    body_ += fmt::format("<path class=\"{}\" d=\"M{:.1f} {:.1f} C{:.1f} {:.1f} {:.1f} {:.1f} {:.1f} {:.1f}\"{}/>\n",
                         classes, x1, row_y_[from], x1 + bend, row_y_[from], x2 - bend, row_y_[to], x2, row_y_[to],
                         has_tip ? " marker-end=\"url(#tip)\"" : "");
  }

  void draw_arrows() {
    std::vector<std::size_t> culprits;
    for (std::size_t i = 0; i < story_.rows.size(); ++i) {
      if (story_.rows[i].after < story_.rows.size()) draw_curve(story_.rows[i].after, i, "order", true);
      if (story_.rows[i].is_culprit) culprits.push_back(i);
    }
    if (!story_.is_unordered || culprits.size() != 2) return;
    if (story_.rows[culprits[0]].thread == story_.rows[culprits[1]].thread) return;
    draw_curve(culprits[0], culprits[1], "unordered", false);
  }

  void draw_foot() {
    for (const std::string& line : story_.variables) paragraph("quiet", line);
    if (!caption_.token.empty()) paragraph("quiet", "--replay '" + caption_.token + "'");
  }

  const Story& story_;
  const Caption& caption_;
  bool one_file_ = true;
  std::size_t text_width_ = narrowest_text;
  std::vector<Card> cards_;
  std::map<std::size_t, double> row_y_;
  double width_ = 0;
  double y_ = 0;
  std::string body_;
};

}  // namespace

std::string timeline_svg(const Story& story, const Caption& caption) {
  return Picture(story, caption).draw();
}

}  // namespace contend::hunt
