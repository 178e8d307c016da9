#include "impls/log_parser/splitting/chunk_team.hpp"

#include "impls/base/check.hpp"

namespace contend::log_parser {
namespace {

constexpr std::size_t chunks_ahead_per_thread = 4;
// About as long as a caller takes between two feeds that follow each other.
constexpr int spins_before_sleep = 2000;

}  // namespace

ChunkTeam::ChunkTeam(const ParseRules& rules, int threads) : rules_(rules) {
  const auto count = static_cast<std::size_t>(threads);
  for (std::size_t i = 0; i < chunks_ahead_per_thread * count; ++i) ring_.emplace_back(rules);
  for (std::size_t i = 0; i < count; ++i) bytes_by_thread_.emplace_back();
  try {
    for (std::size_t i = 1; i < count; ++i) threads_.emplace_back([this, i] { serve(i); });
  } catch (...) {
    stop();  // or those that have started would be waited for without end
    throw;
  }
}

ChunkTeam::~ChunkTeam() {
  stop();
}

void ChunkTeam::stop() {
  stopping_ = true;
  ++jobs_;
  jobs_.notify_all();
}

std::vector<std::uint64_t> ChunkTeam::bytes_by_thread() const {
  std::vector<std::uint64_t> all;
  for (const ByteCount& bytes : bytes_by_thread_) all.push_back(bytes.value);
  return all;
}

void ChunkTeam::start(const Chunks& chunks) {
  CONTEND_CHECK(chunks.chunks.size() < (std::uint64_t{1} << 31), "a ticket has 32 bits for chunks");
  for (Place& place : ring_) place.parsed = 0;
  stitched_ = 0;
  has_failed_ = false;
  chunks_ = &chunks;
  ticket_ = std::uint64_t{chunks.chunks.size()} << 32;
  ++jobs_;
  jobs_.notify_all();
}

std::size_t ChunkTeam::take() {
  const auto is_left = [](std::uint64_t ticket) { return (ticket & 0xFFFFFFFFU) < ticket >> 32; };
  // Looking first keeps those who find nothing from counting the word up for ever.
  if (!is_left(ticket_.load())) return nothing_left;
  const std::uint64_t ticket = ticket_.fetch_add(1);
  return is_left(ticket) ? ticket & 0xFFFFFFFFU : nothing_left;
}

void ChunkTeam::parse(std::size_t index, std::atomic<std::uint64_t>& bytes) noexcept {
  const Chunks::Chunk& chunk = chunks_->chunks[index];
  Place& place = place_of(index);
  place.thrown = nullptr;
  try {
    if (!has_failed_) place.chunk.parse(rules_, chunk.lines, chunk.offset);
  } catch (...) {
    place.thrown = std::current_exception();
  }
  bytes += chunk.lines.size();
  place.parsed.store(index + 1);
}

void ChunkTeam::serve(std::size_t thread) {
  int idle = 0;
  while (!stopping_) {
    const std::uint32_t jobs = jobs_.load();
    const std::size_t taken = take();
    if (taken != nothing_left) {
      idle = 0;
      Backoff backoff;
      while (taken >= stitched_.load() + ring_.size()) backoff.pause();
      parse(taken, bytes_by_thread_[thread].value);
    } else if (++idle < spins_before_sleep) {
      cpu_relax();
    } else if (!stopping_) {
      jobs_.wait(jobs);
      idle = 0;
    }
  }
}

}  // namespace contend::log_parser
