#include "impls/log_parser/counting/tally.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "impls/log_parser/counting/timeline.hpp"

namespace contend::log_parser {

namespace {

// Slides of 36 years reach back before any time: the end of such a one is the earliest that there is.
TimeNs end_of(std::int64_t slide, DurationNs slide_ns) {
  TimeNs end_ns = 0;
  return __builtin_mul_overflow(slide + 1, slide_ns, &end_ns) ? std::numeric_limits<TimeNs>::min() : end_ns;
}

// Calls each(slide, errors) for the errors of one slide that follow each other.
template <class Each>
void for_each_run(const std::vector<CountDelta::Error>& errors, Each each) {
  for (std::size_t first = 0, next = 0; first < errors.size(); first = next) {
    while (next < errors.size() && errors[next].slide == errors[first].slide) ++next;
    each(errors[first].slide, next - first);
  }
}

}  // namespace

std::int64_t slide_number(TimeNs time_ns, DurationNs slide_ns) {
  return floor_divide(std::clamp(time_ns, -max_log_duration_ns, max_log_time_ns), slide_ns);
}

bool SlideCounts::hold(std::int64_t wanted) {
  if (number > wanted) return false;
  if (number < wanted) {
    number = wanted;
    events = errors = 0;
    by_key.clear();
  }
  return true;
}

SlideCounts& Tally::place_of(std::int64_t slide) {
  const std::int64_t size = shape_.kept_slides();
  return ring_[static_cast<std::size_t>(slide - floor_divide(slide, size) * size)];
}

SlideCounts* Tally::slide(std::int64_t number) {
  if (number <= newest_slide_ - shape_.kept_slides()) return nullptr;
  SlideCounts& place = place_of(number);
  return place.hold(number) ? &place : nullptr;
}

void Tally::make_room(const CountDelta& delta) {
  numbers_.clear();
  numbers_.reserve(delta.keys.size());
  for (std::uint32_t key = 0; key < delta.keys.size(); ++key) {
    numbers_.push_back(keys_.intern(delta.keys[key], delta.keys.hash(key)));
  }
  // A key without a count, or without a place for one, is in no report.
  if (keys_.size() > counts_.capacity()) counts_.reserve(std::max(keys_.size(), 2 * counts_.size()));
  counts_.resize(keys_.size());
  for_each_run(delta.errors, [this](std::int64_t slide, std::size_t) { place_of(slide).coming = 0; });
  for_each_run(delta.errors, [this](std::int64_t slide, std::size_t errors) { place_of(slide).coming += errors; });
  for_each_run(delta.errors, [this](std::int64_t slide, std::size_t) {
    SlideCounts& place = place_of(slide);
    const std::size_t wanted = place.by_key.size() + std::min(std::exchange(place.coming, 0), keys_.size());
    if (wanted > place.by_key.max_load()) place.by_key.reserve(std::max(wanted, 2 * place.by_key.size()));
  });
}

void Tally::add_in_room(const CountDelta& delta) noexcept {
  totals_ += delta.totals;
  advance(delta.newest_slide);
  for (const CountDelta::Slide& part : delta.slides) {
    if (SlideCounts* const place = slide(part.number)) {
      place->events += part.events;
      place->errors += part.errors;
    }
  }
  SlideCounts* place = nullptr;
  std::int64_t place_number = CountDelta::no_slide;
  for (const CountDelta::Error& error : delta.errors) {
    const std::uint32_t number = numbers_[error.key];
    counts_[number] += error.count;
    errors_ += error.count;
    if (error.slide == CountDelta::no_slide) continue;
    if (error.slide != place_number) {
      place_number = error.slide;
      place = slide(place_number);
    }
    if (place != nullptr) place->by_key[number] += error.count;
  }
}

void Tally::add(const Tally& other) {
  totals_ += other.totals_;
  errors_ += other.errors_;
  advance(other.newest_slide_);
  numbers_.clear();
  for (std::uint32_t key = 0; key < other.counts_.size(); ++key) {
    const std::uint32_t number = keys_.intern(other.keys_[key], other.keys_.hash(key));
    numbers_.push_back(number);
    counts_.resize(keys_.size());
    counts_[number] += other.counts_[key];
  }
  for (const SlideCounts& part : other.ring_) {
    SlideCounts* const place = part.number == CountDelta::no_slide ? nullptr : slide(part.number);
    if (place == nullptr) continue;
    place->events += part.events;
    place->errors += part.errors;
    for (const auto& [key, count] : part.by_key) place->by_key[numbers_[key]] += count;
  }
}

Report Tally::report() const {
  ReportBuilder builder(shape_, k_);
  builder.totals = totals_;
  builder.newest_slide = newest_slide_;
  ErrorCounts newest;
  for (const SlideCounts& place : ring_) {
    builder.add_slide(place.number, place.events, place.errors);
    if (!builder.in_newest_window(place.number)) continue;
    for (const auto& [key, count] : place.by_key) newest[key] += count;
  }
  for (std::uint32_t key = 0; key < counts_.size(); ++key) {
    if (counts_[key] > 0) builder.add_all_time(keys_[key], counts_[key]);
  }
  for (const auto& [key, count] : newest) builder.add_newest_window(keys_[key], count);
  return builder.make();
}

void ReportBuilder::add_slide(std::int64_t number, std::uint64_t events, std::uint64_t errors) {
  if (number == CountDelta::no_slide || number <= newest_slide - shape_.kept_slides()) return;
  SlideCounts& slide = slides_.emplace_back();
  slide.number = number;
  slide.events = events;
  slide.errors = errors;
}

Report ReportBuilder::make() {
  Report report;
  report.totals = totals;
  for (const SlideCounts& slide : slides_) report.windowed += slide.events;
  report.retired = totals.events - totals.late - totals.untimed - report.windowed;
  if (newest_slide != CountDelta::no_slide) {
    for (std::int64_t last = newest_slide - shape_.windows + 1; last <= newest_slide; ++last) {
      WindowCount& window = report.windows.emplace_back();
      window.end_ns = end_of(last, shape_.slide_ns);
      for (const SlideCounts& slide : slides_) {
        if (slide.number > last || slide.number <= last - shape_.slides_per_window) continue;
        window.events += slide.events;
        window.errors += slide.errors;
      }
    }
  }
  report.all_time = top_of(all_time_, k_);
  report.newest_window = top_of(newest_window_, k_);
  return report;
}

TopErrors ReportBuilder::top_of(std::vector<Counted>& counted, std::size_t k) {
  TopErrors top;
  top.distinct = counted.size();
  for (const Counted& error : counted) top.errors += error.count;
  const std::size_t shown = std::min(k, counted.size());
  std::ranges::partial_sort(
      counted, counted.begin() + static_cast<std::ptrdiff_t>(shown),
      [](const Counted& a, const Counted& b) { return a.count != b.count ? a.count > b.count : a.key < b.key; });
  for (std::size_t i = 0; i < shown; ++i) top.top.push_back({std::string(counted[i].key), counted[i].count});
  return top;
}

}  // namespace contend::log_parser
