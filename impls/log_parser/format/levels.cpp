#include "impls/log_parser/format/levels.hpp"

#include <algorithm>
#include <cstdint>

namespace contend::log_parser {

Level level_of(std::string_view word) {
  constexpr auto four = [](const char* bytes) {
    std::uint32_t value = 0;
    for (int i = 3; i >= 0; --i) value = value << 8 | static_cast<unsigned char>(bytes[i]);
    return value;
  };
  if (word.size() < 4 || word.size() > 8) return Level::unknown;
  const auto rest_is = [&](std::string_view lower) {
    const std::string_view rest = word.substr(4);
    return rest.size() == lower.size() && std::ranges::equal(rest, lower, {}, [](char c) { return c | 0x20; });
  };
  switch (four(word.data()) | 0x20202020U) {
    case four("trac"):
      return rest_is("e") ? Level::trace : Level::unknown;
    case four("debu"):
      return rest_is("g") ? Level::debug : Level::unknown;
    case four("info"):
      return rest_is("") ? Level::info : Level::unknown;
    case four("noti"):
      return rest_is("ce") ? Level::info : Level::unknown;
    case four("warn"):
      return rest_is("") || rest_is("ing") ? Level::warn : Level::unknown;
    case four("erro"):
      return rest_is("r") ? Level::error : Level::unknown;
    case four("seve"):
      return rest_is("re") ? Level::error : Level::unknown;
    case four("fata"):
      return rest_is("l") ? Level::fatal : Level::unknown;
    case four("crit"):
      return rest_is("ical") ? Level::fatal : Level::unknown;
    default:
      return Level::unknown;
  }
}

}  // namespace contend::log_parser
