#pragma once

#include <string_view>
#include <vector>

#include "impls/log_parser/counting/count_delta.hpp"
#include "impls/log_parser/counting/timeline.hpp"
#include "impls/log_parser/grouping/event_grouper.hpp"
#include "impls/log_parser/splitting/line_splitter.hpp"

namespace contend::log_parser {

// Room to work in, one for each thread that parses.
struct Scratch {
  ParsedBatch batch;
  CountDelta delta;  // what has been added to the counts since the change began
  // How the stream was when it began.
  LineSplitter::State splitter = {};
  EventGrouper::State grouper = {};
  Timeline::State timeline = {};
  TimeNs last_line_ns = 0;
};

// A stretch of whole lines of a stream, parsed by somebody who does not know what came before it. Memory: about ten times
// its bytes at the most.
struct ParsedChunk {
  explicit ParsedChunk(const ParseRules& rules) : rest(rules) {}

  std::string_view prefix;    // the lines at its start that depend on what came before; all of it, if they all do
  bool begins_event = false;  // after the prefix the open event ends, whatever it is
  ParsedBatch batch;          // the events that close after the prefix
  EventGrouper rest;          // and the one that stays open
  std::size_t middle_bytes = 0;
  std::string_view suffix;  // lines that were left to be parsed in order, for there were too many

  // `offset`: of its first byte in the stream.
  void parse(const ParseRules& rules, std::string_view lines, std::uint64_t offset);
};

// One stream: what it has open, and where it is in time. All designs go through it; they differ in who calls it, and in
// where the deltas go. One thread at a time.
class StreamParser {
 public:
  StreamParser(const LogParser::Options& options, const ParseRules& rules, std::string_view stream)
      : options_(options), splitter_(rules.max_event_bytes), grouper_(rules), timeline_(options, stream) {}

  // Makes a change, which is calls of those below, and hands what it has added to the counts to `count`. Where either
  // throws, the stream is as it was. Nobody else may take what is kept meanwhile.
  template <class Change, class Count>
  void change(Scratch& scratch, Change make_change, Count count) {
    begin(scratch);
    try {
      make_change();
      count(scratch.delta);
    } catch (...) {
      undo(scratch);
      throw;
    }
  }

  // Each adds to scratch.delta what it adds to the counts. O(bytes).
  void feed(std::string_view bytes, TimeNs now_ns, Scratch& scratch);
  void flush_idle(TimeNs now_ns, Scratch& scratch);
  void finish(Scratch& scratch);

  // For designs that split a stream: the bytes at the start of `bytes` that must be fed before whole lines begin.
  std::size_t bytes_before_next_line(std::string_view bytes) const;
  std::uint64_t offset() const { return splitter_.offset(); }
  // The next bytes, as chunk.parse() has found them. O(prefix + events).
  void stitch(ParsedChunk& chunk, TimeNs now_ns, Scratch& scratch);

  Timeline::Kept take_kept() noexcept { return timeline_.take_kept(); }
  void put_back(Timeline::Kept& kept) noexcept { timeline_.put_back(kept); }

 private:
  void begin(Scratch& scratch);
  void undo(Scratch& scratch) noexcept;
  void settle(Scratch& scratch);

  const LogParser::Options& options_;
  LineSplitter splitter_;
  EventGrouper grouper_;
  Timeline timeline_;
  TimeNs last_line_ns_ = 0;
};

}  // namespace contend::log_parser
