#include "impls/log_parser/streams/stream_parser.hpp"

namespace contend::log_parser {
namespace {

// Whether `now_ns` is so long after `since_ns`, whatever the two are.
bool has_passed(TimeNs since_ns, DurationNs duration_ns, TimeNs now_ns) {
  return static_cast<__int128>(now_ns) - since_ns >= duration_ns;
}

}  // namespace

void StreamParser::begin(Scratch& scratch) {
  scratch.delta.clear();
  splitter_.save(scratch.splitter);
  grouper_.save(scratch.grouper);
  scratch.timeline = timeline_.save();
  scratch.last_line_ns = last_line_ns_;
}

void StreamParser::undo(Scratch& scratch) noexcept {
  splitter_.restore(scratch.splitter);
  grouper_.restore(scratch.grouper);
  timeline_.restore(scratch.timeline);
  last_line_ns_ = scratch.last_line_ns;
}

void StreamParser::settle(Scratch& scratch) {
  timeline_.settle(scratch.batch, scratch.delta);
  grouper_.rebase(scratch.batch.lines);
}

void StreamParser::feed(std::string_view bytes, TimeNs now_ns, Scratch& scratch) {
  scratch.batch.clear();
  splitter_.feed(bytes, [&](const Line& line, bool may_be_high) { grouper_.add(line, may_be_high, scratch.batch); });
  if (scratch.batch.lines > 0) last_line_ns_ = now_ns;
  settle(scratch);
}

void StreamParser::flush_idle(TimeNs now_ns, Scratch& scratch) {
  scratch.batch.clear();
  if (!grouper_.is_open() || !has_passed(last_line_ns_, options_.flush_timeout_ns, now_ns)) return;
  grouper_.flush(scratch.batch);
  settle(scratch);
}

void StreamParser::finish(Scratch& scratch) {
  scratch.batch.clear();
  splitter_.flush([&](const Line& line, bool may_be_high) { grouper_.add(line, may_be_high, scratch.batch); });
  grouper_.flush(scratch.batch);
  settle(scratch);
}

std::size_t StreamParser::bytes_before_next_line(std::string_view bytes) const {
  if (!splitter_.inside_line()) return 0;
  const std::size_t lf = bytes.find('\n');
  return lf == std::string_view::npos ? bytes.size() : lf + 1;
}

void StreamParser::stitch(ParsedChunk& chunk, TimeNs now_ns, Scratch& scratch) {
  scratch.batch.clear();
  splitter_.feed(chunk.prefix,
                 [&](const Line& line, bool may_be_high) { grouper_.add(line, may_be_high, scratch.batch); });
  if (chunk.begins_event) grouper_.flush(scratch.batch);
  const std::uint64_t prefix_lines = scratch.batch.lines;
  if (prefix_lines + chunk.batch.lines > 0) last_line_ns_ = now_ns;
  settle(scratch);
  if (!chunk.begins_event) return;
  splitter_.skip(chunk.bytes - chunk.prefix.size());
  timeline_.settle(chunk.batch, scratch.delta);
  grouper_.adopt(chunk.rest);
  grouper_.rebase(chunk.batch.lines);
}

void ParsedChunk::parse(const ParseRules& rules, std::string_view lines, std::uint64_t offset) {
  batch.clear();
  rest.reset();  // it holds what nobody has stitched where a feed has failed
  bytes = lines.size();
  prefix = lines;
  begins_event = false;
  Convergence convergence;
  split_lines(lines, offset, rules.max_event_bytes, [&](const Line& line, bool may_be_high) {
    const LineRole role = rules.role(line.content);
    if (begins_event) return rest.add(line, role, may_be_high, batch);
    switch (convergence.add(rules.grouping.mode, role)) {
      case Convergence::Point::none:
        return;
      case Convergence::Point::before_line:
        begins_event = true;
        prefix = lines.substr(0, line.offset - offset);
        return rest.add(line, role, may_be_high, batch);
      case Convergence::Point::after_line:
        begins_event = true;
        prefix = lines.substr(0, line.offset - offset + line.raw_bytes);
        return;
    }
  });
}

}  // namespace contend::log_parser
