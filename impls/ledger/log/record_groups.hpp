#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "impls/ledger/log/log_storage.hpp"

namespace contend::ledger {

// A log as bytes: a magic number, a number of its own (8 bytes), then groups. A group is what one sync made durable; it holds records, and its header
// says where in the log it stands, which group it follows, and checksums of all that:
//
//   header   twice the bytes of the records and one, so that it does not begin with a zero (4) · checksum of the header
//            before (4) · place of this header in the log (8) · checksum of the records (4) · checksum of the log's
//            own number and the header up to here (4); little endian, CRC-32
//   records  each its length (4) and its bytes
//   end      one byte that is not zero
//
// So what a loss of power leaves can be told from damage. A loss of power hits the last group alone, for a group is
// begun when the sync of the one before has succeeded, and leaves it short, or with zeros where sectors were not
// written yet. All else is damage: to what was promised to last. Whether a header follows is asked of all bytes behind;
// the log's own number, drawn at random, keeps callers from writing keys that would pass for one.

inline constexpr std::string_view log_magic = "CONTEND2";
inline constexpr std::size_t log_head_bytes = 16;
inline constexpr std::size_t group_header_bytes = 24;
inline constexpr std::size_t group_frame_bytes = group_header_bytes + 1;  // what a group has beside its records
inline constexpr std::size_t record_frame_bytes = 4;

// Where the next group goes, and what it follows.
struct LogEnd {
  std::size_t place = log_head_bytes;
  std::uint32_t checksum = 0;  // of the header of the last group
  std::uint64_t log_number = 0;
};

// What a log begins with.
std::string log_head(std::uint64_t log_number);

// Makes a group in a buffer: begin_group, add_record as often as need be, end_group. The buffer is only appended to, so
// with room reserved none of them throws.
void begin_group(std::string& group);
void add_record(std::string& group, std::string_view record);
// Fills the header in and moves `end` behind the group.
void end_group(std::string& group, LogEnd& end) noexcept;

// What a log holds. Its bytes may go on behind `end`: what a loss of power has left of a group that nobody was told of.
struct LogContent {
  LogEnd end;
  std::size_t last_group = 0;  // place of the last whole group; 0, for the head has to be there too, if there is none
  bool fresh = false;          // not even the head is whole
};

// Hands the records to `visit`, oldest first, each with its place. Throws std::runtime_error that names the log, the
// place, and what can be done, if the bytes are no log, or if one that was whole is damaged. Holds a megabyte of the log
// at a time, or one group, and changes nothing.
LogContent read_groups(LogStorage& storage,
                       const std::function<void(std::string_view record, std::size_t place)>& visit);

}  // namespace contend::ledger
