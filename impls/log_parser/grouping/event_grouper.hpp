#pragma once

#include <array>
#include <string>
#include <string_view>
#include <utility>

#include "impls/log_parser/format/log_format.hpp"
#include "impls/log_parser/grouping/grouping.hpp"
#include "impls/log_parser/grouping/line_pattern.hpp"
#include "impls/log_parser/splitting/parsed_batch.hpp"

namespace contend::log_parser {

// What of the options parsing needs.
struct ParseRules {
  explicit ParseRules(const LogParser::Options& options)
      : format(options.format),
        grouping(options.grouping),
        max_event_bytes(options.max_event_bytes),
        keeps_text(options.keep != KeepEvents::nothing),
        one_pattern(grouping.start.place == LinePattern::Place::header &&
                    grouping.condition.place == LinePattern::Place::header) {}

  LineRole role(std::string_view line) const {
    if (one_pattern) {
      const bool header = has_header_shape(format, line);
      return {header, header};
    }
    return {matches(grouping.start, format, line), matches(grouping.condition, format, line)};
  }

  const Format format;
  const Grouping grouping;
  const std::size_t max_event_bytes;
  const bool keeps_text;
  const bool one_pattern;  // start and condition are both the header: one look decides both
};

// Where a line is, and what it is besides its bytes.
struct Line {
  std::string_view content;      // without its end, at most max_event_bytes
  std::uint64_t full_bytes = 0;  // of the content as it came
  std::uint64_t raw_bytes = 0;   // with its end
  std::uint64_t offset = 0;
};

// An event that may still grow.
struct OpenEvent {
  EventRecord record;
  std::string text;  // at most max_event_bytes
  std::array<char, max_template_bytes> key{};
  std::size_t key_bytes = 0;  // 0: not an error
};

// Makes events of lines. Remembers what is open and nothing else. One thread at a time.
class EventGrouper {
 public:
  explicit EventGrouper(const ParseRules& rules) : rules_(rules) {}

  // `may_be_high`: the line may hold bytes that are not ASCII.
  void add(const Line& line, bool may_be_high, ParsedBatch& out) {
    add(line, rules_.role(line.content), may_be_high, out);
  }
  void add(const Line& line, LineRole role, bool may_be_high, ParsedBatch& out);
  // Closes what is open.
  void flush(ParsedBatch& out);

  bool is_open() const { return open_ != Open::nothing; }

  // Takes over what another grouper has left open; nothing may be open here.
  void adopt(EventGrouper& other);
  // Forgets what is open.
  void reset() { open_ = Open::nothing; }

  // What is open between two feeds.
  struct State {
    Open open = Open::nothing;
    OpenEvent event;
  };
  void save(State& state) const {
    if (is_open()) state.event = event_;
    state.open = open_;
  }
  void restore(State& state) noexcept {
    open_ = state.open;
    if (is_open()) std::swap(event_, state.event);
  }

  // The batch that comes next begins `lines` lines later: line numbers in it count from there.
  void rebase(std::uint64_t lines) { event_.record.line -= lines; }

 private:
  void begin(const Line& line, Open kind, std::uint64_t number);
  void append(const Line& line);
  void add_level_of_second_line(std::string_view line);

  const ParseRules& rules_;
  Open open_ = Open::nothing;
  OpenEvent event_;
};

}  // namespace contend::log_parser
