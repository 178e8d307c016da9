#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "impls/log_parser/counting/key_table.hpp"
#include "impls/log_parser/log_parser.hpp"
#include "impls/log_parser/stamps/stamp.hpp"

namespace contend::log_parser {

inline constexpr std::uint32_t no_key = ~std::uint32_t{0};

// An event as its own lines make it: nothing in it depends on what came before it in the stream.
struct EventRecord {
  std::uint64_t line = 0;        // from 1, counted from where its batch begins
  std::uint64_t offset = 0;      // in the stream
  std::uint64_t text_bytes = 0;  // of all lines, joined, as if nothing were cut off
  Stamp stamp;
  std::uint32_t lines = 0;
  std::uint32_t key = no_key;  // in the batch's keys
  Level level = Level::unknown;
  Malformed malformed = Malformed::none;
  bool orphan = false;
  bool invalid_utf8 = false;
};

// Events that closed in a stretch of a stream, in order.
struct ParsedBatch {
  std::vector<EventRecord> events;
  std::vector<std::string> texts;  // of `events`; empty where nothing is kept
  KeyTable keys;
  std::uint64_t bytes = 0;  // of whole lines
  std::uint64_t lines = 0;
  std::uint64_t invalid_utf8 = 0;  // lines

  void clear() {
    events.clear();
    texts.clear();
    keys.clear();
    bytes = lines = invalid_utf8 = 0;
  }
};

}  // namespace contend::log_parser
