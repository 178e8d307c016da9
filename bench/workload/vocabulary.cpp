#include "bench/workload/vocabulary.hpp"

#include <fmt/core.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>
#include <numeric>
#include <optional>
#include <span>
#include <stdexcept>

#include "impls/base/nearest.hpp"
#include "impls/base/wrapping.hpp"

namespace contend {
namespace {

struct Suffix {
  std::string_view text;
  std::int64_t times;
};
constexpr std::array<Suffix, 4> count_suffixes{{{"G", 1'000'000'000}, {"M", 1'000'000}, {"k", 1'000}, {"", 1}}};
constexpr std::array<Suffix, 3> byte_suffixes{{{"M", 1 << 20}, {"k", 1 << 10}, {"", 1}}};
constexpr std::array<Suffix, 4> time_suffixes{{{"s", 1'000'000'000}, {"ms", 1'000'000}, {"us", 1'000}, {"ns", 1}}};
constexpr std::array<Suffix, 1> thousandths{{{"", 1'000}}};
constexpr std::array<Suffix, 1> ten_thousandths{{{"", 10'000}}};

// The largest first.
std::span<const Suffix> suffixes_of(WordKind kind) {
  switch (kind) {
    case WordKind::count:
      return count_suffixes;
    case WordKind::bytes:
      return byte_suffixes;
    case WordKind::duration:
      return time_suffixes;
    case WordKind::exponent:
      return ten_thousandths;
    default:
      return thousandths;
  }
}

std::string example_of(const Word& word) {
  switch (word.kind) {
    case WordKind::bytes:
      return "64, 1k or 1M";
    case WordKind::count:
      return "100, 10k or 1M";
    case WordKind::duration:
      return "500ns, 20us, 5ms or 1s";
    case WordKind::exponent:
      return "0.99";
    case WordKind::choice:
      return fmt::format("{}", fmt::join(word.choices, ", "));
    default:
      return "5 or 0.1";
  }
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// `12.5` times `times`, where that is a whole number that fits.
std::optional<std::int64_t> exact_product(std::string_view number, std::int64_t times) {
  const std::size_t point = std::min(number.find('.'), number.size());
  const std::string_view fraction = number.substr(std::min(point + 1, number.size()));
  std::int64_t value = 0;
  for (const char digit : number.substr(0, point)) {
    if (__builtin_mul_overflow(value, 10, &value) || __builtin_add_overflow(value, digit - '0', &value)) return {};
  }
  if (__builtin_mul_overflow(value, times, &value)) return {};
  for (const char digit : fraction) {
    if (times % 10 != 0 && digit != '0') return {};
    times /= 10;
    if (__builtin_add_overflow(value, (digit - '0') * times, &value)) return {};
  }
  return value;
}

std::optional<std::int64_t> parse_value(const Word& word, std::string_view text) {
  if (word.kind == WordKind::choice) {
    const auto chosen = std::ranges::find(word.choices, text);
    if (chosen == word.choices.end()) return {};
    return chosen - word.choices.begin();
  }
  std::size_t end = 0;
  while (end < text.size() && is_digit(text[end])) ++end;
  if (end == 0) return {};
  if (end < text.size() && text[end] == '.') {
    const std::size_t point = end++;
    while (end < text.size() && is_digit(text[end])) ++end;
    if (end == point + 1) return {};
  }
  const std::string_view number = text.substr(0, end);
  const std::string_view unit = text.substr(end);
  // None of anything needs no unit.
  if (unit.empty() && number.find_first_not_of("0.") == std::string_view::npos) return 0;
  for (const auto& [suffix, times] : suffixes_of(word.kind)) {
    if (suffix == unit) return exact_product(number, times);
  }
  return {};
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view blanks = " \t\r\n";
  const std::size_t first = text.find_first_not_of(blanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

// What stands between the commas; nothing of a text that is blank.
std::vector<std::string_view> items_of(std::string_view text) {
  std::vector<std::string_view> items;
  if (trimmed(text).empty()) return items;
  while (true) {
    const std::size_t comma = std::min(text.find(','), text.size());
    items.push_back(trimmed(text.substr(0, comma)));
    if (comma == text.size()) return items;
    text.remove_prefix(comma + 1);
  }
}

std::size_t place_of(const Vocabulary& vocabulary, std::string_view name) {
  const auto found = std::ranges::find(vocabulary, name, &Word::name);
  if (found != vocabulary.end()) return static_cast<std::size_t>(found - vocabulary.begin());
  std::vector<std::string> names;
  for (const Word& word : vocabulary) names.push_back(word.name);
  throw std::invalid_argument(
      fmt::format("'{}' is none of its words; did you mean '{}'?", name, nearest_name(name, names)));
}

std::string bounds_of(const Word& word) {
  return fmt::format("{} to {}", value_text(word, word.least), value_text(word, word.most));
}

std::int64_t value_of(const Word& word, std::string_view text) {
  const std::optional<std::int64_t> value = parse_value(word, text);
  if (!value && word.kind == WordKind::choice) {
    throw std::invalid_argument(fmt::format("{}={} is no choice; it may be {}.", word.name, text, example_of(word)));
  }
  if (!value) {
    throw std::invalid_argument(
        fmt::format("{}={} cannot be read; write {}={}.", word.name, text, word.name, example_of(word)));
  }
  if (*value < word.least || *value > word.most) {
    throw std::invalid_argument(fmt::format("{}={} is out of bounds: {}.", word.name, text, bounds_of(word)));
  }
  return *value;
}

bool is_share(const Word& word) {
  return word.kind == WordKind::share;
}

// Divides the shares by what they have in common, and answers their sum.
std::int64_t reduce_shares(const Vocabulary& vocabulary, WordValues& values) {
  std::int64_t common = 0;
  std::int64_t sum = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (is_share(vocabulary[i])) common = std::gcd(common, values[i]);
  }
  for (std::size_t i = 0; i < values.size() && common > 0; ++i) {
    if (is_share(vocabulary[i])) sum += values[i] /= common;
  }
  return sum;
}

// By how much shares grow to be shown, in thousandths: as percent where that is exact, else as the least whole numbers, or
// as they are where those would be out of bounds.
std::int64_t share_scale(std::int64_t sum) {
  constexpr std::int64_t hundred = 100'000;
  if (hundred % sum == 0) return hundred / sum;
  return sum <= 1'000'000 ? 1'000 : 1;
}

}  // namespace

WordValues default_values(const Vocabulary& vocabulary) {
  WordValues values;
  for (const Word& word : vocabulary) values.push_back(word.otherwise);
  reduce_shares(vocabulary, values);
  return values;
}

WordValues parse_words(const Vocabulary& vocabulary, std::string_view text, const WordValues& base) {
  WordValues values = base;
  std::vector<bool> named(vocabulary.size());
  bool shares_named = false;
  for (const std::string_view item : items_of(text)) {
    const std::size_t equals = item.find('=');
    if (equals == std::string_view::npos) {
      throw std::invalid_argument(fmt::format("'{}' has no value; write word=value,word=value.", item));
    }
    const std::size_t place = place_of(vocabulary, trimmed(item.substr(0, equals)));
    const Word& word = vocabulary[place];
    if (named[place]) throw std::invalid_argument(fmt::format("{} is given twice.", word.name));
    named[place] = true;
    values[place] = value_of(word, trimmed(item.substr(equals + 1)));
    shares_named = shares_named || is_share(word);
  }
  for (std::size_t i = 0; i < values.size() && shares_named; ++i) {
    if (is_share(vocabulary[i]) && !named[i]) values[i] = 0;
  }
  if (reduce_shares(vocabulary, values) == 0 && std::ranges::any_of(vocabulary, is_share)) {
    throw std::invalid_argument("no operation has a share; give one, as in " +
                                std::ranges::find_if(vocabulary, is_share)->name + "=100.");
  }
  return values;
}

NameAndRest split_name(std::string_view text, const std::vector<std::string>& names) {
  const std::size_t comma = std::min(text.find(','), text.size());
  const std::string_view first = trimmed(text.substr(0, comma));
  if (first.empty() || first.find('=') != std::string_view::npos) return {{}, text};
  if (std::ranges::find(names, first) == names.end()) {
    throw std::invalid_argument(fmt::format("no workload is called '{}'; did you mean '{}'? Or write word=value.",
                                            first, nearest_name(first, names)));
  }
  return {first, text.substr(std::min(comma + 1, text.size()))};
}

std::string value_text(const Word& word, std::int64_t value) {
  if (word.kind == WordKind::choice) return word.choices[static_cast<std::size_t>(value)];
  if (value == 0) return "0";
  const std::span<const Suffix> suffixes = suffixes_of(word.kind);
  const auto whole = std::ranges::find_if(suffixes, [&](const Suffix& suffix) { return value % suffix.times == 0; });
  if (whole != suffixes.end()) return std::to_string(value / whole->times) + std::string(whole->text);
  // Only thousandths and ten-thousandths come here: for all others the last suffix is one.
  const std::int64_t times = suffixes.back().times;
  std::string decimals = std::to_string(times + value % times).substr(1);
  decimals.erase(decimals.find_last_not_of('0') + 1);
  return std::to_string(value / times) + "." + decimals;
}

std::string canonical_text(const Vocabulary& vocabulary, const WordValues& values) {
  const WordValues defaults = default_values(vocabulary);
  bool other_shares = false;
  std::int64_t sum = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!is_share(vocabulary[i])) continue;
    other_shares = other_shares || values[i] != defaults[i];
    sum += values[i];
  }
  std::string text;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const Word& word = vocabulary[i];
    const bool told = is_share(word) ? other_shares && values[i] > 0 : values[i] != defaults[i];
    if (!told) continue;
    const std::int64_t shown = is_share(word) ? values[i] * share_scale(sum) : values[i];
    text += fmt::format("{}{}={}", text.empty() ? "" : ",", word.name, value_text(word, shown));
  }
  return text;
}

std::string defaults_text(const Vocabulary& vocabulary) {
  std::string text;
  for (const Word& word : vocabulary) {
    text += fmt::format("{}{}={}", text.empty() ? "" : ",", word.name, value_text(word, word.otherwise));
  }
  return text;
}

std::string vocabulary_table(const Vocabulary& vocabulary) {
  constexpr std::size_t indent = 22;
  std::string table;
  for (const Word& word : vocabulary) {
    std::string meaning = word.meaning;
    if (word.kind == WordKind::choice) meaning += ": " + example_of(word);
    if (!is_share(word) && word.kind != WordKind::choice) meaning += ", " + bounds_of(word);
    const std::string lines = paragraph(fmt::format("{} [{}]", meaning, value_text(word, word.otherwise)), indent);
    table += fmt::format("    {:<17} {}", word.name, lines.substr(indent));
  }
  return table;
}

}  // namespace contend
