// A base and a reference: the normal form is normal, which is to say that it is its own, and holds nothing that no URL may.

#include <algorithm>

#include "impls/crawler/url/url.hpp"
#include "tests/fuzz/target.hpp"

namespace contend::crawler {
namespace {

void check(const Url& url) {
  const std::string& text = url.text();
  require(text.size() <= max_url_bytes, "longer than the limit");
  require(std::ranges::all_of(text, [](char byte) { return byte > ' ' && byte < 0x7F; }), "a byte that no URL holds");
  require(text.starts_with("http://") || text.starts_with("https://"), "another scheme");
  require(text.find('#') == std::string::npos, "a fragment");
  require(!url.host().empty() && url.target().starts_with('/'), "no host, or no path");
  require(std::string(url.origin()) + std::string(url.target()) == text, "parts that are not the whole");
  const std::optional<Url> again = Url::parse(text);
  require(again && *again == url && again->port() == url.port(), "a normal form with another normal form: " + text);
  const std::optional<Url> resolved = Url::resolve(url, text);
  require(resolved && *resolved == url, "an absolute URL depends on its base: " + text);
  const std::optional<Url> target = Url::resolve(url, url.target());
  // A path of two slashes would name a host.
  require(url.target().starts_with("//") || (target && *target == url), "its own target leads elsewhere: " + text);
}

void run(std::string_view bytes) {
  const std::size_t cut = std::min(bytes.find('\n'), bytes.size());
  const std::optional<Url> base = Url::parse(bytes.substr(0, cut));
  if (base) check(*base);
  const Url page = base.value_or(*Url::parse("http://example.org/a/b?c"));
  const std::string_view reference = bytes.substr(std::min(cut + 1, bytes.size()));
  const std::optional<Url> found = Url::resolve(page, reference);
  if (!found) return;
  check(*found);
}

const bool registered = register_fuzz_target("url", run);

}  // namespace
}  // namespace contend::crawler
