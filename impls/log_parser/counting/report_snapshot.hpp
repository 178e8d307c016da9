#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <vector>

#include "impls/log_parser/log_parser.hpp"

namespace contend::log_parser {

// The latest report, for any number of readers who never make the writer wait: two copies, each under a sequence lock,
// written in turn. A reader starts again only where the writer has come round to the copy that is being read, which is
// two publications later. One thread at a time publishes. Fixed memory: 2 * (k * 2 * 19 + windows * 3 + 33) words.
// Source: sequence locks (Lameter, 2005), with orders on the operations (Boehm, 2012).
class ReportSnapshot {
 public:
  // Reads as an empty report until the first publication.
  ReportSnapshot(std::size_t k, std::size_t windows);

  void publish(const Report& report);
  Report read() const;

 private:
  struct Copy {
    std::atomic<std::uint64_t> sequence{0};  // odd while it is written
    std::vector<std::atomic<std::uint64_t>> words;
  };

  std::array<Copy, 2> copies_;
  std::atomic<std::size_t> latest_{0};  // the copy that was written last
  std::vector<std::uint64_t> encoded_;  // the writer's
};

}  // namespace contend::log_parser
