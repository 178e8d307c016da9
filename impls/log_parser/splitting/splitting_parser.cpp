#include "impls/log_parser/splitting/splitting_parser.hpp"

#include <utility>

#include "impls/log_parser/streams/kept_events.hpp"
#include "impls/log_parser/streams/memory_wait.hpp"

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
  Stream* stream = streams_.find(name, status);
  if (stream == nullptr && status != FeedStatus::accepted) return status;
  const bool is_new = stream == nullptr;
  if (is_new) {
    stream = streams_.find_or_add(name, status, [&] { return std::make_unique<Stream>(options_, rules_, name); });
  }
  if (stream == nullptr) return status;
  try {
    return feed(*stream, bytes, now_ns);
  } catch (...) {
    if (is_new) streams_.remove(name);
    throw;
  }
}

// Of a stream whose lock the caller holds.
template <class Change>
void SplittingParser::change(StreamParser& parser, Change make_change) {
  Scratch& scratch = scratch_of_thread();
  parser.change(scratch, [&] { make_change(parser, scratch); }, [this](const CountDelta& delta) { publish(delta); });
}
// The same, which must not be left undone.
template <class Change>
void SplittingParser::change_surely(StreamParser& parser, Change make_change) {
  until_there_is_memory([&] { change(parser, make_change); });
}

FeedStatus SplittingParser::feed(Stream& stream, std::string_view bytes, TimeNs now_ns) {
  const MutexLock lock(stream.mutex);
  if (stream.finished) return FeedStatus::finished;
  change(stream.parser, [&](StreamParser& parser, Scratch& scratch) {
    if (bytes.size() < 2 * options_.chunk_bytes) {
      parser.feed(bytes, now_ns, scratch);
    } else {
      parse_split(parser, bytes, now_ns, scratch);
    }
  });
  return FeedStatus::accepted;
}

void SplittingParser::parse_split(StreamParser& parser, std::string_view bytes, TimeNs now_ns, Scratch& scratch) {
  const std::size_t head = parser.bytes_before_next_line(bytes);
  parser.feed(bytes.substr(0, head), now_ns, scratch);
  const Chunks chunks(bytes.substr(head), parser.offset(), options_.chunk_bytes);
  const bool parsed = parse_chunks(chunks, parser, now_ns, scratch);
  parser.feed(parsed ? chunks.rest : bytes.substr(head), now_ns, scratch);
}

void SplittingParser::publish(const CountDelta& delta) {
  if (delta.empty()) return;
  const MutexLock lock(counts_mutex_);
  tally_.add(delta);
}

void SplittingParser::flush_idle(TimeNs now_ns) {
  streams_.for_each([&](Stream& stream) {
    const MutexLock lock(stream.mutex);
    change_surely(stream.parser, [&](StreamParser& parser, Scratch& scratch) { parser.flush_idle(now_ns, scratch); });
  });
}

void SplittingParser::advance_windows(TimeNs event_time_ns) {
  const MutexLock lock(counts_mutex_);
  tally_.advance(slide_number(event_time_ns, options_.slide_ns));
}

void SplittingParser::finish() {
  streams_.close();
  streams_.for_each([&](Stream& stream) {
    const MutexLock lock(stream.mutex);
    if (std::exchange(stream.finished, true)) return;
    change_surely(stream.parser, [](StreamParser& parser, Scratch& scratch) { parser.finish(scratch); });
  });
}

std::vector<Event> SplittingParser::take_events() {
  KeptEvents<Stream> kept(streams_.size());
  streams_.for_each([&](Stream& stream) { kept.take_from(stream); });
  return kept.all();
}

Report SplittingParser::report() {
  const MutexLock lock(counts_mutex_);
  return tally_.report();
}

}  // namespace contend::log_parser
