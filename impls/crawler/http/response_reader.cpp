#include "impls/crawler/http/response_reader.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace contend::crawler {
namespace {

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

ResponseReader::State ResponseReader::state() const {
  switch (step_) {
    case Step::status_line:
    case Step::fields:
      return State::head;
    case Step::complete:
      return State::complete;
    case Step::broken:
      return State::broken;
    default:
      return State::body;
  }
}

std::size_t ResponseReader::read(std::string_view bytes) {
  const std::size_t came = bytes.size();
  begun_ = begun_ || came > 0;
  while (!bytes.empty() && step_ != Step::complete && step_ != Step::broken) read_some(bytes);
  return came - bytes.size();
}

void ResponseReader::read_some(std::string_view& bytes) {
  if (step_ == Step::body || step_ == Step::until_close || step_ == Step::chunk) return read_body(bytes);
  if (read_line(bytes)) use_line();
}

// False: the line goes on in what has not come, or is refused.
bool ResponseReader::read_line(std::string_view& bytes) {
  const std::size_t end = bytes.find('\n');
  const std::string_view part = bytes.substr(0, end == std::string_view::npos ? end : end + 1);
  if (part.size() > framing_left_) {
    refuse("there is too much of it that is not its body");
    return false;
  }
  framing_left_ -= part.size();
  line_.append(part);
  bytes.remove_prefix(part.size());
  if (step_ == Step::status_line && line_.front() != '\r' && line_.front() != '\n' && !ResponseHead::may_begin(line_)) {
    refuse("it is not HTTP/1");
    return false;
  }
  if (end == std::string_view::npos) return false;
  line_.pop_back();
  if (line_.ends_with('\r')) line_.pop_back();
  return true;
}

void ResponseReader::use_line() {
  switch (step_) {
    case Step::status_line:
      if (line_.empty()) break;  // some servers send one too many after a body
      if (!head_.read_status_line(line_)) return refuse("it has no status line of HTTP/1");
      step_ = Step::fields;
      break;
    case Step::fields:
      if (line_.empty()) return finish_head();
      head_.read_field_line(line_);
      break;
    case Step::chunk_line:
      return read_chunk_line();
    case Step::chunk_end:
      if (!line_.empty()) return refuse("a chunk is longer than it says");
      step_ = Step::chunk_line;
      break;
    default:  // trailers, which nobody asked for
      if (line_.empty()) return complete(head_.keeps_connection() && !head_.length());
      break;
  }
  line_.clear();
}

void ResponseReader::finish_head() {
  line_.clear();
  head_.finish();
  const int status = head_.status();
  if (status == 101) return refuse("it speaks another protocol, which nobody asked for");
  if (status < 200) {
    if (++interim_answers_ > max_interim_answers) return refuse("it has too many interim answers");
    head_ = {};
    step_ = Step::status_line;
    return;
  }
  // A body that these do not have cannot be longer than it says.
  if (status == 204 || status == 304) return complete(head_.keeps_connection());
  if (!head_.contradiction().empty()) return refuse(head_.contradiction());
  begin_body();
}

// RFC 9112 6.3: a transfer coding counts more than a length, but with both the connection is not trusted any more.
void ResponseReader::begin_body() {
  const std::optional<std::uint64_t> length = head_.length();
  if (head_.chunked()) {
    step_ = Step::chunk_line;
  } else if (length && !head_.otherwise_coded()) {
    step_ = Step::body;
    left_ = *length;
    constexpr std::uint64_t most_at_once = 256 << 10;  // who announces more than that must send it first
    response_.body.reserve(std::min({left_, most_at_once, std::uint64_t{body_limit_}}));
    finish_part();
  } else {
    step_ = Step::until_close;
  }
}

void ResponseReader::read_chunk_line() {
  std::uint64_t size = 0;
  std::size_t digits = 0;
  for (; digits < line_.size() && hex_value(line_[digits]) >= 0; ++digits) {
    if (size >> 60 != 0) return refuse("a chunk is longer than any memory");
    size = size << 4 | static_cast<std::uint64_t>(hex_value(line_[digits]));
  }
  const bool well_ended =
      digits == line_.size() || line_[digits] == ';' || line_[digits] == ' ' || line_[digits] == '\t';
  if (digits == 0 || !well_ended) return refuse("a chunk does not say how long it is");
  line_.clear();
  step_ = size == 0 ? Step::trailers : Step::chunk;
  left_ = size;
  if (size > 0) finish_part();
}

void ResponseReader::read_body(std::string_view& bytes) {
  const std::size_t room = body_limit_ - response_.body.size();
  if (step_ == Step::until_close && room == 0) {
    response_.truncated = true;
    return complete(false);
  }
  std::size_t taken = std::min(bytes.size(), room);
  if (step_ != Step::until_close) taken = static_cast<std::size_t>(std::min<std::uint64_t>(taken, left_));
  response_.body.append(bytes.substr(0, taken));
  bytes.remove_prefix(taken);
  if (step_ == Step::until_close) return;
  left_ -= taken;
  if (step_ == Step::chunk) framing_left_ = std::min(max_framing_bytes, framing_left_ + 2 * taken);
  finish_part();
}

// Whether the body or the chunk is at its end, or the body at its limit.
void ResponseReader::finish_part() {
  if (left_ > 0) {
    if (response_.body.size() < body_limit_) return;
    response_.truncated = true;
    return complete(false);
  }
  if (step_ == Step::body) return complete(head_.keeps_connection());
  framing_left_ = std::min(max_framing_bytes, framing_left_ + 16);
  step_ = Step::chunk_end;
}

void ResponseReader::end() {
  switch (state()) {
    case State::head:
      return refuse(begun_ ? "the connection was closed within its head" : "the connection was closed without one");
    case State::body:
      if (step_ == Step::until_close) return complete(false);
      return refuse("the connection was closed within its body");
    default:
      return;
  }
}

void ResponseReader::complete(bool reusable) {
  step_ = Step::complete;
  reusable_ = reusable;
  head_.fill(response_);
}

void ResponseReader::refuse(std::string_view why) {
  step_ = Step::broken;
  response_ = {};
  response_.error = FetchError::broken;
  response_.why = why;
}

FetchResponse ResponseReader::take() {
  return std::move(response_);
}

}  // namespace contend::crawler
