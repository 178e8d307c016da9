#include "impls/log_parser/counting/timeline.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace contend::log_parser {

Timeline::Timeline(const LogParser::Options& options, std::string_view stream) : options_(options), stream_(stream) {
  const auto since_1970 = std::chrono::system_clock::now().time_since_epoch();
  came_at(std::chrono::duration_cast<std::chrono::nanoseconds>(since_1970).count());
}

void Timeline::settle(ParsedBatch& batch, CountDelta& delta) {
  const bool moves_keys = delta.keys.size() == 0;
  if (moves_keys) std::swap(delta.keys, batch.keys);
  for (std::size_t i = 0; i < batch.events.size(); ++i) {
    EventRecord& record = batch.events[i];
    std::uint32_t key = record.key;
    if (!moves_keys && key != no_key) key = delta.keys.intern(batch.keys[key], batch.keys.hash(key));
    const Placed placed = place(record);
    if (placed.in_future && record.malformed == Malformed::none) record.malformed = Malformed::future_timestamp;
    count(record, placed, key, delta);
    if (options_.keep != KeepEvents::nothing) keep(record, placed, std::move(batch.texts[i]), key, delta);
  }
  delta.totals.bytes += batch.bytes;
  delta.totals.lines += batch.lines;
  delta.totals.invalid_utf8 += batch.invalid_utf8;
  at_.lines += batch.lines;
}

bool Timeline::is_in_future(TimeNs time_ns) const {
  return time_ns > options_.max_ahead_ns && time_ns - options_.max_ahead_ns > at_.present_ns;
}

std::optional<TimeNs> Timeline::stamped(const Stamp& stamp) const {
  switch (stamp.kind) {
    case Stamp::Kind::utc:
      return stamp.value_ns;
    case Stamp::Kind::yearless: {
      const TimeNs time_ns = at_.timed ? with_nearest_year(stamp, at_.watermark_ns) : with_year(stamp, options_.year);
      constexpr DurationNs year_ns = 365 * DurationNs{86'400'000'000'000};
      return is_in_future(time_ns) ? with_nearest_year(stamp, time_ns - year_ns) : time_ns;
    }
    case Stamp::Kind::none:
      break;
  }
  return std::nullopt;
}

Timeline::Placed Timeline::place(const EventRecord& record) {
  Placed placed;
  const std::optional<TimeNs> time_ns = stamped(record.stamp);
  placed.in_future = time_ns && is_in_future(*time_ns);
  if (time_ns && !placed.in_future) {
    placed.time_ns = *time_ns;
  } else {
    if (!at_.timed) return placed;
    placed.inherited = true;
    placed.time_ns = at_.last_ns;
  }
  placed.timed = true;
  placed.late = at_.timed && placed.time_ns < at_.watermark_ns - options_.allowed_lateness_ns;
  at_.watermark_ns = at_.timed ? std::max(at_.watermark_ns, placed.time_ns) : placed.time_ns;
  at_.last_ns = placed.time_ns;
  at_.timed = true;
  return placed;
}

std::int64_t Timeline::slide_of(TimeNs time_ns) {
  if (time_ns < slide_start_ns_ || time_ns - slide_start_ns_ >= options_.slide_ns) {
    slide_ = floor_divide(time_ns, options_.slide_ns);
    slide_start_ns_ = slide_ * options_.slide_ns;
  }
  return slide_;
}

void Timeline::count(const EventRecord& record, const Placed& placed, std::uint32_t key, CountDelta& delta) {
  Totals& totals = delta.totals;
  const bool error = is_error(record.level);
  ++totals.events;
  ++totals.levels[static_cast<std::size_t>(record.level)];
  if (record.malformed != Malformed::none) ++totals.malformed[static_cast<std::size_t>(record.malformed)];
  totals.orphans += record.orphan ? 1 : 0;
  if (record.text_bytes > options_.max_event_bytes) {
    ++totals.truncated;
    totals.dropped_bytes += record.text_bytes - options_.max_event_bytes;
  }
  if (placed.late) {
    ++totals.late;
    totals.late_errors += error ? 1 : 0;
    return;
  }
  std::int64_t slide = CountDelta::no_slide;
  if (placed.timed) {
    slide = slide_of(placed.time_ns);
    delta.add_event(slide, error);
  } else {
    ++totals.untimed;
  }
  if (error) delta.add_error(slide, key);
}

void Timeline::keep(const EventRecord& record, const Placed& placed, std::string&& text, std::uint32_t key,
                    CountDelta& delta) {
  const bool truncated = record.text_bytes > options_.max_event_bytes;
  const bool notable =
      record.malformed != Malformed::none || record.orphan || truncated || placed.late || record.invalid_utf8;
  if (options_.keep == KeepEvents::notable && !notable) return;
  const std::size_t bytes = sizeof(Event) + stream_.size() + text.size() + (key == no_key ? 0 : delta.keys[key].size());
  if (kept_.size() >= options_.max_kept_events || bytes > options_.max_kept_bytes - at_.kept_bytes) {
    ++delta.totals.unkept;
    return;
  }
  Event& event = kept_.emplace_back();
  at_.kept_bytes += bytes;
  event.stream = stream_;
  event.line = at_.lines + record.line;
  event.offset = record.offset;
  event.lines = record.lines;
  event.level = record.level;
  event.malformed = record.malformed;
  event.orphan = record.orphan;
  event.truncated = truncated;
  event.invalid_utf8 = record.invalid_utf8;
  event.late = placed.late;
  event.inherited_time = placed.inherited;
  if (placed.timed) event.time_ns = placed.time_ns;
  if (key != no_key) event.key = delta.keys[key];
  event.text = std::move(text);
}

Timeline::Kept Timeline::take_kept() noexcept {
  at_.kept_bytes = 0;
  return std::exchange(kept_, {});
}

void Timeline::put_back(Kept& kept) noexcept {
  for (const Event& event : kept) {
    at_.kept_bytes += sizeof(Event) + event.stream.size() + event.text.size() + event.key.size();
  }
  kept_.splice(kept_.begin(), kept);
}

}  // namespace contend::log_parser
