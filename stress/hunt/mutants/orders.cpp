#include "stress/hunt/mutants/orders.hpp"

#include <optional>
#include <regex>

namespace contend::mutants {
namespace {

// The numbers that comments give to orders, by line: "// (3) release: ..." above, or behind the code. A number holds
// for the operations that follow, up to a blank line or a statement that is none.
std::vector<std::string> pair_numbers(const SourceText& text) {
  static const std::regex numbered(R"(//.*?\((\d+)\)( [a-z_]+)?:)");
  static const std::regex ordered(R"(memory_order_|\.(load|store|exchange|compare_exchange_\w+|fetch_\w+)\()");
  std::vector<std::string> numbers(text.lines.size());
  std::string current;
  for (std::size_t i = 0; i < text.lines.size(); ++i) {
    const bool comment = trimmed(text.code[i]).empty() && !trimmed(text.lines[i]).empty();
    const bool order = std::regex_search(text.code[i], ordered);
    if (trimmed(text.lines[i]).empty()) current.clear();
    std::smatch match;
    if (std::regex_search(text.lines[i], match, numbered)) current = match[1];
    if (order) numbers[i] = current;
    if (!comment && !order && text.code[i].find(';') != std::string::npos) current.clear();
  }
  return numbers;
}

struct Weaker {
  const char* order;
  std::vector<const char*> steps;
};
const Weaker written[] = {{"memory_order_acquire", {"relaxed"}},
                          {"memory_order_release", {"relaxed"}},
                          {"memory_order_acq_rel", {"acquire", "release"}}};

void add(std::vector<Mutation>& all, std::string operation, std::size_t line, std::string instead, std::string pair) {
  int nth = 0;
  for (const Mutation& one : all) nth += one.line == line && one.operation == operation ? 1 : 0;
  all.push_back({std::move(operation), line, {std::move(instead)}, nth, std::move(pair)});
}

void weaken_written(const SourceText& text, std::size_t i, const std::string& pair, std::vector<Mutation>& all) {
  for (const Weaker& weaker : written) {
    const std::string order = weaker.order;
    for (std::size_t at = text.code[i].find(order); at != std::string::npos; at = text.code[i].find(order, at + 1)) {
      for (const char* step : weaker.steps) {
        std::string instead = text.lines[i];
        add(all, std::string("order_to_") + step, i,
            instead.replace(at, order.size(), std::string("memory_order_") + step), pair);
      }
    }
  }
}

// The strongest order below seq_cst for an operation of this name.
const char* next_below(const std::string& name) {
  if (name == "load") return "acquire";
  if (name == "store") return "release";
  return "acq_rel";
}

// Operations that name no order are seq_cst.
void weaken_default(const SourceText& text, std::size_t i, const std::string& pair, std::vector<Mutation>& all) {
  static const std::regex operation(
      R"((?:\.|->)(load|store|exchange|compare_exchange_weak|compare_exchange_strong|fetch_\w+)\()");
  const std::string& code = text.code[i];
  for (std::sregex_iterator match(code.begin(), code.end(), operation), end; match != end; ++match) {
    const std::size_t open = static_cast<std::size_t>(match->position() + match->length()) - 1;
    const std::size_t behind = behind_bracket(code, open);
    if (behind == std::string::npos || code.substr(open, behind - open).find("memory_order") != std::string::npos)
      continue;
    const bool alone = behind == open + 2;
    for (const std::string step : {next_below((*match)[1]), "relaxed"}) {
      std::string instead = text.lines[i];
      instead.insert(behind - 1, (alone ? "" : ", ") + ("std::memory_order_" + step));
      add(all, "order_to_" + step, i, instead, pair);
    }
  }
}

}  // namespace

std::vector<Mutation> weaker_orders(const SourceText& text) {
  std::vector<Mutation> all;
  const std::vector<std::string> numbers = pair_numbers(text);
  for (std::size_t i = 0; i < text.lines.size(); ++i) {
    if (text.code[i].find("atomic_thread_fence") != std::string::npos) add(all, "drop_fence", i, "", numbers[i]);
    weaken_written(text, i, numbers[i], all);
    weaken_default(text, i, numbers[i], all);
  }
  return all;
}

}  // namespace contend::mutants
