#pragma once

#include <string_view>
#include <vector>

#include "impls/crawler/url/url.hpp"

namespace contend::crawler {

// The pages that an HTML page refers to, each once, in the order in which they stand: `href` of a and area, `src` of
// frame and iframe. Resolved against the first `base href` of the page, else against the page's own URL. Not followed:
// `link`, images, scripts, forms, meta refresh, and what a script would write. References that are no http URL are left
// out (url.hpp). The page is read as UTF-8; in another encoding of which ASCII is a part only links with other
// characters come out wrong.
//
// O(bytes) time; memory about 10 times the bytes while it runs, freed in one piece: no depth of nesting uses up the
// stack.
std::vector<Url> links_of(std::string_view html, const Url& page);

// Whether a Content-Type names HTML: text/html or application/xhtml+xml, parameters aside. A missing one does not.
bool is_html(std::string_view content_type);

}  // namespace contend::crawler
