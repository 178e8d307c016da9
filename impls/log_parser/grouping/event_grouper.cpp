#include "impls/log_parser/grouping/event_grouper.hpp"

#include <algorithm>
#include <utility>

#include "impls/base/check.hpp"
#include "impls/base/utf8.hpp"
#include "impls/log_parser/format/mask.hpp"

namespace contend::log_parser {
namespace {

// Begins with its byte order mark, or with NUL for every other of eight bytes.
bool looks_like_utf16(std::string_view bytes) {
  if (bytes.starts_with("\xFF\xFE") || bytes.starts_with("\xFE\xFF")) return true;
  if (bytes.size() < 8 || (bytes[0] != 0 && bytes[1] != 0)) return false;
  const std::size_t zero = bytes[0] == 0 ? 0 : 1;
  for (std::size_t i = 0; i < 8; ++i) {
    if ((bytes[i] == 0) != (i % 2 == zero)) return false;
  }
  return true;
}

}  // namespace

void EventGrouper::add(const Line& line, LineRole role, bool may_be_high, ParsedBatch& out) {
  const LineStep step = step_line(rules_.grouping.mode, open_, role);
  if (step.begins) flush(out);
  ++out.lines;
  out.bytes += line.raw_bytes;
  if (step.begins) {
    begin(line, step.next, out.lines);
  } else {
    append(line);
  }
  open_ = step.next;
  if (may_be_high && !is_utf8(line.content, line.full_bytes > line.content.size())) {
    ++out.invalid_utf8;
    event_.record.invalid_utf8 = true;
  }
  if (step.closes) {
    open_ = Open::event;
    flush(out);
  }
}

void EventGrouper::begin(const Line& line, Open kind, std::uint64_t number) {
  EventRecord& record = event_.record;
  record = {};
  record.line = number;
  record.offset = line.offset;
  record.text_bytes = line.full_bytes;
  record.lines = 1;
  record.orphan = kind == Open::orphan;
  event_.key_bytes = 0;
  if (!record.orphan) {
    MessageRoom room;  // NOLINT(cppcoreguidelines-pro-type-member-init): written before it is read
    const Header header = read_header(rules_.format, line.content, room);
    record.level = header.level;
    record.malformed = header.malformed;
    record.stamp = header.stamp;
    if (is_error(header.level)) event_.key_bytes = mask_message(header.message, event_.key.data());
  }
  // Nothing of such a line can be read, and what is wrong with it is not what its reader says.
  if (looks_like_utf16(line.content)) record.malformed = Malformed::utf16;
  if (rules_.keeps_text) event_.text.assign(line.content);
}

void EventGrouper::append(const Line& line) {
  EventRecord& record = event_.record;
  if (record.lines == 1 && record.malformed == Malformed::missing_level) add_level_of_second_line(line.content);
  ++record.lines;
  record.text_bytes += 1 + line.full_bytes;
  if (!rules_.keeps_text || event_.text.size() == rules_.max_event_bytes) return;
  event_.text += '\n';
  event_.text += line.content.substr(0, rules_.max_event_bytes - event_.text.size());
}

void EventGrouper::add_level_of_second_line(std::string_view line) {
  Header header;
  if (!read_second_line(line, header)) return;
  event_.record.malformed = Malformed::none;
  event_.record.level = header.level;
  if (is_error(header.level)) event_.key_bytes = mask_message(header.message, event_.key.data());
}

void EventGrouper::flush(ParsedBatch& out) {
  if (open_ == Open::nothing) return;
  open_ = Open::nothing;
  EventRecord& record = event_.record;
  if (is_error(record.level)) record.key = out.keys.intern({event_.key.data(), event_.key_bytes});
  out.events.push_back(record);
  if (rules_.keeps_text) out.texts.push_back(std::exchange(event_.text, {}));
}

void EventGrouper::adopt(EventGrouper& other) {
  CONTEND_CHECK(!is_open(), "what is open would be lost");
  open_ = std::exchange(other.open_, Open::nothing);
  if (is_open()) std::swap(event_, other.event_);
}

}  // namespace contend::log_parser
