#pragma once

#include <algorithm>
#include <cstring>
#include <string>
#include <string_view>

#include "impls/base/utf8.hpp"
#include "impls/log_parser/grouping/event_grouper.hpp"

namespace contend::log_parser {

inline constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

// The line that `raw` holds the beginning of, with `full_bytes` in all, its end not counted. `cr`: the last of them is
// a CR that belongs to the line's end. `end_bytes`: 1 for the LF, 0 where the stream ended.
inline Line make_line(std::string_view raw, std::uint64_t full_bytes, bool cr, std::uint64_t end_bytes,
                      std::uint64_t offset, std::size_t max_bytes) {
  Line line{raw, full_bytes - (cr ? 1 : 0), full_bytes + end_bytes, offset};
  if (offset == 0 && line.content.starts_with(byte_order_mark)) {
    line.content.remove_prefix(byte_order_mark.size());
    line.full_bytes -= byte_order_mark.size();
  }
  line.content = line.content.substr(0, std::min<std::uint64_t>(line.full_bytes, max_bytes));
  return line;
}

// Calls `each(line, may_be_high)` for every whole line of `bytes`, whose first byte is at `offset` of its stream, and
// returns what follows the last LF. Looks for bytes that are not ASCII a block ahead, so that lines of a block without
// any need no look of their own.
template <class Each>
std::string_view split_lines(std::string_view bytes, std::uint64_t offset, std::size_t max_bytes, Each each) {
  constexpr std::ptrdiff_t block_bytes = 16 * 1024;
  const char* const begin = bytes.data();
  const char* const end = begin + bytes.size();
  const char* at = begin;
  const char* checked = begin;
  bool high = false;  // of what lies before `checked`, back to the start of its block
  while (at != end) {
    const auto* const lf = static_cast<const char*>(std::memchr(at, '\n', static_cast<std::size_t>(end - at)));
    if (lf == nullptr) break;
    if (lf >= checked) {
      const char* const until = std::min(end, lf + std::min<std::ptrdiff_t>(block_bytes, end - lf));
      high = (at < checked && high) || has_high_bytes({checked, static_cast<std::size_t>(until - checked)});
      checked = until;
    }
    const auto length = static_cast<std::size_t>(lf - at);
    const bool cr = length > 0 && lf[-1] == '\r';
    each(make_line({at, length}, length, cr, 1, offset + static_cast<std::uint64_t>(at - begin), max_bytes), high);
    at = lf + 1;
  }
  return {at, static_cast<std::size_t>(end - at)};
}

// Cuts the bytes of one stream into lines, however they come. Remembers the beginning of a line whose end has not come
// yet: at most max_bytes and a few. One thread at a time.
class LineSplitter {
 public:
  explicit LineSplitter(std::size_t max_bytes) : max_bytes_(max_bytes) {}

  template <class Each>
  void feed(std::string_view bytes, Each each) {
    if (partial_bytes_ > 0) {
      const std::size_t lf = bytes.find('\n');
      remember(bytes.substr(0, lf));
      if (lf == std::string_view::npos) return;
      finish_line(1, each);
      bytes.remove_prefix(lf + 1);
    }
    const std::string_view rest = split_lines(bytes, offset_, max_bytes_, each);
    offset_ += bytes.size() - rest.size();
    remember(rest);
  }

  // The stream has ended: what has come of a line is one.
  template <class Each>
  void flush(Each each) {
    if (partial_bytes_ > 0) finish_line(0, each);
  }

  bool inside_line() const { return partial_bytes_ > 0; }
  // Of the next byte.
  std::uint64_t offset() const { return offset_ + partial_bytes_; }
  // Somebody else has split the next bytes, which were whole lines.
  void skip(std::size_t bytes) { offset_ += bytes; }

  // Where it stands between two feeds.
  struct State {
    std::uint64_t offset = 0;  // of the line that has begun
    std::string partial;
    std::uint64_t partial_bytes = 0;
    bool ends_in_cr = false;
  };
  void save(State& state) const {
    state.partial = partial_;
    state.offset = offset_;
    state.partial_bytes = partial_bytes_;
    state.ends_in_cr = ends_in_cr_;
  }
  void restore(State& state) noexcept {
    partial_.swap(state.partial);
    offset_ = state.offset;
    partial_bytes_ = state.partial_bytes;
    ends_in_cr_ = state.ends_in_cr;
  }

 private:
  // What is kept of a line must still be max_bytes without the byte order mark.
  std::size_t room() const { return max_bytes_ + byte_order_mark.size(); }

  void remember(std::string_view bytes) {
    if (bytes.empty()) return;
    partial_ += bytes.substr(0, room() - partial_.size());
    partial_bytes_ += bytes.size();
    ends_in_cr_ = bytes.back() == '\r';
  }

  template <class Each>
  void finish_line(std::uint64_t end_bytes, Each each) {
    const bool cr = end_bytes == 1 && ends_in_cr_;
    each(make_line(partial_, partial_bytes_, cr, end_bytes, offset_, max_bytes_), true);
    offset_ += partial_bytes_ + end_bytes;
    partial_.clear();
    partial_bytes_ = 0;
  }

  const std::size_t max_bytes_;
  std::uint64_t offset_ = 0;  // of the line that has begun
  std::string partial_;
  std::uint64_t partial_bytes_ = 0;
  bool ends_in_cr_ = false;
};

}  // namespace contend::log_parser
