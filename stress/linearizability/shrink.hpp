#pragma once

#include <algorithm>
#include <vector>

#include "stress/linearizability/checker.hpp"

namespace contend {

// The smallest prefix in time of an illegal history that is illegal too: what happened until the model got stuck.
// Operations that had not returned by then may or may not have happened. O(log n) checks.
template <class Model>
std::vector<Timed<typename Model::Operation>> smallest_illegal_prefix(
    std::vector<Timed<typename Model::Operation>> history, Model model = {}, CheckLimits limits = {}) {
  std::vector<std::uint64_t> ends;
  for (const auto& timed : history) ends.push_back(timed.end);
  std::ranges::sort(ends);
  const auto prefix_until = [&](std::uint64_t until) {
    std::vector<Timed<typename Model::Operation>> prefix;
    for (auto timed : history) {
      if (timed.begin > until) continue;
      if (timed.end > until) timed.end = never_returned;
      prefix.push_back(timed);
    }
    return prefix;
  };
  std::size_t legal = 0;
  std::size_t illegal = ends.empty() ? 0 : ends.size() - 1;
  while (legal < illegal) {
    const std::size_t middle = (legal + illegal) / 2;
    const auto prefix = prefix_until(ends[middle]);
    if (LinearizabilityChecker<Model>(model, limits).check(prefix).verdict == Verdict::illegal) {
      illegal = middle;
    } else {
      legal = middle + 1;
    }
  }
  return ends.empty() ? history : prefix_until(ends[illegal]);
}

// A small illegal part of an illegal history: its smallest illegal prefix, without the calls that only looked and that
// the refusal does not need. Leaving such a call out never makes a legal history illegal, so what is left is still a
// proof; leaving a change out could, so changes stay. O(calls that only looked) checks at worst, fewer where many can
// go at once.
//
// Model: besides what the checker needs, `bool only_looks(const Operation&)`: no state is changed by it, whatever state
// allows its answer.
template <class Model>
std::vector<Timed<typename Model::Operation>> smallest_illegal_part(
    const std::vector<Timed<typename Model::Operation>>& history, Model model = {}, CheckLimits limits = {}) {
  using History = std::vector<Timed<typename Model::Operation>>;
  History part = smallest_illegal_prefix(history, model, limits);
  std::vector<std::size_t> lookers;  // ascending
  for (std::size_t i = 0; i < part.size(); ++i) {
    if (model.only_looks(part[i].operation)) lookers.push_back(i);
  }
  // From the last on, in chunks that get smaller, so that the indices of the others stay as they are.
  for (std::size_t chunk = lookers.size(); chunk > 0; chunk /= 2) {
    for (std::size_t end = lookers.size(); end > 0; end -= std::min(end, chunk)) {
      const std::size_t begin = end - std::min(end, chunk);
      History smaller = part;
      for (std::size_t i = end; i-- > begin;) smaller.erase(smaller.begin() + static_cast<std::ptrdiff_t>(lookers[i]));
      if (LinearizabilityChecker<Model>(model, limits).check(smaller).verdict != Verdict::illegal) continue;
      part = std::move(smaller);
      const std::size_t gone = end - begin;
      lookers.erase(lookers.begin() + static_cast<std::ptrdiff_t>(begin),
                    lookers.begin() + static_cast<std::ptrdiff_t>(end));
      for (std::size_t i = begin; i < lookers.size(); ++i) lookers[i] -= gone;
    }
  }
  return part;
}

}  // namespace contend
