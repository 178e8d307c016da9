// An answer by HTTP: the same however its bytes come in pieces, and never more body than the limit.

#include <algorithm>

#include "impls/crawler/http/response_reader.hpp"
#include "tests/fuzz/target.hpp"

namespace contend::crawler {
namespace {

struct Told {
  ResponseReader::State state = ResponseReader::State::head;
  std::size_t used = 0;
  bool reusable = false;
  FetchResponse response;
};

Told told_of(std::string_view bytes, std::size_t body_limit, std::size_t piece_bytes) {
  ResponseReader reader(body_limit);
  Told told;
  const auto is_over = [&] {
    return reader.state() == ResponseReader::State::complete || reader.state() == ResponseReader::State::broken;
  };
  while (told.used < bytes.size() && !is_over()) {
    const std::string_view piece = bytes.substr(told.used, piece_bytes);
    const std::size_t used = reader.read(piece);
    require(used <= piece.size(), "more is read than there was");
    require(used == piece.size() || is_over(), "bytes are left, and nobody knows whose they are");
    told.used += used;
  }
  if (!is_over()) reader.end();
  require(is_over(), "an answer that goes on behind the end of its connection");
  told.state = reader.state();
  told.reusable = told.state == ResponseReader::State::complete && reader.reusable();
  told.response = reader.take();
  return told;
}

void run(std::string_view bytes) {
  FuzzBytes draws(bytes);
  const std::size_t body_limit = draws.byte();
  const std::size_t piece_bytes = 1 + draws.byte() % 32;
  const std::string_view answer = draws.rest();
  const Told whole = told_of(answer, body_limit, answer.size());
  const Told pieces = told_of(answer, body_limit, piece_bytes);
  require(whole.state == pieces.state && whole.reusable == pieces.reusable, "another end in pieces");
  const FetchResponse& response = whole.response;
  require(response.status == pieces.response.status && response.body == pieces.response.body &&
              response.truncated == pieces.response.truncated && response.location == pieces.response.location &&
              response.content_type == pieces.response.content_type && response.error == pieces.response.error,
          "another answer in pieces");
  require(response.body.size() <= body_limit, "more body than the limit");
  require(!response.truncated || response.body.size() == body_limit, "a body that was cut before its limit");
  if (whole.state == ResponseReader::State::broken) return;
  require(whole.used == pieces.used, "another end of the answer in pieces");
  require(response.status >= 200 && response.status <= 999, "an interim answer passes for the answer");
  require(!whole.reusable || !response.truncated, "a connection with a rest of a body is kept");
}

const bool registered = register_fuzz_target("http_response", run);

}  // namespace
}  // namespace contend::crawler
