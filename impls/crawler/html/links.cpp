#include "impls/crawler/html/links.hpp"

#include <gumbo.h>

#include <algorithm>
#include <memory_resource>
#include <optional>
#include <unordered_set>

#include "impls/base/hashing.hpp"

namespace contend::crawler {
namespace {

// Memory of one parse: it grows and goes as a whole. Gumbo's own way to free a tree goes down it by recursion.
class ParseArena {
 public:
  GumboOptions options() {
    GumboOptions options = kGumboDefaultOptions;
    options.allocator = [](void* arena, std::size_t bytes) {
      return static_cast<ParseArena*>(arena)->memory_.allocate(bytes);
    };
    options.deallocator = [](void*, void*) {};
    options.userdata = this;
    options.max_errors = 0;
    return options;
  }

 private:
  std::pmr::monotonic_buffer_resource memory_{std::size_t{64} * 1024};
};

const char* attribute(const GumboElement& element, const char* name) {
  const GumboAttribute* found = gumbo_get_attribute(&element.attributes, name);
  return found == nullptr ? nullptr : found->value;
}

// The attribute that holds a link of such an element; null: none.
const char* link_attribute(GumboTag tag) {
  if (tag == GUMBO_TAG_A || tag == GUMBO_TAG_AREA) return "href";
  if (tag == GUMBO_TAG_FRAME || tag == GUMBO_TAG_IFRAME) return "src";
  return nullptr;
}

struct References {
  std::optional<std::string_view> base;  // the first one counts
  std::vector<std::string_view> links;
};

// In document order, with a stack of its own.
References references_in(const GumboNode* root) {
  References found;
  std::vector<const GumboNode*> open{root};
  while (!open.empty()) {
    const GumboNode* node = open.back();
    open.pop_back();
    if (node->type != GUMBO_NODE_ELEMENT && node->type != GUMBO_NODE_TEMPLATE) continue;
    const GumboElement& element = node->v.element;
    if (element.tag == GUMBO_TAG_BASE && !found.base) {
      if (const char* href = attribute(element, "href")) found.base = href;
    } else if (const char* name = link_attribute(element.tag)) {
      if (const char* value = attribute(element, name)) found.links.emplace_back(value);
    }
    for (unsigned i = element.children.length; i-- > 0;) {
      open.push_back(static_cast<const GumboNode*>(element.children.data[i]));
    }
  }
  return found;
}

}  // namespace

std::vector<Url> links_of(std::string_view html, const Url& page) {
  ParseArena arena;
  const GumboOptions options = arena.options();
  const GumboOutput* output = gumbo_parse_with_options(&options, html.data(), html.size());
  const References found = references_in(output->root);

  std::optional<Url> base;
  if (found.base) base = Url::resolve(page, *found.base);
  const Url& from = base ? *base : page;

  std::vector<Url> links;
  links.reserve(found.links.size());
  std::unordered_set<std::string_view, BytesHash> written;  // spares most of the resolving
  std::unordered_set<std::string, BytesHash> known;
  for (const std::string_view reference : found.links) {
    if (!written.insert(reference.substr(0, reference.find('#'))).second) continue;
    auto link = Url::resolve(from, reference);
    if (link && known.insert(link->text()).second) links.push_back(std::move(*link));
  }
  return links;
}

bool is_html(std::string_view content_type) {
  content_type = content_type.substr(0, content_type.find(';'));
  while (content_type.ends_with(' ')) content_type.remove_suffix(1);
  const auto equals = [&](std::string_view name) {
    return std::ranges::equal(content_type, name, {},
                              [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  };
  return equals("text/html") || equals("application/xhtml+xml");
}

}  // namespace contend::crawler
