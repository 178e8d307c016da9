#include "impls/base/nearest.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <limits>
#include <numeric>

namespace contend {
namespace {

// Levenshtein's distance, one row at a time.
std::size_t edits_between(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i + 1;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, row[j + 1] + 1});
    }
  }
  return row.back();
}

std::string last_part(std::string_view name) {
  return std::string(name.substr(name.rfind('/') + 1));
}

// "a, b or c"; each once.
std::string any_of(std::vector<std::string> names, std::string_view last_word) {
  std::ranges::sort(names);
  names.erase(std::ranges::unique(names).begin(), names.end());
  std::string text;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (i > 0) text += i + 1 == names.size() ? fmt::format(" {} ", last_word) : ", ";
    text += names[i];
  }
  return text;
}

}  // namespace

std::string nearest_name(std::string_view name, const std::vector<std::string>& known) {
  const bool whole = name.find('/') != name.npos;
  std::string nearest;
  std::size_t fewest = std::numeric_limits<std::size_t>::max();
  for (const std::string& candidate : known) {
    std::size_t edits = edits_between(name, candidate);
    if (!whole) edits = std::min(edits, edits_between(name, last_part(candidate)));
    if (edits < fewest) {
      fewest = edits;
      nearest = candidate;
    }
  }
  return nearest;
}

std::string did_you_mean(std::string_view name, const std::vector<std::string>& known) {
  std::vector<std::string> meant;
  for (const std::string& candidate : known) {
    if (candidate.ends_with("/" + last_part(name))) meant.push_back("'" + candidate + "'");
  }
  if (meant.empty()) meant.push_back("'" + nearest_name(name, known) + "'");
  return fmt::format("did you mean {}?", any_of(meant, "or"));
}

std::string explain_unknown(std::string_view kind, std::string_view name, const std::vector<OwnedName>& all,
                            const std::vector<std::string>& asked) {
  std::vector<std::string> systems;
  for (const std::string& what : asked) systems.push_back(what.substr(0, what.find('/')));
  std::vector<std::string> own;
  std::vector<std::string> owners;
  for (const OwnedName& each : all) {
    if (each.name == name) owners.push_back(each.system);
    if (systems.empty() || std::ranges::count(systems, each.system) > 0) own.push_back(each.name);
  }
  if (std::ranges::count(own, name) > 0) return "";
  if (name.starts_with("--")) return fmt::format("--{} needs a name before {}.", kind, name);
  if (!owners.empty()) {
    return fmt::format("{} has no {} '{}', which belongs to {}; --list {} shows what there is.", any_of(systems, "and"),
                       kind, name, any_of(owners, "and"), systems.front());
  }
  return fmt::format("no {} is called '{}'; {} --list shows all.", kind, name, did_you_mean(name, own));
}

}  // namespace contend
