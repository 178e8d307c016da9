#pragma once

#include <cstddef>
#include <iterator>
#include <utility>
#include <vector>

#include "impls/log_parser/counting/timeline.hpp"
#include "impls/log_parser/log_parser.hpp"

namespace contend::log_parser {

// What take_events answers: taken from stream after stream, and put back where there is no memory for the answer.
// Stream has take_kept() and put_back(kept), which do not throw.
template <class Stream>
class KeptEvents {
 public:
  explicit KeptEvents(std::size_t streams) { parts_.reserve(streams); }

  // Of one more stream, in order of names. There may be more of them than were expected.
  void take_from(Stream& stream) {
    if (parts_.size() == parts_.capacity()) return;
    Timeline::Kept kept = stream.take_kept();
    // A stream whose first feed runs has none yet, and is gone if that feed fails: nothing may be put back into it.
    if (!kept.empty()) parts_.emplace_back(&stream, std::move(kept));
  }

  std::vector<Event> all() {
    std::vector<Event> events;
    try {
      std::size_t count = 0;
      for (const auto& [stream, kept] : parts_) count += kept.size();
      events.reserve(count);
    } catch (...) {
      for (auto& [stream, kept] : parts_) stream->put_back(kept);
      throw;
    }
    for (auto& [stream, kept] : parts_) std::move(kept.begin(), kept.end(), std::back_inserter(events));
    return events;
  }

 private:
  std::vector<std::pair<Stream*, Timeline::Kept>> parts_;
};

}  // namespace contend::log_parser
