// mutate list FILE      every mistake that can be made in it: line operation nth pair TAB what is there TAB what instead
// mutate apply FILE LINE OPERATION NTH    the file with that one made, on standard output
// Answers 1 where there is no such mistake, 2 where it was called wrongly.

#include <cstdlib>
#include <iostream>

#include "stress/hunt/mutants/mutations.hpp"

using namespace contend::mutants;

namespace {

std::string joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += (text.empty() ? "" : " | ") + trimmed(line);
  return text;
}

int list(const SourceText& text) {
  for (const Mutation& one : mutations_of(text)) {
    const auto first = text.lines.begin() + static_cast<std::ptrdiff_t>(one.line);
    const std::vector<std::string> before(first, first + static_cast<std::ptrdiff_t>(one.instead.size()));
    std::cout << one.line + 1 << ' ' << one.operation << ' ' << one.nth << ' ' << (one.pair.empty() ? "-" : one.pair)
              << '\t' << joined(before) << '\t' << joined(one.instead) << '\n';
  }
  return 0;
}

int apply(SourceText text, std::size_t line, const std::string& operation, int nth) {
  for (const Mutation& one : mutations_of(text)) {
    if (one.line + 1 != line || one.operation != operation || one.nth != nth) continue;
    for (std::size_t i = 0; i < one.instead.size(); ++i) text.lines[one.line + i] = one.instead[i];
    for (const std::string& each : text.lines) std::cout << each << '\n';
    return 0;
  }
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string wanted = argc > 1 ? argv[1] : "";
  if (wanted == "list" && argc == 3) return list(read_source(argv[2]));
  if (wanted == "apply" && argc == 6)
    return apply(read_source(argv[2]), std::strtoul(argv[3], nullptr, 10), argv[4], std::atoi(argv[5]));
  std::cerr << "mutate list FILE, or mutate apply FILE LINE OPERATION NTH\n";
  return 2;
}
