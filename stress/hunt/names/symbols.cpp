#include "stress/hunt/names/symbols.hpp"

#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <nlohmann/json.hpp>

#include "stress/hunt/memory/regions.hpp"

namespace contend::hunt {
namespace {

std::string own_path() {
  std::array<char, 4096> path{};
  const ssize_t length = readlink("/proc/self/exe", path.data(), path.size() - 1);
  return length > 0 ? std::string(path.data(), static_cast<std::size_t>(length)) : "";
}

std::string output_of(const std::string& command) {
  std::string output;
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> pipe(popen(command.c_str(), "r"), pclose);
  if (!pipe) return output;
  std::array<char, 4096> part{};
  for (std::size_t got; (got = std::fread(part.data(), 1, part.size(), pipe.get())) > 0;) {
    output.append(part.data(), got);
  }
  return output;
}

// Names without parameters, templates and what the compiler adds are still names.
std::string short_function(std::string name) {
  for (const std::string_view dropped : {"contend::", "(anonymous namespace)::"}) {
    for (std::size_t at; (at = name.find(dropped)) != name.npos;) name.erase(at, dropped.size());
  }
  const std::size_t lambda = name.find("::operator()");
  const std::size_t end = name.find_first_of("(<");
  if (end != name.npos && lambda == name.npos) name.resize(end);
  while (name.ends_with(' ')) name.pop_back();
  constexpr std::size_t longest = 60;
  if (name.size() > longest) name = name.substr(0, longest - 3) + "...";
  return name;
}

std::string short_file(std::string file) {
  if (file.starts_with("./")) file.erase(0, 2);
  if (file.starts_with("/usr/")) return file;
  for (const std::string_view room : {"/impls/", "/stress/", "/tests/", "/bench/"}) {
    const std::size_t at = file.find(room);
    if (at != file.npos) return file.substr(at + 1);
  }
  return file;
}

const char* named_symbolizer() {
  return std::getenv("CONTEND_SYMBOLIZER");
}

SourcePlace place_of(const std::string& function, const std::string& path, int line, int column) {
  return {short_function(function), short_file(path), path, line, column};
}

// One answer for each question, such as "CODE 0x401000", in the order of the questions.
std::vector<nlohmann::json> ask_symbolizer(const std::vector<std::string>& questions) {
  std::vector<nlohmann::json> answers;
  std::string command =
      fmt::format("'{}' --output-style=JSON --demangle --inlines -e '{}'", named_symbolizer(), own_path());
  for (const std::string& question : questions) command += " '" + question + "'";
  const auto all = nlohmann::json::parse(output_of(command + " 2>/dev/null"), nullptr, false);
  if (all.is_array()) answers.assign(all.begin(), all.end());
  if (all.is_object()) answers.push_back(all);
  answers.resize(questions.size());
  return answers;
}

std::vector<SourcePlace> places_by_symbolizer(const nlohmann::json& answer) {
  std::vector<SourcePlace> places;
  for (const auto& one : answer.value("Symbol", nlohmann::json::array())) {
    places.push_back(place_of(one.value("FunctionName", ""), one.value("FileName", ""), one.value("Line", 0),
                              one.value("Column", 0)));
  }
  return places;
}

SourcePlace parse_addr2line(const std::string& function, const std::string& where) {
  const std::size_t colon = where.rfind(':');
  if (colon == where.npos || where.starts_with("??")) return place_of(function, "", 0, 0);
  int line = 0;
  std::from_chars(where.data() + colon + 1, where.data() + where.size(), line);
  return place_of(function, where.substr(0, colon), line, 0);
}

void ask_addr2line(const std::vector<std::uintptr_t>& asked,
                   std::map<std::uintptr_t, std::vector<SourcePlace>>& places_by_address) {
  std::string command = fmt::format("addr2line -a -f -C -i -e '{}'", own_path());
  for (const std::uintptr_t address : asked) command += fmt::format(" 0x{:x}", address - 1);
  const std::string output = output_of(command + " 2>/dev/null");
  std::vector<SourcePlace>* places = nullptr;
  std::string function;
  for (std::size_t begin = 0; begin < output.size();) {
    const std::size_t end = std::min(output.find('\n', begin), output.size());
    const std::string line = output.substr(begin, end - begin);
    begin = end + 1;
    if (line.starts_with("0x")) {
      places = &places_by_address[std::strtoull(line.c_str(), nullptr, 16) + 1];
      function.clear();
    } else if (function.empty()) {
      function = line;
    } else if (places != nullptr) {
      places->push_back(parse_addr2line(function, line));
      function.clear();
    }
  }
}

std::uint64_t number_in(const nlohmann::json& from, const char* key) {
  const std::string text = from.value(key, "");
  return std::strtoull(text.c_str(), nullptr, 16);
}

// Those that have a place in memory.
std::vector<Variable> locals_by_symbolizer(const nlohmann::json& answer) {
  std::vector<Variable> locals;
  for (const auto& one : answer.value("Frame", nlohmann::json::array())) {
    const auto distance = one.find("FrameOffset");
    if (distance == one.end() || !distance->is_number() || one.value("Name", "").empty()) continue;
    const SourcePlace place =
        place_of(one.value("FunctionName", ""), one.value("DeclFile", ""), one.value("DeclLine", 0), 0);
    locals.push_back(
        {one.at("Name"), static_cast<std::uintptr_t>(distance->get<std::int64_t>()), number_in(one, "Size"), place});
  }
  return locals;
}

}  // namespace

void Symbols::look_up(const std::vector<std::uintptr_t>& addresses) {
  std::vector<std::uintptr_t> asked;
  for (const std::uintptr_t address : addresses) {
    if (!places_.try_emplace(address).second || address == 0) continue;
    if (in_program(address)) asked.push_back(address);
  }
  constexpr std::size_t most_at_once = 500;
  for (std::size_t first = 0; first < asked.size(); first += most_at_once) {
    const std::vector<std::uintptr_t> some(
        asked.begin() + static_cast<std::ptrdiff_t>(first),
        asked.begin() + static_cast<std::ptrdiff_t>(std::min(asked.size(), first + most_at_once)));
    if (named_symbolizer() == nullptr) {
      ask_addr2line(some, places_);
      continue;
    }
    std::vector<std::string> questions;
    for (const std::uintptr_t address : some) questions.push_back(fmt::format("CODE 0x{:x}", address - 1));
    const std::vector<nlohmann::json> answers = ask_symbolizer(questions);
    for (std::size_t i = 0; i < some.size(); ++i) {
      if (answers[i].is_object()) places_[some[i]] = places_by_symbolizer(answers[i]);
    }
  }
}

const std::vector<SourcePlace>& Symbols::at(std::uintptr_t address) {
  if (!places_.contains(address)) look_up({address});
  return places_[address];
}

const Variable& Symbols::global_at(std::uintptr_t address) {
  const auto [at, is_new] = globals_.try_emplace(address);
  if (!is_new || named_symbolizer() == nullptr) return at->second;
  const nlohmann::json answer = ask_symbolizer({fmt::format("DATA 0x{:x}", address)}).front();
  if (!answer.is_object() || !answer.contains("Data")) return at->second;
  const nlohmann::json& data = answer.at("Data");
  at->second = {short_function(data.value("Name", "")), number_in(data, "Start"), number_in(data, "Size"), {}};
  return at->second;
}

void Symbols::look_up_locals(const std::vector<std::uintptr_t>& addresses) {
  std::vector<std::uintptr_t> asked;
  std::vector<std::string> questions;
  for (const std::uintptr_t address : addresses) {
    if (!locals_.try_emplace(address).second || named_symbolizer() == nullptr) continue;
    asked.push_back(address);
    questions.push_back(fmt::format("FRAME 0x{:x}", address - 1));
  }
  if (asked.empty()) return;
  const std::vector<nlohmann::json> answers = ask_symbolizer(questions);
  for (std::size_t i = 0; i < asked.size(); ++i) {
    if (answers[i].is_object()) locals_[asked[i]] = locals_by_symbolizer(answers[i]);
  }
}

const std::vector<Variable>& Symbols::locals_at(std::uintptr_t address) {
  if (!locals_.contains(address)) look_up_locals({address});
  return locals_[address];
}

}  // namespace contend::hunt
