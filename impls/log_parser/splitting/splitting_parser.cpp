#include "impls/log_parser/splitting/splitting_parser.hpp"

namespace contend::log_parser {
namespace {

// Of the calling thread, whichever parser it calls.
Scratch& scratch_of_thread() {
  thread_local Scratch scratch;
  return scratch;
}

}  // namespace

Chunks::Chunks(std::string_view bytes, std::uint64_t offset, std::size_t chunk_bytes) {
  const std::size_t last_lf = bytes.rfind('\n');
  const std::size_t end = last_lf == std::string_view::npos ? 0 : last_lf + 1;
  rest = bytes.substr(end);
  for (std::size_t at = 0; at < end;) {
    const std::size_t wanted = at + chunk_bytes;
    const std::size_t until = wanted >= end ? end : bytes.find('\n', wanted - 1) + 1;
    chunks.push_back({bytes.substr(at, until - at), offset + at});
    at = until;
  }
}

SplittingParser::SplittingParser(const Options& options)
    : options_((validate(options), options)), rules_(options_), streams_(options_.max_streams), tally_(options_) {}

FeedStatus SplittingParser::feed(std::string_view name, std::string_view bytes, TimeNs now_ns,
                                 std::shared_ptr<const void>) {
  FeedStatus status = FeedStatus::accepted;
  Stream* const stream = streams_.find(name, status, [&] { return std::make_unique<Stream>(options_, rules_, name); });
  if (stream == nullptr) return status;
  Scratch& scratch = scratch_of_thread();
  const MutexLock lock(stream->mutex);
  if (stream->finished) return FeedStatus::finished;
  if (bytes.size() < 2 * options_.chunk_bytes) {
    stream->parser.feed(bytes, now_ns, scratch);
    publish(scratch.delta);
  } else {
    parse_split(stream->parser, bytes, now_ns, scratch);
  }
  return FeedStatus::accepted;
}

void SplittingParser::parse_split(StreamParser& parser, std::string_view bytes, TimeNs now_ns, Scratch& scratch) {
  const std::size_t head = parser.bytes_before_next_line(bytes);
  parser.feed(bytes.substr(0, head), now_ns, scratch);
  const Chunks chunks(bytes.substr(head), parser.offset(), options_.chunk_bytes);
  if (!parse_chunks(chunks, parser, now_ns, scratch)) {
    publish(scratch.delta);
    parser.feed(bytes.substr(head), now_ns, scratch);
    publish(scratch.delta);
    return;
  }
  publish(scratch.delta);
  parser.feed(chunks.rest, now_ns, scratch);  // no line ends in it: it adds nothing to the counts
}

void SplittingParser::publish(const CountDelta& delta) {
  if (delta.empty()) return;
  const MutexLock lock(counts_mutex_);
  tally_.add(delta);
}

void SplittingParser::flush_idle(TimeNs now_ns) {
  Scratch& scratch = scratch_of_thread();
  streams_.for_each([&](Stream& stream) {
    const MutexLock lock(stream.mutex);
    stream.parser.flush_idle(now_ns, scratch);
    publish(scratch.delta);
  });
}

void SplittingParser::advance_windows(TimeNs event_time_ns) {
  const MutexLock lock(counts_mutex_);
  tally_.advance(slide_number(event_time_ns, options_.slide_ns));
}

void SplittingParser::finish() {
  streams_.close();
  Scratch& scratch = scratch_of_thread();
  streams_.for_each([&](Stream& stream) {
    const MutexLock lock(stream.mutex);
    if (std::exchange(stream.finished, true)) return;
    stream.parser.finish(scratch);
    publish(scratch.delta);
  });
}

std::vector<Event> SplittingParser::take_events() {
  std::vector<Event> events;
  streams_.for_each([&](Stream& stream) {
    const MutexLock lock(stream.mutex);
    stream.parser.take_kept(events);
  });
  return events;
}

Report SplittingParser::report() {
  const MutexLock lock(counts_mutex_);
  return tally_.report();
}

}  // namespace contend::log_parser
