#include "impls/log_parser/format/printable.hpp"

#include <fmt/core.h>

#include "impls/base/utf8.hpp"

namespace contend::log_parser {

std::string printable(std::string_view bytes) {
  std::string text;
  while (!bytes.empty()) {
    const Utf8Piece piece = first_utf8(bytes);
    const bool good = piece.kind == Utf8Piece::Kind::character;
    const auto byte = static_cast<unsigned char>(bytes[0]);
    if (!good) {
      text += "\xEF\xBF\xBD";
    } else if (byte < 0x20 || byte == 0x7F) {
      text += fmt::format("\\x{:02x}", byte);
    } else {
      text += bytes.substr(0, piece.size);
    }
    bytes.remove_prefix(good ? piece.size : 1);
  }
  return text;
}

}  // namespace contend::log_parser
