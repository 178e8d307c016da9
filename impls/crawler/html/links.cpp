#include "impls/crawler/html/links.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <unordered_set>
#include <utility>

#include "impls/base/ascii.hpp"
#include "impls/base/hashing.hpp"
#include "impls/base/utf8.hpp"
#include "impls/crawler/html/character_references.hpp"
#include "impls/crawler/html/charset.hpp"
#include "impls/crawler/html/surroundings.hpp"
#include "impls/crawler/html/tokenizer.hpp"

namespace contend::crawler {
namespace {

// The type without its parameters, in lower case.
std::string media_type(std::string_view content_type) {
  std::string type(trimmed(content_type.substr(0, content_type.find(';')), is_blank));
  std::ranges::transform(type, type.begin(), lower);
  return type;
}
bool is_ascii(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}
constexpr std::string_view xhtml = "application/xhtml+xml";

// Goes through the tags of a page, and leaves out what is none of its own.
class ReferenceReader {
 public:
  // In XML every element may close itself, and none holds plain text.
  ReferenceReader(std::string_view html, bool xml) : tokenizer_(html), xml_(xml) {}

  // What the next tag refers to, as written; nullopt: nothing. Of `base` too.
  struct Reference {
    std::optional<std::string_view> value;
    bool base = false;
  };
  // False: the page ends.
  bool next(Reference& reference) {
    HtmlTag tag;
    reference = {};
    tokenizer_.take_cdata(xml_ || surroundings_.foreign());
    if (!tokenizer_.next(tag)) return false;
    if (tag.end) {
      surroundings_.end(tag);
    } else if (!xml_ || !tag.self_closing || tag.name != "template") {
      const bool foreign = surroundings_.start(tag);
      if (!surroundings_.in_template()) reference = reference_of(tag, foreign);
      if (!xml_ && !foreign) skip_content(tag.name);
    }
    return true;
  }

 private:
  static Reference reference_of(const HtmlTag& tag, bool foreign) {
    if (tag.name == "a") return {tag[HtmlAttribute::href]};
    if (foreign) return {};
    if (tag.name == "area") return {tag[HtmlAttribute::href]};
    if (tag.name == "frame" || tag.name == "iframe") return {tag[HtmlAttribute::src]};
    if (tag.name == "base") return {tag[HtmlAttribute::href], true};
    return {};
  }

  void skip_content(std::string_view name) {
    static constexpr std::string_view plain_text[] = {"style", "title", "textarea", "xmp", "iframe", "noembed"};
    if (name == "script") {
      tokenizer_.skip_script();
    } else if (name == "plaintext") {
      tokenizer_.skip_all();
    } else if (std::ranges::find(plain_text, name) != std::end(plain_text)) {
      tokenizer_.skip_raw_text(name);
    }
  }

  HtmlTokenizer tokenizer_;
  Surroundings surroundings_;
  const bool xml_;
};

// How often somebody is asked who must not be asked all the time.
class Now {
 public:
  explicit Now(const std::function<bool()>& stopped) : stopped_(stopped) {}
  bool stopped() { return ++steps_ % 256 == 0 && stopped_(); }

 private:
  const std::function<bool()>& stopped_;
  std::size_t steps_ = 0;
};

struct References {
  std::optional<std::string_view> base;  // the first one counts
  std::vector<std::string_view> links;   // each spelling once
};

// Without its fragment. The `#` of a character reference begins none.
std::string_view without_fragment(std::string_view reference) {
  const std::size_t mark = reference.find('#');
  return mark == 0 || (mark != std::string_view::npos && reference[mark - 1] != '&') ? reference.substr(0, mark)
                                                                                     : reference;
}

References references_in(std::string_view html, bool xml, Now& now) {
  References found;
  std::unordered_set<std::string_view, BytesHash> written;  // spares most of the resolving
  ReferenceReader reader(html, xml);
  ReferenceReader::Reference reference;
  while (!now.stopped() && reader.next(reference)) {
    if (!reference.value) continue;
    if (reference.base) {
      if (!found.base) found.base = reference.value;
    } else {
      const std::string_view link = without_fragment(*reference.value);
      if (written.insert(link).second) found.links.push_back(link);
    }
  }
  return found;
}

}  // namespace

bool is_html(std::string_view content_type) {
  const std::string type = media_type(content_type);
  return type == "text/html" || type == xhtml || content_type.find_first_not_of(" \t") == std::string_view::npos;
}

PageLinks links_of(std::string_view body, std::string_view content_type, const Url& page,
                   const std::function<bool()>& stopped) {
  PageLinks found;
  const std::function<bool()> asked = [&] { return found.stopped = found.stopped || stopped(); };
  Now now(asked);
  const Charset charset = charset_of_page(body, content_type);
  // UTF-8 is decoded where a link is: its other bytes than ASCII are no markup.
  std::string_view html = without_byte_order_mark(body);
  std::optional<std::string> decoded;
  if (!charset.is_utf8()) {
    decoded = charset.to_utf8(html, asked);
    if (decoded) html = *decoded;
  }
  const bool readable = charset.is_utf8() || decoded;
  const References references = references_in(html, media_type(content_type) == xhtml, now);

  const auto resolved = [&](const Url& base, std::string_view reference) -> std::optional<Url> {
    if (!readable && !is_ascii(reference)) return std::nullopt;
    return Url::resolve(base, charset.with_encoded_query(decoded_references(valid_utf8(reference))));
  };
  const std::optional<Url> base = references.base ? resolved(page, *references.base) : std::nullopt;
  std::unordered_set<std::string_view, BytesHash> known;  // of the strings in `urls`, which does not grow
  found.urls.reserve(references.links.size());
  const std::size_t most = most_link_bytes(body.size());
  std::size_t bytes = 0;
  for (const std::string_view reference : references.links) {
    if (now.stopped()) break;
    auto link = resolved(base ? *base : page, reference);
    if (!link || known.contains(link->text())) continue;
    bytes += sizeof(Url) + link->text().size();
    if (bytes > most) {
      found.too_many = true;
      break;
    }
    found.urls.push_back(std::move(*link));
    known.insert(found.urls.back().text());
  }
  return found;
}

std::vector<Url> links_of(std::string_view html, const Url& page) {
  return links_of(html, "", page, [] { return false; }).urls;
}

}  // namespace contend::crawler
