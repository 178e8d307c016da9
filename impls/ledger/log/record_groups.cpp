#include "impls/ledger/log/record_groups.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <boost/crc.hpp>
#include <boost/endian/conversion.hpp>
#include <optional>
#include <stdexcept>

namespace contend::ledger {
namespace {

constexpr char end_mark = '\xa5';  // far from zero: no flipped bit makes it one
constexpr std::size_t sector_bytes = 512;
constexpr std::size_t header_checksum_at = group_header_bytes - 4;

std::uint32_t checksum_of(std::string_view bytes) {
  boost::crc_32_type crc;
  crc.process_bytes(bytes.data(), bytes.size());
  return crc.checksum();
}

// Of a header's bytes up to its checksum.
std::uint32_t header_checksum(std::uint64_t log_number, std::string_view header) {
  boost::endian::native_to_little_inplace(log_number);
  boost::crc_32_type crc;
  crc.process_bytes(&log_number, sizeof log_number);
  crc.process_bytes(header.data(), header_checksum_at);
  return crc.checksum();
}

template <class Value>
Value load_from(std::string_view bytes, std::size_t at) {
  return boost::endian::endian_load<Value, sizeof(Value), boost::endian::order::little>(
      reinterpret_cast<const unsigned char*>(bytes.data() + at));
}

template <class Value>
void store(std::string& bytes, std::size_t at, Value value) {
  boost::endian::endian_store<Value, sizeof(Value), boost::endian::order::little>(
      reinterpret_cast<unsigned char*>(bytes.data() + at), value);
}

struct Header {
  std::size_t record_bytes = 0;
  std::uint32_t previous = 0;
  std::uint64_t place = 0;
  std::uint32_t records_checksum = 0;
  std::uint32_t checksum = 0;

  std::size_t group_bytes() const { return group_frame_bytes + record_bytes; }
};

bool all_zeros(std::string_view bytes) {
  return bytes.find_first_not_of('\0') == std::string_view::npos;
}

std::size_t sectors_end(std::size_t place) {
  return (place + sector_bytes - 1) / sector_bytes * sector_bytes;
}

constexpr std::size_t window_bytes = std::size_t{1} << 20;

// The log from some place on, as far as it has been read.
class LogBytes {
 public:
  LogBytes(LogStorage& storage, std::uint64_t log_number)
      : storage_(storage), size_(storage.size()), log_number_(log_number) {}

  std::size_t size() const { return size_; }

  // Makes the bytes in [from, from + count) be there, as far as the log goes, and perhaps no others.
  void load(std::size_t from, std::size_t count) {
    count = std::min(count, size_ - from);
    if (from >= begin_ && from + count <= begin_ + bytes_.size()) return;
    bytes_ = storage_.read(from, std::max(count, window_bytes));
    begin_ = from;
    if (bytes_.size() >= count) return;
    throw std::runtime_error(fmt::format("the log {} gives fewer bytes than it has", storage_.name()));
  }

  std::string_view part(std::size_t from, std::size_t to) const {
    return std::string_view(bytes_).substr(from - begin_, to - from);
  }

  // The header whose bytes are at `place`, wherever it says that it stands.
  std::optional<Header> any_header_at(std::size_t place) const {
    if (size_ - place < group_header_bytes) return std::nullopt;
    const std::string_view raw = part(place, place + group_header_bytes);
    const Header header{load_from<std::uint32_t>(raw, 0) / 2, load_from<std::uint32_t>(raw, 4),
                        load_from<std::uint64_t>(raw, 8), load_from<std::uint32_t>(raw, 16),
                        load_from<std::uint32_t>(raw, header_checksum_at)};
    if (header_checksum(log_number_, raw) != header.checksum) return std::nullopt;
    return header;
  }
  std::optional<Header> header_at(std::size_t place) const {
    const std::optional<Header> header = any_header_at(place);
    return header && header->place == place ? header : std::nullopt;
  }

  std::string_view records_of(const Header& header) const {
    const std::size_t begin = header.place + group_header_bytes;
    return part(begin, begin + header.record_bytes);
  }
  bool is_whole(const Header& header) const {
    const std::size_t end = header.place + header.group_bytes();
    if (end > size_) return false;
    return part(end - 1, end)[0] == end_mark && checksum_of(records_of(header)) == header.records_checksum;
  }

  // Whether a sector, or what lies of one in [from, to), was never written.
  bool lacks_a_sector(std::size_t from, std::size_t to) const {
    to = std::min(to, size_);
    while (from < to) {
      const std::size_t next = std::min(to, sectors_end(from + 1));
      if (all_zeros(part(from, next))) return true;
      from = next;
    }
    return false;
  }

  // Whether the header of a later group than that at `damaged` lies behind it, be it moved.
  bool group_follows(std::size_t damaged) const {
    for (std::size_t place = damaged + 1; place + group_header_bytes <= size_; ++place) {
      const std::optional<Header> header = any_header_at(place);
      if (header && header->place > damaged) return true;
    }
    return false;
  }

  // Whether a loss of power can have left the group at `place` as it is: short, without its end, or without sectors.
  // Requires that all from there on has been loaded.
  bool looks_torn(std::size_t place) const {
    if (size_ - place < group_frame_bytes) return true;
    const std::size_t header_end = place + group_header_bytes;
    const std::optional<Header> header = header_at(place);
    const std::size_t end = header ? place + header->group_bytes() : header_end;
    const bool lacks_end = end > size_ || all_zeros(part(header ? end - 1 : end, size_));
    const bool lacks_some =
        header ? lacks_a_sector(sectors_end(header_end), end) : lacks_a_sector(place, sectors_end(header_end));
    return (lacks_end || lacks_some) && !group_follows(place);
  }

 private:
  LogStorage& storage_;
  const std::size_t size_;
  const std::uint64_t log_number_;
  std::string bytes_;
  std::size_t begin_ = 0;
};

[[noreturn]] void refuse_damage(const LogBytes& log, const std::string& name, std::size_t place) {
  throw std::runtime_error(
      fmt::format("the log {} is damaged at byte {} of {}: what stands there is no group of records, and no loss of "
                  "power leaves such bytes. Nothing was changed. Put a copy of the log in its place; or, to go on "
                  "without the calls from there on, keep this one aside and cut a copy of it to {} bytes.",
                  name, place, log.size(), place));
}

void visit_records(const LogBytes& log, const Header& header, const std::string& name,
                   const std::function<void(std::string_view, std::size_t)>& visit) {
  const std::string_view records = log.records_of(header);
  for (std::size_t at = 0; at < records.size();) {
    const std::size_t place = header.place + group_header_bytes + at;
    if (records.size() - at < record_frame_bytes) refuse_damage(log, name, place);
    const std::size_t length = load_from<std::uint32_t>(records, at);
    if (records.size() - at - record_frame_bytes < length) refuse_damage(log, name, place);
    visit(records.substr(at + record_frame_bytes, length), place);
    at += record_frame_bytes + length;
  }
}

// A loss of power while the log was new leaves at most a part of its head, and zeros.
bool is_fresh(std::string_view bytes) {
  if (bytes.size() > log_head_bytes) return false;
  if (bytes.starts_with(log_magic)) return bytes.size() < log_head_bytes;
  return log_magic.starts_with(bytes.substr(0, bytes.find_last_not_of('\0') + 1));
}

}  // namespace

std::string log_head(std::uint64_t log_number) {
  std::string head(log_magic);
  head.resize(log_head_bytes);
  store(head, log_magic.size(), log_number);
  return head;
}

void begin_group(std::string& group) {
  group.assign(group_header_bytes, '\0');
}

void add_record(std::string& group, std::string_view record) {
  const std::size_t at = group.size();
  group.append(record_frame_bytes, '\0');
  store(group, at, static_cast<std::uint32_t>(record.size()));
  group.append(record);
}

void end_group(std::string& group, LogEnd& end) noexcept {
  const std::string_view records = std::string_view(group).substr(group_header_bytes);
  store(group, 0, static_cast<std::uint32_t>(records.size() * 2 + 1));
  store(group, 4, end.checksum);
  store(group, 8, static_cast<std::uint64_t>(end.place));
  store(group, 16, checksum_of(records));
  end.checksum = header_checksum(end.log_number, group);
  store(group, header_checksum_at, end.checksum);
  group.push_back(end_mark);
  end.place += group.size();
}

LogContent read_groups(LogStorage& storage,
                       const std::function<void(std::string_view record, std::size_t place)>& visit) {
  const std::string name = storage.name();
  const std::string head = storage.read(0, log_head_bytes + 1);  // one byte more tells whether something follows
  LogContent content;
  content.fresh = is_fresh(head);
  if (content.fresh) return content;
  if (!head.starts_with(log_magic)) {
    throw std::runtime_error(
        fmt::format("the log {} does not begin as a log does: is it another file? Nothing was "
                    "changed.",
                    name));
  }
  content.end.log_number = load_from<std::uint64_t>(head, log_magic.size());
  LogBytes log(storage, content.end.log_number);
  while (content.end.place < log.size()) {
    const std::size_t place = content.end.place;
    log.load(place, group_header_bytes);
    const std::optional<Header> header = log.header_at(place);
    if (header) log.load(place, header->group_bytes());
    if (!header || !log.is_whole(*header)) {
      log.load(place, log.size() - place);
      if (log.looks_torn(place)) break;
      refuse_damage(log, name, place);
    }
    if (header->previous != content.end.checksum) refuse_damage(log, name, place);
    visit_records(log, *header, name, visit);
    content.last_group = place;
    content.end.place = place + header->group_bytes();
    content.end.checksum = header->checksum;
  }
  return content;
}

}  // namespace contend::ledger
