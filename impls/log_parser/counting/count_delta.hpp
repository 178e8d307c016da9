#pragma once

#include <cstdint>
#include <vector>

#include "impls/log_parser/counting/key_table.hpp"
#include "impls/log_parser/log_parser.hpp"

namespace contend::log_parser {

// What a stretch of a stream adds to the counts: it has been settled which slide each event is in. Adding is
// commutative, so it does not matter in which order deltas are added or by how many threads. One thread at a time.
// Memory: at most twice what its distinct slides and pairs of slide and key take, however long the stretch is.
struct CountDelta {
  static constexpr std::int64_t no_slide = -(std::int64_t{1} << 62);  // before all others
  struct Slide {
    std::int64_t number = 0;
    std::uint64_t events = 0;
    std::uint64_t errors = 0;
  };
  struct Error {
    std::int64_t slide = no_slide;  // untimed ones have none
    std::uint32_t key = 0;          // in `keys`
    std::uint32_t count = 1;
  };

  Totals totals;
  std::vector<Slide> slides;  // the same one may come again
  std::vector<Error> errors;  // the same slide and key may come again
  KeyTable keys;
  std::int64_t newest_slide = no_slide;  // of events in time

  void add_event(std::int64_t slide, bool is_error);
  void add_error(std::int64_t slide, std::uint32_t key);

  // Keeps room for the next stretch, unless it is more than a usual one needs.
  void clear() noexcept;
  bool empty() const { return totals.lines == 0 && totals.events == 0; }

 private:
  static constexpr std::size_t most_before_merging = 4096;

  void merge_slides() noexcept;
  void merge_errors() noexcept;

  std::size_t merge_slides_at_ = most_before_merging;
  std::size_t merge_errors_at_ = most_before_merging;
};

}  // namespace contend::log_parser
