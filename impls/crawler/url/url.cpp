#include "impls/crawler/url/url.hpp"

#include <algorithm>
#include <boost/url.hpp>
#include <charconv>

#include "impls/base/ascii.hpp"

namespace contend::crawler {
namespace {

namespace urls = boost::urls;

bool is_hex(char c) {
  return hex_value(c) >= 0;
}
// What browsers drop around a reference, and DEL.
bool is_control_or_space(char c) {
  return static_cast<unsigned char>(c) <= 0x20 || c == 0x7f;
}

void append_encoded(std::string& out, char c) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  const auto byte = static_cast<unsigned char>(c);
  out += {'%', digits[byte >> 4], digits[byte & 15]};
}

// The length of `scheme:` at the beginning; 0 where there is none.
std::size_t scheme_length(std::string_view text) {
  if (text.empty() || !is_letter(text[0])) return 0;
  for (std::size_t i = 1; i < text.size(); ++i) {
    const char c = text[i];
    if (c == ':') return i + 1;
    if (!is_letter(c) && !is_digit(c) && c != '+' && c != '-' && c != '.') return 0;
  }
  return 0;
}

// Appends `part` as RFC 3986 allows it in a path or a query.
void append_legal(std::string& out, std::string_view part, bool backslash_is_slash, bool brackets_allowed) {
  constexpr std::string_view legal_marks = "-._~:/?@!$&'()*+,;=";
  for (std::size_t i = 0; i < part.size(); ++i) {
    const char c = part[i];
    if (c == '%') {
      const bool escape = i + 2 < part.size() && is_hex(part[i + 1]) && is_hex(part[i + 2]);
      out += escape ? "%" : "%25";
    } else if (c == '\\' && backslash_is_slash) {
      out += '/';
    } else if (is_letter(c) || is_digit(c) || legal_marks.find(c) != std::string_view::npos ||
               (brackets_allowed && (c == '[' || c == ']'))) {
      out += c;
    } else {
      append_encoded(out, c);
    }
  }
}

// What people write, as a reference that RFC 3986 knows, without its fragment.
struct Reference {
  std::string text;
  std::size_t authority_size = 0;  // of host and port; 0: the page's own
};

// nullopt for what is refused.
std::optional<Reference> cleaned(std::string_view raw, const Url* base) {
  std::string without_breaks;  // as browsers, who drop tabs and ends of lines anywhere
  if (raw.find_first_of("\t\n\r") != std::string_view::npos) {
    without_breaks = raw;
    std::erase_if(without_breaks, [](char c) { return c == '\t' || c == '\n' || c == '\r'; });
    raw = without_breaks;
  }
  raw = trimmed(raw, is_control_or_space);
  raw = raw.substr(0, raw.find('#'));
  const std::size_t query_begin = std::min(raw.find('?'), raw.size());
  std::string_view front = raw.substr(0, query_begin);
  const auto is_slash = [](char c) { return c == '/' || c == '\\'; };

  Reference clean;
  clean.text.reserve(raw.size() + 16);
  bool authority = false;
  if (const std::size_t scheme = scheme_length(front)) {
    const bool secure = equal_ignoring_case(front.substr(0, scheme), "https:");
    if (!secure && !equal_ignoring_case(front.substr(0, scheme), "http:")) return std::nullopt;
    front.remove_prefix(scheme);
    const auto slashes = static_cast<std::size_t>(std::ranges::find_if_not(front, is_slash) - front.begin());
    // `http:page` in an http page is relative; else a host follows, after however many slashes.
    if (slashes >= 2 || base == nullptr || base->secure() != secure) {
      clean.text = secure ? "https:" : "http:";
      authority = true;
      front.remove_prefix(slashes);
    }
  } else if (base == nullptr) {
    return std::nullopt;
  } else if (front.size() >= 2 && is_slash(front[0]) && is_slash(front[1])) {
    authority = true;
    while (!front.empty() && is_slash(front[0])) front.remove_prefix(1);
  }
  if (authority) {
    const std::size_t path_begin = std::min(front.find_first_of("/\\"), front.size());
    std::string_view host = front.substr(0, path_begin);
    if (const std::size_t at = host.rfind('@'); at != std::string_view::npos) host.remove_prefix(at + 1);
    clean.text += "//";
    const std::size_t host_begin = clean.text.size();
    append_legal(clean.text, host, false, true);
    clean.authority_size = clean.text.size() - host_begin;
    if (clean.authority_size == 0) return std::nullopt;
    append_legal(clean.text, front.substr(path_begin), true, false);
  } else {
    // A colon in the first segment would make it a scheme.
    if (front.substr(0, front.find_first_of("/\\")).find(':') != std::string_view::npos) clean.text += "./";
    append_legal(clean.text, front, true, false);
  }
  append_legal(clean.text, raw.substr(query_begin), false, false);
  return clean;
}

// Appends with %XX in upper case, and decoded where it stands for an unreserved character.
void append_normal(std::string& out, std::string_view part) {
  for (std::size_t i = 0; i < part.size(); ++i) {
    if (part[i] != '%') {
      out += part[i];
      continue;
    }
    const auto c = static_cast<char>(hex_value(part[i + 1]) * 16 + hex_value(part[i + 2]));
    if (is_letter(c) || is_digit(c) || c == '-' || c == '.' || c == '_' || c == '~') {
      out += c;
    } else {
      append_encoded(out, c);
    }
    i += 2;
  }
}

// Appends an absolute path with its dot segments resolved; `..` at the root stays there.
void append_path(std::string& out, std::string_view path) {
  const std::size_t root = out.size();
  std::string segment;
  while (true) {
    path.remove_prefix(1);  // the slash
    const std::size_t end = std::min(path.find('/'), path.size());
    const bool last = end == path.size();
    segment.clear();
    append_normal(segment, path.substr(0, end));
    if (segment == "..") {
      out.resize(out.size() > root ? out.rfind('/') : root);
      if (last) out += '/';
    } else if (segment == ".") {
      if (last) out += '/';
    } else {
      out += '/';
      out += segment;
    }
    if (last) return;
    path.remove_prefix(end);
  }
}

bool ends_in_number(std::string_view host) {
  const std::string_view label = host.substr(host.rfind('.') + 1);
  const bool hexadecimal = label.starts_with("0x") && std::ranges::all_of(label.substr(2), is_hex);
  return hexadecimal || label.find_first_not_of("0123456789") == std::string_view::npos;
}

// In lower case, without the trailing dot; empty where it is refused.
std::string normal_host(const urls::url_view& reference) {
  if (reference.host_type() == urls::host_type::ipv6) return "[" + reference.host_ipv6_address().to_string() + "]";
  std::string host;
  append_normal(host, reference.encoded_host());
  if (host.ends_with('.')) host.pop_back();
  std::ranges::transform(host, host.begin(), lower);
  // RFC 3986 would let these into a name; no resolver does.
  if (host.find_first_of("%!$&'()*,;=[]") != std::string::npos) return "";
  // Numbers are addresses to some resolvers, in ways of their own: only the usual form is taken.
  return ends_in_number(host) && reference.host_type() != urls::host_type::ipv4 ? "" : host;
}

// nullopt: no port. Empty is the default.
std::optional<std::uint16_t> port_of(std::string_view digits, std::uint16_t usual) {
  if (digits.empty()) return usual;
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  return port;
}

}  // namespace

std::optional<Url> Url::parse(std::string_view absolute) {
  return resolve(Url(), absolute);
}

std::optional<Url> Url::resolve(const Url& base, std::string_view reference) {
  if (reference.size() > max_url_bytes) return std::nullopt;
  const auto clean = cleaned(reference, base.text_.empty() ? nullptr : &base);
  if (!clean) return std::nullopt;
  const auto parsed = urls::parse_uri_reference(clean->text);
  // Boost.URL 1.81 takes a bad port for the end of the authority: what it understood must be what was written.
  if (!parsed || parsed->encoded_authority().size() != clean->authority_size) return std::nullopt;

  Url url;
  url.text_.reserve(base.text_.size() + clean->text.size() + 8);
  if (parsed->has_authority()) {
    const bool secure = parsed->has_scheme() ? parsed->scheme_id() == urls::scheme::https : base.secure();
    const std::uint16_t usual_port = secure ? 443 : 80;
    const auto port = port_of(parsed->port(), usual_port);
    const std::string host = normal_host(*parsed);
    if (!port || host.empty()) return std::nullopt;
    url.port_ = *port;
    url.text_ = secure ? "https://" : "http://";
    url.host_begin_ = static_cast<std::uint32_t>(url.text_.size());
    url.text_ += host;
    url.host_end_ = static_cast<std::uint32_t>(url.text_.size());
    if (url.port_ != usual_port) url.text_ += ":" + std::to_string(url.port_);
  } else {
    url.text_ = base.origin();
    url.host_begin_ = base.host_begin_;
    url.host_end_ = base.host_end_;
    url.port_ = base.port_;
  }
  url.path_begin_ = static_cast<std::uint32_t>(url.text_.size());

  const std::string_view path = parsed->encoded_path();
  const std::string_view base_target = parsed->has_authority() ? "/" : base.target();
  const std::string_view base_path = base_target.substr(0, base_target.find('?'));
  bool base_query = false;
  if (path.starts_with('/')) {
    append_path(url.text_, path);
  } else if (path.empty()) {
    url.text_ += base_path;
    base_query = !parsed->has_query();
  } else {
    append_path(url.text_, std::string(base_path.substr(0, base_path.rfind('/') + 1)).append(path));
  }
  if (parsed->has_query()) {
    url.text_ += '?';
    append_normal(url.text_, parsed->encoded_query());
  } else if (base_query) {
    url.text_ += base_target.substr(base_path.size());
  }
  if (url.text_.size() > max_url_bytes) return std::nullopt;
  return url;
}

}  // namespace contend::crawler
