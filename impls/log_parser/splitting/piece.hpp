#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "impls/base/contract.hpp"
#include "impls/log_parser/streams/stream_parser.hpp"

namespace contend::log_parser {

// What holds for every design that queues pieces for threads of its own.
inline constexpr Contract queued_pieces{
    .shutdown = "owns threads; the destructor has them run what is queued and joins them; no call may run then",
    .failure =
        "bad_alloc from any call leaves everything as it was; a worker that meets it tries its piece again each "
        "millisecond, and whoever waits for the piece waits",
};

// A part of a stream's input on its way to who parses it.
struct Piece {
  enum class Kind : std::uint8_t { bytes, flush_idle, finish } kind = Kind::bytes;
  std::string_view bytes;
  TimeNs now_ns = 0;
  std::shared_ptr<const void> keep_alive;  // holds the bytes
};

// The bytes with something that holds them: what the caller gave, or a copy.
inline Piece make_piece(std::string_view bytes, TimeNs now_ns, std::shared_ptr<const void> keep_alive) {
  if (keep_alive != nullptr || bytes.empty()) return {Piece::Kind::bytes, bytes, now_ns, std::move(keep_alive)};
  auto copy = std::make_shared<const std::string>(bytes);
  const std::string_view view = *copy;
  return {Piece::Kind::bytes, view, now_ns, std::move(copy)};
}

// Hands what it adds to the counts to `count`; where either throws, the stream is as it was.
template <class Count>
void run_piece(const Piece& piece, StreamParser& parser, Scratch& scratch, Count count) {
  const auto parse = [&] {
    switch (piece.kind) {
      case Piece::Kind::bytes:
        return parser.feed(piece.bytes, piece.now_ns, scratch);
      case Piece::Kind::flush_idle:
        return parser.flush_idle(piece.now_ns, scratch);
      case Piece::Kind::finish:
        return parser.finish(scratch);
    }
  };
  parser.change(scratch, parse, count);
}

}  // namespace contend::log_parser
