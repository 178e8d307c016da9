// A page's links: each once, each a URL in normal form.

#include <set>

#include "impls/crawler/html/links.hpp"
#include "tests/fuzz/target.hpp"

namespace contend::crawler {
namespace {

void run(std::string_view bytes) {
  const Url page = *Url::parse("http://example.org/d/page.html");
  std::set<std::string> seen;
  for (const Url& link : links_of(bytes, page)) {
    require(seen.insert(link.text()).second, "the same link twice: " + link.text());
    const std::optional<Url> again = Url::parse(link.text());
    require(again && *again == link, "a link that is not in normal form: " + link.text());
  }
  is_html(bytes.substr(0, 100));
}

const bool registered = register_fuzz_target("html_links", run);

}  // namespace
}  // namespace contend::crawler
