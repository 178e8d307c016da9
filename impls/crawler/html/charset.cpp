#include "impls/crawler/html/charset.hpp"

#include <fmt/core.h>
#include <iconv.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <new>
#include <utility>

#include "impls/base/ascii.hpp"
#include "impls/base/utf8.hpp"
#include "impls/crawler/html/tokenizer.hpp"

namespace contend::crawler {
namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD";

// Labels of the WHATWG's standard for each encoding, by iconv's name; spaces around each.
struct Labels {
  std::string_view name;
  std::string_view labels;
};
constexpr std::array labels_of{
    Labels{"", " utf-8 utf8 unicode-1-1-utf-8 unicode11utf8 unicode20utf8 x-unicode20utf8 "},
    Labels{
        "CP1252",
        " windows-1252 cp1252 x-cp1252 iso-8859-1 iso8859-1 iso88591 iso_8859-1 iso_8859-1:1987 iso-ir-100 latin1 l1 "
        "csisolatin1 ibm819 cp819 us-ascii ascii ansi_x3.4-1968 x-user-defined "},
    Labels{"UTF-16LE", " utf-16 utf-16le ucs-2 iso-10646-ucs-2 csunicode unicode unicodefeff "},
    Labels{"UTF-16BE", " utf-16be unicodefffe "},
    Labels{"IBM866", " ibm866 866 cp866 csibm866 "},
    Labels{"ISO-8859-2", " iso-8859-2 iso8859-2 iso88592 iso_8859-2 iso_8859-2:1987 iso-ir-101 latin2 l2 csisolatin2 "},
    Labels{"ISO-8859-3", " iso-8859-3 iso8859-3 iso88593 iso_8859-3 iso_8859-3:1988 iso-ir-109 latin3 l3 csisolatin3 "},
    Labels{"ISO-8859-4", " iso-8859-4 iso8859-4 iso88594 iso_8859-4 iso_8859-4:1988 iso-ir-110 latin4 l4 csisolatin4 "},
    Labels{"ISO-8859-5",
           " iso-8859-5 iso8859-5 iso88595 iso_8859-5 iso_8859-5:1988 iso-ir-144 cyrillic csisolatincyrillic "},
    Labels{"ISO-8859-6",
           " iso-8859-6 iso8859-6 iso88596 iso_8859-6 iso_8859-6:1987 iso-ir-127 arabic csisolatinarabic asmo-708 "
           "ecma-114 "
           "iso-8859-6-e iso-8859-6-i csiso88596e csiso88596i "},
    Labels{"ISO-8859-7",
           " iso-8859-7 iso8859-7 iso88597 iso_8859-7 iso_8859-7:1987 iso-ir-126 greek greek8 csisolatingreek ecma-118 "
           "elot_928 sun_eu_greek "},
    Labels{
        "ISO-8859-8",
        " iso-8859-8 iso8859-8 iso88598 iso_8859-8 iso_8859-8:1988 iso-ir-138 hebrew csisolatinhebrew visual logical "
        "iso-8859-8-e iso-8859-8-i csiso88598e csiso88598i "},
    Labels{"ISO-8859-10", " iso-8859-10 iso8859-10 iso885910 iso-ir-157 latin6 l6 csisolatin6 "},
    Labels{"ISO-8859-13", " iso-8859-13 iso8859-13 iso885913 "},
    Labels{"ISO-8859-14", " iso-8859-14 iso8859-14 iso885914 "},
    Labels{"ISO-8859-15", " iso-8859-15 iso8859-15 iso885915 iso_8859-15 l9 csisolatin9 "},
    Labels{"ISO-8859-16", " iso-8859-16 "},
    Labels{"KOI8-R", " koi8-r koi8_r koi8 koi cskoi8r "},
    Labels{"KOI8-U", " koi8-u koi8-ru "},
    Labels{"MACINTOSH", " macintosh mac x-mac-roman csmacintosh "},
    Labels{"CP874", " windows-874 dos-874 tis-620 iso-8859-11 iso8859-11 iso885911 "},
    Labels{"CP1250", " windows-1250 cp1250 x-cp1250 "},
    Labels{"CP1251", " windows-1251 cp1251 x-cp1251 "},
    Labels{"CP1253", " windows-1253 cp1253 x-cp1253 "},
    Labels{
        "CP1254",
        " windows-1254 cp1254 x-cp1254 iso-8859-9 iso8859-9 iso88599 iso_8859-9 iso_8859-9:1989 iso-ir-148 latin5 l5 "
        "csisolatin5 "},
    Labels{"CP1255", " windows-1255 cp1255 x-cp1255 "},
    Labels{"CP1256", " windows-1256 cp1256 x-cp1256 "},
    Labels{"CP1257", " windows-1257 cp1257 x-cp1257 "},
    Labels{"CP1258", " windows-1258 cp1258 x-cp1258 "},
    Labels{"MAC-UK", " x-mac-cyrillic x-mac-ukrainian "},
    Labels{"GB18030", " gb18030 gbk x-gbk gb2312 gb_2312 gb_2312-80 csgb2312 csiso58gb231280 iso-ir-58 chinese "},
    Labels{"BIG5-HKSCS", " big5 big5-hkscs cn-big5 csbig5 x-x-big5 "},
    Labels{"EUC-JP", " euc-jp x-euc-jp cseucpkdfmtjapanese "},
    Labels{"ISO-2022-JP", " iso-2022-jp csiso2022jp "},
    Labels{"CP932", " shift_jis shift-jis sjis x-sjis csshiftjis ms_kanji ms932 windows-31j "},
    Labels{
        "CP949",
        " euc-kr cseuckr ks_c_5601-1987 ks_c_5601-1989 ksc5601 ksc_5601 csksc56011987 iso-ir-149 korean windows-949 "},
};

class Converter {
 public:
  Converter(const char* to, const char* from) : handle_(iconv_open(to, from)) {
    if (!good() && errno == ENOMEM) throw std::bad_alloc();
  }
  ~Converter() {
    if (good()) iconv_close(handle_);
  }
  Converter(const Converter&) = delete;
  Converter& operator=(const Converter&) = delete;

  // NOLINTNEXTLINE(performance-no-int-to-ptr,cppcoreguidelines-pro-type-cstyle-cast): so says POSIX
  bool good() const { return handle_ != (iconv_t)-1; }

  enum class Stop : std::uint8_t { full, no_character, end };
  // Converts a piece of it, as far as it gets, and takes what it has read from `in`.
  Stop convert(std::string_view& in, std::string& out) {
    char* from = const_cast<char*>(in.data());  // iconv only reads it
    // Piece by piece: a sanitizer looks at all that iconv is given, for each error anew.
    const std::size_t given = std::min(in.size(), buffer_.size());
    std::size_t left = given;
    char* to = buffer_.data();
    std::size_t room = buffer_.size();
    const std::size_t result = iconv(handle_, &from, &left, &to, &room);
    const int error = errno;
    out.append(buffer_.data(), buffer_.size() - room);
    const bool last = given == in.size();
    in.remove_prefix(given - left);
    if (result != static_cast<std::size_t>(-1)) return Stop::end;
    const bool goes_on = error == EINVAL && !last;  // a character that the next piece has whole
    return error == E2BIG || goes_on ? Stop::full : Stop::no_character;
  }
  // The bytes that bring it back to its first state.
  void reset(std::string& out) {
    char* to = buffer_.data();
    std::size_t room = buffer_.size();
    iconv(handle_, nullptr, nullptr, &to, &room);
    out.append(buffer_.data(), buffer_.size() - room);
  }

 private:
  iconv_t handle_;
  std::array<char, 4096> buffer_{};  // cleared once: a page of errors has a conversion for each byte
};

// What follows `charset=`; empty: it is not there.
std::string_view charset_parameter(std::string_view text) {
  constexpr std::string_view word = "charset";
  while (true) {
    const auto found = std::ranges::search(text, word, {}, lower);
    if (found.empty()) return {};
    text.remove_prefix(static_cast<std::size_t>(found.end() - text.begin()));
    const auto skip_space = [&] { text.remove_prefix(std::min(text.find_first_not_of(" \t\n\r\f"), text.size())); };
    skip_space();
    if (!text.starts_with('=')) continue;
    text.remove_prefix(1);
    skip_space();
    if (text.starts_with('"') || text.starts_with('\'')) {
      const char quote = text[0];
      text.remove_prefix(1);
      const std::size_t close = text.find(quote);
      return close == std::string_view::npos ? std::string_view() : text.substr(0, close);
    }
    return text.substr(0, text.find_first_of("; \t\n\r\f"));
  }
}

// A page that is read well enough to find this is no UTF-16, whatever it says.
std::optional<Charset> declared(std::string_view label) {
  auto charset = Charset::of_label(label);
  if (charset && charset->is_utf16()) charset = Charset();
  return charset;
}

std::optional<Charset> of_xml_declaration(std::string_view head) {
  if (!head.starts_with("<?xml")) return std::nullopt;
  head = head.substr(0, head.find('>'));
  const std::size_t name = head.find("encoding");
  if (name == std::string_view::npos) return std::nullopt;
  const std::size_t open = head.find_first_of("'\"", name);
  if (open == std::string_view::npos) return std::nullopt;
  const std::size_t close = head.find(head[open], open + 1);
  return close == std::string_view::npos ? std::nullopt : declared(head.substr(open + 1, close - open - 1));
}

std::optional<Charset> prescanned(std::string_view head) {
  using namespace std::string_view_literals;
  if (head.starts_with("<\0?\0x\0"sv)) return Charset::of_label("utf-16le");
  if (head.starts_with("\0<\0?\0x"sv)) return Charset::of_label("utf-16be");
  if (const auto charset = of_xml_declaration(head)) return charset;
  HtmlTokenizer tokenizer(head);
  HtmlTag tag;
  while (tokenizer.next(tag)) {
    if (tag.end || tag.name != "meta") continue;
    std::string_view label;
    if (const auto charset = tag[HtmlAttribute::charset]) {
      label = *charset;
    } else if (const auto kind = tag[HtmlAttribute::http_equiv]; kind && equal_ignoring_case(*kind, "content-type")) {
      label = charset_parameter(tag[HtmlAttribute::content].value_or(""));
    }
    if (const auto charset = declared(label)) return charset;
  }
  return std::nullopt;
}

// The beginning of it; empty: none.
std::string_view byte_order_mark(std::string_view body) {
  for (const std::string_view mark : {"\xEF\xBB\xBF", "\xFE\xFF", "\xFF\xFE"}) {
    if (body.starts_with(mark)) return mark;
  }
  return {};
}

}  // namespace

std::optional<Charset> Charset::of_label(std::string_view label) {
  label = trimmed(label, is_html_space);
  constexpr std::size_t longest_label = 32;
  if (label.empty() || label.size() > longest_label || std::ranges::any_of(label, is_html_space)) return std::nullopt;
  std::string wanted = fmt::format(" {} ", label);
  std::ranges::transform(wanted, wanted.begin(), lower);
  for (const Labels& known : labels_of) {
    if (known.labels.find(wanted) != std::string_view::npos) return Charset(known.name);
  }
  return std::nullopt;
}

std::optional<std::string> Charset::to_utf8(std::string_view bytes, const std::function<bool()>& stopped) const {
  if (is_utf8()) return valid_utf8(bytes);
  Converter converter("UTF-8", std::string(name_).c_str());
  if (!converter.good()) return std::nullopt;
  std::string text;
  text.reserve(bytes.size() + bytes.size() / 4);
  const bool one_byte = name_.starts_with("CP125");
  for (std::size_t steps = 0; !bytes.empty(); ++steps) {
    if (steps % 16 == 0 && stopped()) break;
    if (converter.convert(bytes, text) != Converter::Stop::no_character || bytes.empty()) continue;
    const auto byte = static_cast<unsigned char>(bytes[0]);
    if (one_byte && byte < 0xA0) {  // browsers have control characters there
      append_utf8(text, byte);
    } else {
      text += replacement;
    }
    bytes.remove_prefix(std::min<std::size_t>(is_utf16() ? 2 : 1, bytes.size()));
  }
  return text;
}

std::string Charset::with_encoded_query(std::string reference) const {
  if (is_utf8() || is_utf16()) return reference;
  const std::size_t fragment = std::min(reference.find('#'), reference.size());
  const std::size_t query = reference.find('?');
  const auto foreign = [](char c) { return static_cast<unsigned char>(c) >= 0x80; };
  if (query >= fragment || std::none_of(reference.begin() + static_cast<std::ptrdiff_t>(query),
                                        reference.begin() + static_cast<std::ptrdiff_t>(fragment), foreign)) {
    return reference;
  }
  Converter converter(std::string(name_).c_str(), "UTF-8");
  if (!converter.good()) return reference;
  std::string_view rest = std::string_view(reference).substr(query, fragment - query);
  std::string encoded = reference.substr(0, query);
  while (!rest.empty()) {
    if (!foreign(rest[0])) {
      encoded += rest[0];
      rest.remove_prefix(1);
      continue;
    }
    std::string_view character = rest.substr(0, first_utf8(rest).size);
    rest.remove_prefix(character.size());
    std::string_view left = character;
    std::string bytes;
    if (converter.convert(left, bytes) != Converter::Stop::end) bytes.clear();
    converter.reset(bytes);
    if (bytes.empty() || !left.empty()) {
      char32_t number = static_cast<unsigned char>(character[0]) & (0xFF >> (character.size() + 1));
      for (const char tail : character.substr(1)) number = number << 6 | (static_cast<unsigned char>(tail) & 0x3F);
      encoded += fmt::format("%26%23{}%3B", static_cast<std::uint32_t>(number));
      continue;
    }
    for (const char byte : bytes) encoded += fmt::format("%{:02X}", static_cast<unsigned char>(byte));
  }
  return encoded;
}

Charset charset_of_page(std::string_view body, std::string_view content_type) {
  constexpr std::size_t prescanned_bytes = 1024;
  const std::string_view mark = byte_order_mark(body);
  if (mark.size() == 3) return {};
  if (!mark.empty()) return Charset::of_label(mark[0] == '\xFE' ? "utf-16be" : "utf-16le").value_or(Charset());
  if (const auto charset = Charset::of_label(charset_parameter(content_type))) return *charset;
  if (const auto charset = prescanned(body.substr(0, prescanned_bytes))) return *charset;
  return is_utf8(body) ? Charset() : Charset::of_label("windows-1252").value_or(Charset());
}

std::string_view without_byte_order_mark(std::string_view body) {
  return body.substr(byte_order_mark(body).size());
}

}  // namespace contend::crawler
