#include "stress/hunt/drawing/timeline.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <vector>

#include "impls/base/wrapping.hpp"

namespace contend::hunt {
namespace {

constexpr std::size_t margin = 3;
constexpr std::size_t narrowest = 30;

std::string padded(std::string text, std::size_t width) {
  if (text.size() < width) text.append(width - text.size(), ' ');
  return text;
}

std::string cut(const std::string& text, std::size_t width) {
  return text.size() <= width ? text : text.substr(0, width - 2) + "..";
}

bool is_end_of_block(const std::string& source) {
  return source.starts_with("}") && source.find_first_not_of("});, ") == source.npos;
}

class Drawing {
 public:
  Drawing(const Story& story, std::size_t width) : story_(story), width_(width) {
    const std::size_t count = std::max<std::size_t>(story.columns.size(), 1);
    column_ = std::max(narrowest, (width - margin) / count - 1);
    for (const Row& row : story.rows) one_file_ &= row.place.file == story.rows.front().place.file;
  }

  std::string draw() {
    for (const std::string& line : story_.explanation) {
      if (line.starts_with(" ")) {
        add("  " + line);  // of a table
        continue;
      }
      for (const std::string& part : wrapped(line, width_ - margin)) add("  " + part);
    }
    if (!story_.rows.empty()) {
      if (!story_.explanation.empty()) add("");
      draw_rows();
    }
    for (const std::string& line : story_.variables) add("   " + line);
    for (const std::string& line : story_.stacks) add("   " + line);
    return std::move(text_);
  }

 private:
  void add(std::string line) {
    while (!line.empty() && line.back() == ' ') line.pop_back();
    text_ += line + "\n";
  }

  std::size_t column_of(std::uint32_t thread) const {
    std::size_t at = 0;
    while (story_.columns[at].thread != thread) ++at;
    return at;
  }

  std::string title_of(const Column& column) const {
    std::string title = fmt::format("thread {}", column.thread);
    if (column.thread == 0) title += ", main";
    if (!column.started.is_known()) return title;
    const std::string at = fmt::format("{}, started at {}", title, column.started.short_text());
    const bool is_here = one_file_ && column.started.file == story_.rows.front().place.file;
    return is_here               ? fmt::format("{}, started in line {}", title, column.started.line)
           : at.size() < column_ ? at
                                 : title;
  }

  void draw_titles() {
    if (one_file_ && story_.rows.front().place.is_known()) add("   lines of " + story_.rows.front().place.file);
    std::string titles(margin, ' ');
    for (const Column& column : story_.columns) titles += padded(cut(title_of(column), column_), column_ + 1);
    add(titles);
    if (story_.left_out > 0) add(fmt::format("   ({} steps that matter less are left out)", story_.left_out));
  }

  void draw_switch(const Switch& one) {
    // Under the thread that it is about.
    const Row& subject = story_.rows[one.is_chosen ? one.before - 1 : one.before];
    const std::string text = one.text.empty() ? "" : " " + one.text + " ";
    const std::size_t line = std::min(width_ - margin, (column_ + 1) * story_.columns.size() - 1);
    const std::size_t left = column_of(subject.thread) * (column_ + 1);
    std::string dots(line, one.is_chosen ? '-' : '.');
    if (!text.empty() && text.size() + 4 <= dots.size())
      dots.replace(std::min(left + 2, dots.size() - text.size() - 2), text.size(), text);
    add("   " + dots);
  }

  void draw_row(const Row& row, bool shows_place) {
    const std::string indent(column_of(row.thread) * (column_ + 1), ' ');
    if (shows_place && row.place.is_known()) {
      const std::string line = one_file_ ? std::to_string(row.place.line) : row.place.short_text();
      add("   " + indent + cut(fmt::format("{}  {}", line, row.source), column_));
    }
    bool is_first = true;
    for (const std::string& part : wrapped(row.act, column_ - 4)) {
      add((row.is_culprit && is_first ? " * " : "   ") + indent + (is_first ? "  " : "    ") + part);
      is_first = false;
    }
  }

  void draw_rows() {
    draw_titles();
    std::size_t next_switch = 0;
    for (std::size_t i = 0; i < story_.rows.size(); ++i) {
      const Row& row = story_.rows[i];
      const bool turns = next_switch < story_.switches.size() && story_.switches[next_switch].before == i;
      if (turns) draw_switch(story_.switches[next_switch++]);
      // What is done at the end of a block needs no line of its own.
      const bool is_new = i == 0 || turns || story_.rows[i - 1].place.text() != row.place.text();
      draw_row(row, is_new && !is_end_of_block(row.source));
    }
  }

  const Story& story_;
  std::size_t width_;
  std::size_t column_ = narrowest;
  bool one_file_ = true;
  std::string text_;
};

}  // namespace

std::string timeline_text(const Story& story, std::size_t width) {
  return Drawing(story, width).draw();
}

}  // namespace contend::hunt
