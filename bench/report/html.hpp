#pragma once

#include <string>
#include <string_view>

namespace contend {

// As the text of an element or the value of an attribute.
inline std::string escaped(std::string_view text) {
  std::string html;
  for (const char c : text) {
    switch (c) {
      case '&':
        html += "&amp;";
        break;
      case '<':
        html += "&lt;";
        break;
      case '>':
        html += "&gt;";
        break;
      case '"':
        html += "&quot;";
        break;
      default:
        html += c;
    }
  }
  return html;
}

// As a part of an address.
inline std::string percent_encoded(std::string_view text) {
  constexpr std::string_view plain = "-_.~/:=;,()!*' ";
  std::string address;
  for (const char c : text) {
    const bool stays = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       plain.find(c) != std::string_view::npos;
    constexpr std::string_view digits = "0123456789ABCDEF";
    const auto byte = static_cast<unsigned char>(c);
    address += stays ? std::string(1, c) : std::string{'%', digits[byte / 16], digits[byte % 16]};
  }
  return address;
}

}  // namespace contend
