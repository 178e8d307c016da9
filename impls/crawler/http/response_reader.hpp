#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "impls/crawler/http/fetcher.hpp"
#include "impls/crawler/http/response_head.hpp"

namespace contend::crawler {

// The most bytes of one answer that are not its body: status line and fields, interim answers and empty lines before
// them, chunk lines with their extensions, trailers. Each chunk gives back twice its bytes and 16, so that a long body
// may come in many small chunks.
inline constexpr std::size_t max_framing_bytes = std::size_t{256} << 10;
inline constexpr int max_interim_answers = 32;

// Finds one HTTP/1.x answer to a GET in the bytes of a connection, where they come from does not matter: RFC 9112,
// sections 4 to 7, and which bytes belong to nobody. Interim answers (1xx) are read over, 101 is refused, as are
// lengths that contradict each other. As browsers do it takes bare line feeds, a status line that ends with its number,
// folded fields, and lines without a colon, which it reads over.
//
// O(bytes). Memory: the body up to its limit, and a line up to max_framing_bytes.
class ResponseReader {
 public:
  enum class State : std::uint8_t { head, body, complete, broken };

  explicit ResponseReader(std::size_t body_limit) : body_limit_(body_limit) {}

  // Reads from the front of `bytes` what belongs to the answer, and says how many they were: all of them, unless the
  // answer is complete or broken with that.
  std::size_t read(std::string_view bytes);
  // The connection was closed by its other side.
  void end();

  State state() const;
  bool begun() const { return begun_; }  // any byte of it came
  // Of a complete answer: whether the connection, if nothing more came on it, may carry the next one.
  bool reusable() const { return reusable_; }
  // The complete answer, or what is wrong with the broken one. Once.
  FetchResponse take();

 private:
  enum class Step : std::uint8_t {
    status_line,
    fields,
    body,         // of a length that was announced
    until_close,  // a body that ends with the connection
    chunk_line,
    chunk,
    chunk_end,
    trailers,
    complete,
    broken,
  };

  void read_some(std::string_view& bytes);
  bool read_line(std::string_view& bytes);
  void use_line();
  void finish_head();
  void begin_body();
  void read_chunk_line();
  void read_body(std::string_view& bytes);
  void finish_part();
  void complete(bool reusable);
  void refuse(std::string_view why);

  const std::size_t body_limit_;
  Step step_ = Step::status_line;
  bool begun_ = false;
  bool reusable_ = false;
  int interim_answers_ = 0;
  std::size_t framing_left_ = max_framing_bytes;
  std::string line_;        // of what is not body, as far as it came; without its end once that came
  std::uint64_t left_ = 0;  // of the body or of the chunk
  ResponseHead head_;
  FetchResponse response_;
};

}  // namespace contend::crawler
