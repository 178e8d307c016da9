#include "stress/linearizability/judging.hpp"

#include <fmt/core.h>

namespace contend {

std::string tell_illegal(std::vector<ToldCall> calls) {
  constexpr std::size_t shown = 12;
  std::ranges::sort(calls, {}, &ToldCall::begin);
  const std::size_t from = calls.size() > shown ? calls.size() - shown : 0;
  std::string text =
      fmt::format("no order of these calls explains the answers (last {} of {}):\n", calls.size() - from, calls.size());
  for (std::size_t i = from; i < calls.size(); ++i) {
    const std::uint64_t zero = calls[from].begin;
    const std::string end = calls[i].end == never_returned ? "..." : std::to_string(calls[i].end - zero);
    text += fmt::format("  thread {} [{:>8}, {:>8}] {}\n", calls[i].thread, calls[i].begin - zero, end, calls[i].text);
  }
  return text;
}

}  // namespace contend
