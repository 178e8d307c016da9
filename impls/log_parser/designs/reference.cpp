#include <map>

#include "impls/base/registry.hpp"
#include "impls/log_parser/counting/tally.hpp"
#include "impls/log_parser/log_parser.hpp"
#include "impls/log_parser/streams/kept_events.hpp"
#include "impls/log_parser/streams/memory_wait.hpp"
#include "impls/log_parser/streams/stream_parser.hpp"
#include "impls/sync/mutex.hpp"

namespace contend::log_parser {
namespace {

// The sequential parser behind one mutex: the oracle, and the baseline for every other design.
constexpr Contract contract{
    .technique = "coarse_lock",
    .summary = "one mutex around sequential parsing; whoever feeds parses under it",
    .shared_state = "the streams and the counts",
    .protected_by = "one mutex guards all of it",
    .claim_point = "taking the mutex: feeds are counted in that order",
    .ordering = "every call sees all that calls before it did",
    .progress = "blocking: a long feed stops every other stream and every report",
    .failure = "bad_alloc from any call leaves everything as it was",
    .complexity = "feed O(bytes), report O(distinct keys log k)",
    .memory = "2 * max_event_bytes a stream, an entry for each distinct key and again for each slide that is shown",
    .source = "monitor (Hoare, 1974); the sequential drill of log parsers: lnav, GoAccess",
};

class Reference final : public LogParser {
 public:
  explicit Reference(const Options& options)
      : options_((validate(options), options)), rules_(options_), tally_(options_) {}

  FeedStatus feed(std::string_view stream, std::string_view bytes, TimeNs now_ns,
                  std::shared_ptr<const void>) override {
    const MutexLock lock(mutex_);
    if (finished_) return FeedStatus::finished;
    if (stream.size() > max_stream_name_bytes) return FeedStatus::invalid_stream;
    auto found = streams_.find(stream);
    bool is_new = false;
    if (found == streams_.end()) {
      if (streams_.size() == options_.max_streams) return FeedStatus::too_many_streams;
      found = streams_.try_emplace(std::string(stream), options_, rules_, stream).first;
      is_new = true;
    }
    try {
      change(found->second, scratch_, tally_,
             [&](StreamParser& parser, Scratch& scratch) { parser.feed(bytes, now_ns, scratch); });
    } catch (...) {
      if (is_new) streams_.erase(found);
      throw;
    }
    return FeedStatus::accepted;
  }

  void flush_idle(TimeNs now_ns) override {
    const MutexLock lock(mutex_);
    change_all(streams_, scratch_, tally_,
               [&](StreamParser& parser, Scratch& scratch) { parser.flush_idle(now_ns, scratch); });
  }

  void advance_windows(TimeNs event_time_ns) override {
    const MutexLock lock(mutex_);
    tally_.advance(slide_number(event_time_ns, options_.slide_ns));
  }

  void drain() override {}

  void finish() override {
    const MutexLock lock(mutex_);
    if (finished_) return;
    finished_ = true;
    change_all(streams_, scratch_, tally_, [](StreamParser& parser, Scratch& scratch) { parser.finish(scratch); });
  }

  std::vector<Event> take_events() override {
    const MutexLock lock(mutex_);
    KeptEvents<StreamParser> kept(streams_.size());
    for (auto& [name, parser] : streams_) kept.take_from(parser);
    return kept.all();
  }

  Report report() override {
    const MutexLock lock(mutex_);
    return tally_.report();
  }

 private:
  template <class Change>
  static void change(StreamParser& parser, Scratch& scratch, Tally& tally, Change change) {
    parser.change(scratch, [&] { change(parser, scratch); }, [&](const CountDelta& delta) { tally.add(delta); });
  }
  using Streams = std::map<std::string, StreamParser, std::less<>>;
  template <class Change>
  static void change_all(Streams& streams, Scratch& scratch, Tally& tally, Change make_change) {
    for (auto& stream : streams) {
      until_there_is_memory([&] { change(stream.second, scratch, tally, make_change); });
    }
  }

  const Options options_;
  const ParseRules rules_;
  Mutex mutex_{{"log parser", 0}};
  Streams streams_ GUARDED_BY(mutex_);
  Tally tally_ GUARDED_BY(mutex_);
  Scratch scratch_ GUARDED_BY(mutex_);
  bool finished_ GUARDED_BY(mutex_) = false;
};

const bool registered = register_implementation<LogParser, Reference>("reference", contract.within(without_threads));

}  // namespace
}  // namespace contend::log_parser
