#pragma once

#include <atomic>
#include <deque>
#include <exception>
#include <thread>
#include <vector>

#include "impls/log_parser/splitting/splitting_parser.hpp"
#include "impls/sync/backoff.hpp"
#include "impls/sync/cache_line.hpp"

namespace contend::log_parser {

// Threads that parse the chunks of one feed together with its caller.
//
// A ticket is a job's number of chunks and the next of them that nobody has taken, in one word: fetch_add on it takes a
// chunk, and tells in the same instant whether there was one left. Whoever has taken a chunk parses it into its place
// of a ring; the caller, who takes chunks too, puts them together in order. Nobody parses further ahead than the ring
// is long, so memory is bounded however long the feed is. One job at a time: run() is for one thread at a time.
class ChunkTeam {
 public:
  ChunkTeam(const ParseRules& rules, int threads);
  ~ChunkTeam();
  ChunkTeam(const ChunkTeam&) = delete;
  ChunkTeam& operator=(const ChunkTeam&) = delete;

  // Calls stitch(chunk) for each chunk in order, on the calling thread. Throws what parsing and stitching have thrown, when
  // all chunks have come back; those after the one that failed are not stitched.
  template <class Stitch>
  void run(const Chunks& chunks, Stitch stitch) {
    start(chunks);
    std::size_t done = 0;
    std::exception_ptr thrown;
    const auto stitch_next = [&] {
      Place& place = place_of(done);
      Backoff backoff;
      while (place.parsed.load() != done + 1) backoff.pause();
      if (thrown == nullptr) thrown = place.thrown;
      if (thrown == nullptr) {
        try {
          stitch(place.chunk);
        } catch (...) {
          thrown = std::current_exception();
        }
      }
      if (thrown != nullptr) has_failed_ = true;
      stitched_.store(++done);
    };
    while (done < chunks.chunks.size()) {
      if (place_of(done).parsed.load() == done + 1) {
        stitch_next();
        continue;
      }
      const std::size_t taken = take();
      if (taken != nothing_left) {
        // Only this thread makes room in the ring: it must not wait for it.
        while (taken >= done + ring_.size()) stitch_next();
        parse(taken, bytes_by_thread_.front().value);
      } else {
        stitch_next();
      }
    }
    if (thrown != nullptr) std::rethrow_exception(thrown);
  }

  // Of the callers, then of each own thread.
  std::vector<std::uint64_t> bytes_by_thread() const;

 private:
  struct alignas(cache_line_bytes) Place {
    explicit Place(const ParseRules& rules) : chunk(rules) {}
    ParsedChunk chunk;
    std::exception_ptr thrown;           // by its parsing
    std::atomic<std::size_t> parsed{0};  // the number of the chunk in it, from 1; 0: none of this job
  };
  using ByteCount = Padded<std::atomic<std::uint64_t>>;
  static constexpr std::size_t nothing_left = ~std::size_t{0};

  Place& place_of(std::size_t chunk) { return ring_[chunk % ring_.size()]; }
  void start(const Chunks& chunks);
  // The next chunk of the job, or nothing_left.
  std::size_t take();
  void parse(std::size_t index, std::atomic<std::uint64_t>& bytes) noexcept;
  void stop();
  void serve(std::size_t thread);

  const ParseRules& rules_;
  std::deque<Place> ring_;
  // Written by the caller while no chunk is taken; read by whoever has taken one.
  const Chunks* chunks_ = nullptr;
  alignas(cache_line_bytes) std::atomic<std::uint64_t> ticket_{0};  // chunks << 32 | next
  alignas(cache_line_bytes) std::atomic<std::size_t> stitched_{0};
  std::atomic<bool> has_failed_{false};  // the job: what is left of it need not be parsed
  alignas(cache_line_bytes) std::atomic<std::uint32_t> jobs_{0};
  std::atomic<bool> stopping_{false};
  std::deque<ByteCount> bytes_by_thread_;
  std::vector<std::jthread> threads_;  // last: they start when all else stands
};

}  // namespace contend::log_parser
