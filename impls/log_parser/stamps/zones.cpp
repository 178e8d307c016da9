#include "impls/log_parser/stamps/zones.hpp"

#include <array>
#include <string_view>

namespace contend::log_parser {
namespace {

constexpr int ambiguous = 100'000;

struct NamedZone {
  std::string_view name;
  int east_minutes;
};
// As PostgreSQL and RFC 5322 read them where more than one place uses a name; what they do not decide is ambiguous.
constexpr std::array<NamedZone, 59> named_zones{{
    {"UTC", 0},         {"GMT", 0},         {"UT", 0},          {"WET", 0},         {"WEST", 60},
    {"BST", 60},        {"CET", 60},        {"MET", 60},        {"CEST", 120},      {"MEST", 120},
    {"EET", 120},       {"EEST", 180},      {"MSK", 180},       {"EST", -300},      {"EDT", -240},
    {"CST", -360},      {"CDT", -300},      {"MST", -420},      {"MDT", -360},      {"PST", -480},
    {"PDT", -420},      {"AKST", -540},     {"AKDT", -480},     {"HST", -600},      {"HDT", -540},
    {"NST", -210},      {"NDT", -150},      {"JST", 540},       {"KST", 540},       {"HKT", 480},
    {"SGT", 480},       {"PKT", 300},       {"WIB", 420},       {"SAST", 120},      {"EAT", 180},
    {"CAT", 120},       {"WAT", 60},        {"TRT", 180},       {"BRT", -180},      {"ART", -180},
    {"IDT", 180},       {"AEST", 600},      {"AEDT", 660},      {"ACST", 570},      {"ACDT", 630},
    {"AWST", 480},      {"NZST", 720},      {"NZDT", 780},      {"IST", ambiguous}, {"AST", ambiguous},
    {"ADT", ambiguous}, {"SST", ambiguous}, {"GST", ambiguous}, {"AMT", ambiguous}, {"AMST", ambiguous},
    {"ECT", ambiguous}, {"BDT", ambiguous}, {"PYT", ambiguous}, {"WST", ambiguous},
}};

// Where the names of the IANA's zones begin. What they mean changes, and is not known here.
constexpr std::array<std::string_view, 14> areas{"Africa/",   "America/",   "Antarctica/", "Arctic/", "Asia/",
                                                 "Atlantic/", "Australia/", "Brazil/",     "Canada/", "Etc/",
                                                 "Europe/",   "Indian/",    "Pacific/",    "US/"};

bool ends_word(char c) {
  return !is_letter(c) && !is_digit(c) && c != '_' && c != '/';
}

bool is_area(std::string_view bytes) {
  if (bytes.size() < 4 || !is_capital(bytes[0]) || (is_capital(bytes[1]) && bytes[2] != '/')) return false;
  return std::ranges::any_of(areas, [&](std::string_view area) { return bytes.starts_with(area); });
}

// + or -, as a byte or as the minus sign U+2212; 0: neither.
int take_sign(Cursor& cursor) {
  if (cursor.take('+')) return 1;
  return cursor.take('-') || cursor.take("\xE2\x88\x92") ? -1 : 0;
}

// What follows the sign. `short_hours`: one digit is enough, as after UTC.
ZoneShape read_offset(Cursor& cursor, int sign, bool short_hours, DurationNs& east_ns) {
  int hours = 0;
  int minutes = 0;
  int seconds = 0;
  const std::size_t digits = cursor.digits();
  if (digits == 4) {
    cursor.leading_number(2, hours);
    cursor.leading_number(2, minutes);
  } else if (digits == 2 || (digits == 1 && short_hours)) {
    cursor.number(1, 2, hours);
    if (cursor.peek() == ':' && is_digit(cursor.peek(1))) {
      cursor.skip(1);
      if (!cursor.leading_number(2, minutes)) return ZoneShape::impossible;
      if (cursor.peek() == ':' && is_digit(cursor.peek(1))) {
        cursor.skip(1);
        if (!cursor.leading_number(2, seconds)) return ZoneShape::impossible;
      }
    }
  } else {
    return ZoneShape::impossible;
  }
  if (!ends_word(cursor.peek()) || hours > 15 || minutes > 59 || seconds > 59) return ZoneShape::impossible;
  east_ns = sign * ((hours * 60LL + minutes) * 60 + seconds) * 1'000'000'000;
  return ZoneShape::whole;
}

ZoneShape read_name(Cursor& cursor, DurationNs& east_ns) {
  if (!is_capital(cursor.peek())) return ZoneShape::none;
  Cursor ahead = cursor;
  std::size_t letters = 0;
  while (is_capital(ahead.peek(letters)) && letters < 5) ++letters;
  const std::string_view name = ahead.rest().substr(0, letters);
  ahead.skip(letters);
  if (!ends_word(ahead.peek())) return ZoneShape::none;
  if (name == "Z") {
    east_ns = 0;
    cursor = ahead;
    return ZoneShape::whole;
  }
  const auto* const zone = std::ranges::find(named_zones, name, &NamedZone::name);
  if (zone == named_zones.end()) return ZoneShape::none;
  cursor = ahead;
  if (zone->east_minutes == ambiguous) return ZoneShape::impossible;
  east_ns = zone->east_minutes * 60'000'000'000LL;
  Cursor sign_ahead = cursor;
  const int sign = zone->east_minutes == 0 ? take_sign(sign_ahead) : 0;
  if (sign == 0 || !is_digit(sign_ahead.peek())) return ZoneShape::whole;
  cursor = sign_ahead;
  return read_offset(cursor, sign, true, east_ns);
}

// A name after an offset only repeats it.
void skip_repeated_name(Cursor& cursor) {
  Cursor ahead = cursor;
  ahead.skip_spaces();
  const char open = ahead.peek();
  if (open == '[' || open == '(') ahead.skip(1);
  DurationNs ignored = 0;
  const std::size_t close = ahead.rest().substr(0, 48).find(" Time)");
  if (open == '(' && close != std::string_view::npos) {  // (Central European Standard Time), as browsers write it
    ahead.skip(close + 5);
  } else if (is_area(ahead.rest())) {
    while (!ends_word(ahead.peek()) || ahead.peek() == '-') ahead.skip(1);
  } else if (read_name(ahead, ignored) == ZoneShape::none) {
    return;
  }
  if ((open == '[' && !ahead.take(']')) || (open == '(' && !ahead.take(')'))) return;
  cursor = ahead;
}

// Right after the time, or `apart` by spaces or a bracket.
ZoneShape read_here(Cursor& cursor, bool apart, DurationNs& east_ns) {
  if (is_area(cursor.rest())) return ZoneShape::impossible;
  if (!apart && cursor.peek() == 'z' && ends_word(cursor.peek(1))) {
    cursor.skip(1);
    return ZoneShape::whole;
  }
  Cursor ahead = cursor;
  const int sign = take_sign(ahead);
  if (sign == 0) {
    const ZoneShape shape = read_name(cursor, east_ns);
    if (shape == ZoneShape::whole) skip_repeated_name(cursor);
    return shape;
  }
  // A dash that separates words, or a number of the text.
  if (!is_digit(ahead.peek()) || (apart && ahead.digits() > 4)) return ZoneShape::none;
  cursor = ahead;
  const ZoneShape shape = read_offset(cursor, sign, false, east_ns);
  if (shape == ZoneShape::whole) skip_repeated_name(cursor);
  return shape;
}

}  // namespace

ZoneShape read_zone(Cursor& cursor, DurationNs& east_ns) {
  east_ns = 0;
  Cursor ahead = cursor;
  ahead.skip_spaces();
  const bool apart = ahead.rest().size() != cursor.rest().size();
  const char open = ahead.peek();
  if (apart && (open == '[' || open == '(')) {
    ahead.skip(1);
    const bool named = is_letter(ahead.peek());
    const ZoneShape shape = read_here(ahead, true, east_ns);
    // What else there may be in brackets is no zone.
    if (shape == ZoneShape::none || (shape == ZoneShape::impossible && !named) ||
        (shape == ZoneShape::whole && !ahead.take(open == '[' ? ']' : ')'))) {
      east_ns = 0;
      return ZoneShape::none;
    }
    cursor = ahead;
    return shape;
  }
  const ZoneShape shape = read_here(ahead, apart, east_ns);
  if (shape != ZoneShape::none) cursor = ahead;
  return shape;
}

}  // namespace contend::log_parser
