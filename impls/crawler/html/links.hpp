#pragma once

#include <cstddef>
#include <functional>
#include <string_view>
#include <vector>

#include "impls/crawler/url/url.hpp"

namespace contend::crawler {

// Whether a Content-Type names HTML: text/html or application/xhtml+xml, parameters aside; or is missing, for then a page
// is taken for HTML, as wget does.
bool is_html(std::string_view content_type);

// The pages that an HTML page refers to, each once, in the order in which they stand: `href` of a and area, `src` of
// frame and iframe, in noframes and noscript too. Resolved against the first `base href` of the page, else against the
// page's own URL. Not followed: `link`, images, scripts, forms, meta refresh, what a script would write, and what stands in
// a template or a comment. References that are no http URL are left out (url.hpp).
//
// The page is decoded by its encoding (charset.hpp), and the query of a link is encoded by it, as in browsers. Of a page
// in an encoding for which this machine has no converter only links in ASCII are given.
//
// O(bytes) time and memory, whatever the page: tags are found without building a tree. About 3 bytes for each of the page
// where it is not UTF-8, and the links: of a page of n bytes at most 32 n + 1 MiB together.
struct PageLinks {
  std::vector<Url> urls;
  bool stopped = false;   // `stopped` said so: there may be more
  bool too_many = false;  // they would take more memory than that: there are more
};
// `stopped` is asked at least once for every 64 KiB or 256 tags.
PageLinks links_of(std::string_view body, std::string_view content_type, const Url& page,
                   const std::function<bool()>& stopped);

// The same for a page of which nothing else is known.
std::vector<Url> links_of(std::string_view html, const Url& page);

inline constexpr std::size_t most_link_bytes(std::size_t page_bytes) {
  return 32 * page_bytes + (std::size_t{1} << 20);
}

}  // namespace contend::crawler
