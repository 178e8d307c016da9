#include "stress/hunt/tell/history.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <sstream>

namespace contend::hunt {
namespace {

struct Call {
  unsigned thread = 0;
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
  std::string text;
};

bool read_call(const std::string& line, Call& call) {
  unsigned long long begin = 0;
  unsigned long long end = 0;
  int length = 0;
  if (std::sscanf(line.c_str(), " thread %u [ %llu, %llu] %n", &call.thread, &begin, &end, &length) != 3 ||
      length == 0) {
    return false;
  }
  call.begin = begin;
  call.end = end;
  call.text = line.substr(static_cast<std::size_t>(length));
  return true;
}

// Instants that nothing happened at are of no use: those that are there, by number.
std::vector<std::string> table(std::vector<Call> calls) {
  std::vector<std::uint64_t> instants;
  for (const Call& call : calls) {
    instants.push_back(call.begin);
    instants.push_back(call.end);
  }
  std::sort(instants.begin(), instants.end());
  instants.erase(std::unique(instants.begin(), instants.end()), instants.end());
  const auto number = [&](std::uint64_t instant) {
    return static_cast<std::size_t>(std::lower_bound(instants.begin(), instants.end(), instant) - instants.begin());
  };
  std::sort(calls.begin(), calls.end(),
            [](const Call& a, const Call& b) { return a.begin != b.begin ? a.begin < b.begin : a.thread < b.thread; });
  constexpr std::size_t widest = 28;
  const std::size_t width = std::min(widest, instants.size());
  const std::size_t last = std::max<std::size_t>(instants.size() - 1, 1);
  std::vector<std::string> lines;
  for (const Call& call : calls) {
    const std::size_t from = number(call.begin) * (width - 1) / last;
    const std::size_t to = number(call.end) * (width - 1) / last;
    std::string bar(width, ' ');
    bar.replace(from, to - from + 1, to - from + 1, '-');
    bar[from] = bar[to] = '|';
    lines.push_back(fmt::format("  {}  caller {}: {}", bar, call.thread, call.text));
  }
  return lines;
}

}  // namespace

std::vector<std::string> told_history(const std::string& text) {
  std::vector<std::string> lines;
  std::vector<Call> calls;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) {
    if (Call call; read_call(line, call)) {
      calls.push_back(std::move(call));
    } else if (!line.empty()) {
      lines.push_back(line);
    }
  }
  if (calls.empty()) return lines;
  for (std::string& line : table(std::move(calls))) lines.push_back(std::move(line));
  return lines;
}

}  // namespace contend::hunt
