#include "stress/hunt/tell/symbols.hpp"

#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <memory>

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
  constexpr std::size_t longest = 60;
  if (name.size() > longest) name = name.substr(0, longest - 3) + "...";
  return name;
}

std::string short_file(std::string file) {
  if (file.starts_with("./")) file.erase(0, 2);
  for (const std::string_view room : {"/impls/", "/stress/", "/tests/", "/bench/"}) {
    const std::size_t at = file.find(room);
    if (at != file.npos) return file.substr(at + 1);
  }
  return file;
}

SourcePlace parse_place(const std::string& function, const std::string& where) {
  SourcePlace place{short_function(function), "", 0};
  const std::size_t colon = where.rfind(':');
  if (colon == where.npos || where.starts_with("??")) return place;
  place.file = short_file(where.substr(0, colon));
  std::from_chars(where.data() + colon + 1, where.data() + where.size(), place.line);
  return place;
}

}  // namespace

void Symbols::look_up(const std::vector<std::uintptr_t>& addresses) {
  std::vector<std::uintptr_t> asked;
  for (const std::uintptr_t address : addresses) {
    if (!known_.try_emplace(address).second || address == 0) continue;
    if (in_program(address)) asked.push_back(address);
  }
  const char* const named = std::getenv("CONTEND_SYMBOLIZER");
  const std::string tool = named != nullptr ? fmt::format("'{}' --output-style=GNU", named) : "addr2line";
  constexpr std::size_t most_at_once = 500;
  for (std::size_t first = 0; first < asked.size(); first += most_at_once) {
    const std::size_t last = std::min(asked.size(), first + most_at_once);
    std::string command = fmt::format("{} -a -f -C -i -e '{}'", tool, own_path());
    for (std::size_t i = first; i < last; ++i) command += fmt::format(" 0x{:x}", asked[i] - 1);
    const std::string output = output_of(command + " 2>/dev/null");
    std::vector<SourcePlace>* places = nullptr;
    std::string function;
    for (std::size_t begin = 0; begin < output.size();) {
      const std::size_t end = std::min(output.find('\n', begin), output.size());
      const std::string line = output.substr(begin, end - begin);
      begin = end + 1;
      if (line.starts_with("0x")) {
        places = &known_[std::strtoull(line.c_str(), nullptr, 16) + 1];
        function.clear();
      } else if (function.empty()) {
        function = line;
      } else if (places != nullptr) {
        places->push_back(parse_place(function, line));
        function.clear();
      }
    }
  }
}

const std::vector<SourcePlace>& Symbols::at(std::uintptr_t address) {
  if (!known_.contains(address)) look_up({address});
  return known_[address];
}

}  // namespace contend::hunt
