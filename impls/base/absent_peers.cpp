#include "impls/base/absent_peers.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <vector>

#include "impls/base/wrapping.hpp"

#ifndef CONTEND_ABSENT_PEERS  // {"system/name", "why"}, ...: the build says what it lacks
#define CONTEND_ABSENT_PEERS
#endif

namespace contend {

std::span<const AbsentPeer> absent_peers() {
  static const std::vector<AbsentPeer> absent{CONTEND_ABSENT_PEERS};
  return absent;
}

std::string absent_list(const std::vector<std::string>& what) {
  std::string text;
  for (const auto& [name, why] : absent_peers()) {
    const bool asked = what.empty() || std::ranges::any_of(what, [&name](const std::string& each) {
                         return each == name || each == name.substr(0, name.find('/'));
                       });
    if (asked) text += fmt::format("{}\n{}", name, paragraph(fmt::format("absent from this build: {}", why), 4));
  }
  return text;
}

std::string told_absent(std::string_view name) {
  const auto found = std::ranges::find(absent_peers(), name, &AbsentPeer::name);
  return found == absent_peers().end() ? "" : fmt::format("{} is absent from this build: {}.", found->name, found->why);
}

}  // namespace contend
