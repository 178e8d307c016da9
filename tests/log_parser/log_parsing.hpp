#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "impls/base/registry.hpp"
#include "impls/log_parser/log_parser.hpp"

namespace contend::log_parser {

// Small enough for every design to cut, to wait and to wrap around.
inline LogParser::Options small_options(Format format = Format::log4j) {
  LogParser::Options options;
  options.format = format;
  options.keep = KeepEvents::all;
  options.chunk_bytes = 64;
  options.max_pending_bytes = 512;
  options.threads = 3;
  return options;
}

inline Grouping grouping_by(GroupingMode mode, std::string_view start, std::string_view condition,
                            LinePattern::Place condition_place = LinePattern::Place::starts_with) {
  return {mode, {LinePattern::Place::starts_with, std::string(start)}, {condition_place, std::string(condition)}};
}

inline std::unique_ptr<LogParser> make_reference(const LogParser::Options& options) {
  return Registry<LogParser>::instance().find("reference")->make(options);
}

}  // namespace contend::log_parser
