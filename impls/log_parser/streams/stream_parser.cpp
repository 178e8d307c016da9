#include "impls/log_parser/streams/stream_parser.hpp"

namespace contend::log_parser {
namespace {

// Whether `now_ns` is so long after `since_ns`, whatever the two are.
bool has_passed(TimeNs since_ns, DurationNs duration_ns, TimeNs now_ns) {
  return static_cast<__int128>(now_ns) - since_ns >= duration_ns;
}

// So much is parsed before its events are counted: their records stay in the processor's cache, and take no more memory
// where a feed is longer.
constexpr std::size_t block_bytes = 32 * 1024;

// Ends behind a line where one ends in it.
std::string_view first_block(std::string_view bytes) {
  if (bytes.size() <= block_bytes) return bytes;
  const std::size_t last_lf = bytes.rfind('\n', block_bytes - 1);
  return bytes.substr(0, last_lf == std::string_view::npos ? block_bytes : last_lf + 1);
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
  timeline_.came_at(now_ns);
  while (!bytes.empty()) {
    const std::string_view block = first_block(bytes);
    bytes.remove_prefix(block.size());
    scratch.batch.clear();
    splitter_.feed(block, [&](const Line& line, bool may_be_high) { grouper_.add(line, may_be_high, scratch.batch); });
    if (scratch.batch.lines > 0) last_line_ns_ = now_ns;
    settle(scratch);
  }
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
  feed(chunk.prefix, now_ns, scratch);
  if (!chunk.begins_event) return;
  scratch.batch.clear();
  grouper_.flush(scratch.batch);
  settle(scratch);
  if (chunk.batch.lines > 0) last_line_ns_ = now_ns;
  splitter_.skip(chunk.middle_bytes);
  timeline_.settle(chunk.batch, scratch.delta);
  grouper_.adopt(chunk.rest);
  grouper_.rebase(chunk.batch.lines);
  feed(chunk.suffix, now_ns, scratch);
}

void ParsedChunk::parse(const ParseRules& rules, std::string_view lines, std::uint64_t offset) {
  batch.clear();
  rest.reset();  // it holds what nobody has stitched where a feed has failed
  prefix = lines;
  suffix = {};
  begins_event = false;
  // What fills a chunk with shorter lines than logs have would take many times its size.
  const std::size_t most_events = 16 + lines.size() / 16;
  Convergence convergence;
  split_lines(lines, offset, rules.max_event_bytes, [&](const Line& line, bool may_be_high) {
    if (batch.events.size() >= most_events) {
      if (suffix.empty()) suffix = lines.substr(line.offset - offset);
      return;
    }
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
  middle_bytes = lines.size() - prefix.size() - suffix.size();
}

}  // namespace contend::log_parser
