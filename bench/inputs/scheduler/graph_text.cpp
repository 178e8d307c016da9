#include "bench/inputs/scheduler/graph_text.hpp"

#include <fmt/core.h>

#include <stdexcept>
#include <unordered_map>

namespace contend::scheduler {
namespace {

bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\r';
}

class GraphReader {
 public:
  GraphReader(std::istream& text, const std::string& file) : text_(text), file_(file) {}

  NamedGraph read() {
    bool first = true;
    bool dot = false;
    while (std::getline(text_, line_)) {
      ++number_;
      place_ = 0;
      skip_spaces();
      if (place_ == line_.size() || line_[place_] == '#') continue;
      if (first) dot = line_.substr(place_).starts_with("digraph");
      if (dot) {
        if (!first) read_dot();
      } else {
        read_words();
      }
      first = false;
    }
    if (text_.bad()) fail("cannot be read");
    return std::move(graph_);
  }

 private:
  [[noreturn]] void fail(const std::string& what) const {
    throw std::runtime_error(fmt::format("{}:{}: {}", file_, number_, what));
  }
  void skip_spaces() {
    while (place_ < line_.size() && is_space(line_[place_])) ++place_;
  }

  std::uint32_t node(const std::string& name) {
    const auto [it, is_new] = ids_.try_emplace(name, static_cast<std::uint32_t>(graph_.names.size()));
    if (is_new) {
      graph_.names.push_back(name);
      graph_.dependencies.emplace_back();
    }
    return it->second;
  }

  void read_words() {
    const auto word = [this] {
      skip_spaces();
      const std::size_t begin = place_;
      while (place_ < line_.size() && !is_space(line_[place_])) ++place_;
      return line_.substr(begin, place_ - begin);
    };
    const std::uint32_t before = node(word());
    const std::string after = word();
    if (!after.empty()) graph_.dependencies[node(after)].push_back(before);
    if (!word().empty()) fail("more than two words");
  }

  std::string dot_id() {
    skip_spaces();
    std::string id;
    if (place_ < line_.size() && line_[place_] == '"') {
      for (++place_; place_ < line_.size() && line_[place_] != '"'; ++place_) {
        if (line_[place_] == '\\' && place_ + 1 < line_.size()) ++place_;
        id += line_[place_];
      }
      if (place_ == line_.size()) fail("a name without its closing quote");
      ++place_;
      return id;
    }
    while (place_ < line_.size() && !is_space(line_[place_]) && line_[place_] != '[' && line_[place_] != ';' &&
           line_.compare(place_, 2, "->") != 0) {
      id += line_[place_++];
    }
    return id;
  }

  void read_dot() {
    if (line_[place_] == '}') return;
    const bool quoted = line_[place_] == '"';
    const std::string id = dot_id();
    skip_spaces();
    const bool is_edge = line_.compare(place_, 2, "->") == 0;
    // Settings of the picture: `rankdir=LR`, `node [fontsize=10]`.
    const bool setting = id.find('=') != std::string::npos || id == "node" || id == "edge" || id == "graph";
    if (!is_edge && !quoted && setting) return;
    std::uint32_t before = node(id);
    while (line_.compare(place_, 2, "->") == 0) {
      place_ += 2;
      const std::string next = dot_id();
      if (next.empty()) fail("an edge to nowhere");
      const std::uint32_t after = node(next);
      graph_.dependencies[after].push_back(before);
      before = after;
      skip_spaces();
    }
    if (place_ < line_.size() && line_[place_] != '[' && line_[place_] != ';') fail("neither a node nor an edge");
  }

  std::istream& text_;
  const std::string& file_;
  std::string line_;
  std::size_t number_ = 0;
  std::size_t place_ = 0;
  NamedGraph graph_;
  std::unordered_map<std::string, std::uint32_t> ids_;
};

}  // namespace

NamedGraph read_graph(std::istream& text, const std::string& file) {
  return GraphReader(text, file).read();
}

}  // namespace contend::scheduler
