#include "impls/log_parser/counting/count_delta.hpp"

#include <algorithm>
#include <limits>
#include <tuple>

namespace contend::log_parser {
namespace {

// Adds up neighbours for which `add(to, from)` is true; needs no memory.
template <class Item, class Add>
void add_up_neighbours(std::vector<Item>& items, Add add) {
  std::size_t last = 0;
  for (std::size_t i = 1; i < items.size(); ++i) {
    if (!add(items[last], items[i])) items[++last] = items[i];
  }
  if (!items.empty()) items.resize(last + 1);
}

template <class Item>
void clear_or_free(std::vector<Item>& items, std::size_t most_kept) noexcept {
  if (items.capacity() <= most_kept) return items.clear();
  std::vector<Item>().swap(items);
}

}  // namespace

void CountDelta::add_event(std::int64_t slide, bool is_error) {
  newest_slide = std::max(newest_slide, slide);
  if (slides.empty() || slides.back().number != slide) {
    if (slides.size() >= merge_slides_at_) merge_slides();
    slides.push_back({slide, 0, 0});
  }
  ++slides.back().events;
  slides.back().errors += is_error ? 1 : 0;
}

void CountDelta::add_error(std::int64_t slide, std::uint32_t key) {
  if (errors.size() >= merge_errors_at_) merge_errors();
  errors.push_back({slide, key, 1});
}

void CountDelta::merge_slides() noexcept {
  std::ranges::sort(slides, {}, &Slide::number);
  add_up_neighbours(slides, [](Slide& to, const Slide& from) {
    if (to.number != from.number) return false;
    to.events += from.events;
    to.errors += from.errors;
    return true;
  });
  merge_slides_at_ = std::max(most_before_merging, 2 * slides.size());
}

void CountDelta::merge_errors() noexcept {
  std::ranges::sort(errors, {}, [](const Error& error) { return std::tuple(error.slide, error.key); });
  add_up_neighbours(errors, [](Error& to, const Error& from) {
    const bool fits = to.count <= std::numeric_limits<std::uint32_t>::max() - from.count;
    if (to.slide != from.slide || to.key != from.key || !fits) return false;
    to.count += from.count;
    return true;
  });
  merge_errors_at_ = std::max(most_before_merging, 2 * errors.size());
}

void CountDelta::clear() noexcept {
  totals = {};
  clear_or_free(slides, 2 * most_before_merging);
  clear_or_free(errors, 2 * most_before_merging);
  keys.clear();
  newest_slide = no_slide;
  merge_slides_at_ = merge_errors_at_ = most_before_merging;
}

}  // namespace contend::log_parser
