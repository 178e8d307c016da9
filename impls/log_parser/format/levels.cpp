#include "impls/log_parser/format/levels.hpp"

#include <array>

namespace contend::log_parser {
namespace {

struct NamedLevel {
  std::string_view name;
  Level level;
};
// In the order of their first letters.
constexpr std::array<NamedLevel, 38> named_levels{{
    {"alert", Level::fatal},        {"critical", Level::fatal}, {"crit", Level::fatal},   {"config", Level::debug},
    {"debug", Level::debug},        {"dbg", Level::debug},      {"debug1", Level::debug}, {"debug2", Level::debug},
    {"debug3", Level::debug},       {"debug4", Level::debug},   {"debug5", Level::debug}, {"dpanic", Level::fatal},
    {"error", Level::error},        {"err", Level::error},      {"emerg", Level::fatal},  {"emergency", Level::fatal},
    {"fatal", Level::fatal},        {"ftl", Level::fatal},      {"fine", Level::debug},   {"finer", Level::trace},
    {"finest", Level::trace},       {"info", Level::info},      {"inf", Level::info},     {"information", Level::info},
    {"informational", Level::info}, {"log", Level::info},       {"notice", Level::info},  {"note", Level::info},
    {"panic", Level::fatal},        {"severe", Level::error},   {"success", Level::info}, {"trace", Level::trace},
    {"trc", Level::trace},          {"verbose", Level::trace},  {"vrb", Level::trace},    {"warn", Level::warn},
    {"warning", Level::warn},       {"wrn", Level::warn},
}};
// Where the names of a letter begin in that order.
constexpr std::array<std::uint8_t, 27> first_names = [] {
  std::array<std::uint8_t, 27> first{};
  for (std::size_t letter = 0; letter < first.size(); ++letter) {
    std::uint8_t at = 0;
    while (at < named_levels.size() && static_cast<std::size_t>(named_levels[at].name[0] - 'a') < letter) ++at;
    first[letter] = at;
  }
  return first;
}();

// Without what a word may be wrapped in.
std::string_view without_marks(std::string_view word) {
  static constexpr ByteSet marks(" \t[](){}<>|,;:-=*\"'#./");
  if (!word.empty() && is_letter(word.front()) && is_letter(word.back())) return word;  // as most are
  return trimmed(word, [](char c) { return marks.has(c); });
}

// A level, alone or behind a module or a process, as in [core:error] and [12:ERROR].
Level level_in_brackets(std::string_view inside) {
  const std::string_view word = without_marks(inside);
  if (word.size() == 1) return level_of_letter(word[0]);
  const Level level = level_of(word);
  if (level != Level::unknown) return level;
  if (word == "System") return Level::info;  // MySQL's, of its start and end
  const std::size_t colon = word.rfind(':');
  return colon == std::string_view::npos ? Level::unknown : level_of(word.substr(colon + 1));
}

// level=error, lvl:warn.
Level level_after_name(std::string_view word) {
  const std::size_t mark = word.find_first_of("=:");
  if (mark == std::string_view::npos || mark == 0) return Level::unknown;
  for (const std::string_view known : {"level", "lvl", "severity", "loglevel"}) {
    if (equal_ignoring_case(word.substr(0, mark), known)) return level_of(without_marks(word.substr(mark + 1)));
  }
  return Level::unknown;
}

// What PostgreSQL writes to say more of the line before.
bool is_postgresql_detail(std::string_view word) {
  return word == "DETAIL:" || word == "HINT:" || word == "STATEMENT:" || word == "CONTEXT:" || word == "QUERY:" ||
         word == "LOCATION:";
}

Level level_of_piece(std::string_view piece, bool any_case, bool between_dashes) {
  if (piece.size() == 1) {
    const bool common = std::string_view("TVDIWEF").find(piece[0]) != std::string_view::npos;
    return any_case && common ? level_of_letter(piece[0]) : Level::unknown;
  }
  const std::string_view core = without_marks(piece);
  const Level level = level_of(core);
  if (level != Level::unknown) {
    const char last = piece.back();
    const bool marked = last == ':' || last == '|' || between_dashes || std::ranges::all_of(core, is_capital);
    return any_case || marked ? level : Level::unknown;
  }
  if (piece.back() == ':' && is_postgresql_detail(piece)) return Level::info;
  return level_after_name(piece);
}

// The next word, or a part of it: time|LEVEL|text and LEVEL:name:text hold several.
std::string_view take_piece(Cursor& cursor) {
  const std::string_view rest = cursor.rest();
  std::size_t end = 0;
  while (end < rest.size() && rest[end] != ' ' && rest[end] != '\t') {
    const char c = rest[end++];
    if (c == '|' || (c == ',' && end == 1)) break;
    // ERROR:name, ERROR,name and ERROR/name, but not a time, an address or level:error.
    if ((c == ':' || c == ',' || c == '/') && end > 3 && end < 16 &&
        level_of(without_marks(rest.substr(0, end))) != Level::unknown) {
      break;
    }
  }
  cursor.skip(end);
  return rest.substr(0, end);
}

// What stands between this bracket and its end, if that is near; the cursor is then behind it.
std::string_view take_brackets(Cursor& cursor) {
  const char open = cursor.peek();
  const char close = open == '[' ? ']' : open == '(' ? ')' : open == '<' ? '>' : '\0';
  if (close == '\0') return {};
  const std::string_view rest = cursor.rest();
  const std::size_t end = rest.find(close);
  if (end == std::string_view::npos) return {};
  cursor.skip(end + 1);
  return rest.substr(0, end + 1);
}

// A level that is a word of letters alone, as most are. Unknown: it is none, or the long way decides.
Level level_of_plain_word(std::string_view rest, bool any_case, std::size_t& size) {
  constexpr std::size_t longest = 13;
  size = 0;
  bool capitals = true;
  while (size < rest.size() && size <= longest && is_letter(rest[size])) capitals &= is_capital(rest[size++]);
  const bool ends = size == rest.size() || is_blank(rest[size]);
  return ends && (any_case || capitals) ? level_of(rest.substr(0, size)) : Level::unknown;
}

}  // namespace

Level level_of(std::string_view word) {
  if (word.size() < 3 || word.size() > 13) return Level::unknown;
  const auto letter = static_cast<unsigned char>((word[0] | 0x20) - 'a');
  if (letter >= 26) return Level::unknown;
  for (std::size_t i = first_names[letter]; i < first_names[letter + 1U]; ++i) {
    if (equal_ignoring_case(word, named_levels[i].name)) return named_levels[i].level;
  }
  return Level::unknown;
}

Level level_of_letter(char letter) {
  switch (letter) {
    case 'T':
    case 'V':
      return Level::trace;
    case 'D':
      return Level::debug;
    case 'I':
    case 'N':
      return Level::info;
    case 'W':
      return Level::warn;
    case 'E':
      return Level::error;
    case 'F':
    case 'C':
    case 'A':
      return Level::fatal;
    default:
      return Level::unknown;
  }
}

Level level_of_priority(int priority) {
  static constexpr std::array<Level, 8> levels{Level::fatal, Level::fatal, Level::fatal, Level::error,
                                               Level::warn,  Level::info,  Level::info,  Level::debug};
  return priority >= 0 && priority < 8 ? levels[static_cast<std::size_t>(priority)] : Level::unknown;
}

Level level_of_number(int value) {
  static constexpr std::array<Level, 7> steps{Level::unknown, Level::trace, Level::debug, Level::info,
                                              Level::warn,    Level::error, Level::fatal};
  static constexpr std::array<Level, 9> hundreds{Level::unknown, Level::debug, Level::info,  Level::warn, Level::error,
                                                 Level::fatal,   Level::fatal, Level::fatal, Level::fatal};
  static constexpr std::array<Level, 5> ten_thousands{Level::trace, Level::debug, Level::info, Level::warn,
                                                      Level::error};
  if (value >= 10 && value < 70) return steps[static_cast<std::size_t>(value / 10)];
  if (value >= 100 && value < 900) return hundreds[static_cast<std::size_t>(value / 100)];
  if (value == 5000) return Level::trace;
  if (value >= 10'000 && value < 50'000) return ten_thousands[static_cast<std::size_t>(value / 10'000)];
  return Level::unknown;
}

Level level_of_python(int value) {
  return value <= 0    ? Level::unknown
         : value <= 10 ? Level::debug
         : value <= 20 ? Level::info
         : value <= 30 ? Level::warn
         : value <= 40 ? Level::error
                       : Level::fatal;
}

Level level_of_otel(int value) {
  static constexpr std::array<Level, 6> steps{Level::trace, Level::debug, Level::info,
                                              Level::warn,  Level::error, Level::fatal};
  return value >= 1 && value <= 24 ? steps[static_cast<std::size_t>(value - 1) / 4] : Level::unknown;
}

Level find_level(Cursor& cursor, int most_words, LevelWords words) {
  Cursor ahead = cursor;
  bool first = words == LevelWords::first_in_any_case;
  bool dash_before = false;
  for (int word = 0; word < most_words && !ahead.done();) {
    ahead.skip_spaces();
    std::size_t size = 0;
    Level level = level_of_plain_word(ahead.rest(), first, size);
    if (level != Level::unknown) {
      ahead.skip(size);
      cursor = ahead;
      return level;
    }
    if (const std::string_view brackets = take_brackets(ahead); !brackets.empty()) {
      level = level_in_brackets(brackets);
      ++word;
      first &= brackets[0] != '<';
    } else {
      const std::string_view piece = take_piece(ahead);
      const bool ends_word = ahead.done() || ahead.peek() == ' ' || ahead.peek() == '\t';
      const bool only_marks = without_marks(piece).empty();
      const bool dash_behind = ahead.rest().starts_with(" - ");
      // PHP's "Fatal error:" is one level in two words.
      const bool two_words = equal_ignoring_case(piece, "fatal") && ahead.rest().starts_with(" error:");
      if (!only_marks) level = level_of_piece(piece, first || two_words, dash_before && dash_behind);
      dash_before = piece == "-";
      if (!only_marks && ends_word) ++word;
      first &= only_marks;
    }
    if (level == Level::unknown) continue;
    cursor = ahead;
    return level;
  }
  return Level::unknown;
}

}  // namespace contend::log_parser
