#include "impls/log_parser/streams/stream_parser.hpp"

namespace contend::log_parser {

void StreamParser::settle(Scratch& scratch) {
  timeline_.settle(scratch.batch, scratch.delta);
  grouper_.rebase(scratch.batch.lines);
}

void StreamParser::feed(std::string_view bytes, TimeNs now_ns, Scratch& scratch) {
  scratch.batch.clear();
  scratch.delta.clear();
  splitter_.feed(bytes, [&](const Line& line, bool may_be_high) { grouper_.add(line, may_be_high, scratch.batch); });
  if (scratch.batch.lines > 0) last_line_ns_ = now_ns;
  settle(scratch);
}

void StreamParser::flush_idle(TimeNs now_ns, Scratch& scratch) {
  scratch.batch.clear();
  scratch.delta.clear();
  if (!grouper_.is_open() || now_ns - last_line_ns_ < options_.flush_timeout_ns) return;
  grouper_.flush(scratch.batch);
  settle(scratch);
}

void StreamParser::finish(Scratch& scratch) {
  scratch.batch.clear();
  scratch.delta.clear();
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
