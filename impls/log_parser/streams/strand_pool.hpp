#pragma once

#include <algorithm>
#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "impls/log_parser/splitting/piece.hpp"
#include "impls/sync/cache_line.hpp"
#include "impls/sync/mutex.hpp"

namespace contend::log_parser {

// Pieces in nodes, which are made before they are wanted and move without memory.
using Pieces = std::list<Piece>;

// One stream's queue. All of it belongs to the pool.
class Strand {
 public:
  virtual ~Strand() = default;
  // Called by one thread at a time, for the pieces in their order, and again for one for which there was no memory.
  // `worker`: the number of the thread.
  virtual void run(const Piece& piece, std::size_t worker) = 0;

 private:
  friend class StrandPool;
  // Under the pool's mutex.
  Pieces pending_;
  Pieces last_{{Piece::Kind::finish, {}, 0, nullptr}};
  Strand* next_ready_ = nullptr;
  std::uint64_t queued_ = 0;  // pieces, since the beginning
  std::uint64_t done_ = 0;
  bool scheduled_ = false;  // in the ready queue or run by a worker
  bool closed_ = false;
};

// Threads that run strands: any of them may run any strand, but each strand is run by one at a time and its pieces in
// order (an actor for each stream). A worker takes all that a strand has waiting, then puts it at the end of the queue,
// so that a stream with much to say does not starve the others.
//
// Bounded: queue() waits while max_pending_bytes are queued, which counts a piece's own memory too; a larger piece is let in when nothing is queued.
// Blocking: one mutex guards the queues, held for a push or a pop. Any thread may call anything at any time. The
// destructor runs what is queued, then joins; strands must outlive it.
class StrandPool {
 public:
  StrandPool(int threads, std::size_t max_pending_bytes);
  ~StrandPool();
  StrandPool(const StrandPool&) = delete;
  StrandPool& operator=(const StrandPool&) = delete;

  // The first of the pieces. False if the strand is closed. Needs no memory, as all that follow.
  bool queue(Strand& strand, Pieces& pieces);
  // Queues a last piece that finishes the strand, unless it is closed already.
  void close(Strand& strand);
  // Waits until what was queued for the strand before has been run.
  void drain(const Strand& strand);

  // Bytes of pieces that each thread has run.
  std::vector<std::uint64_t> bytes_by_thread();

 private:
  void push(Strand& strand, Pieces& pieces) REQUIRES(mutex_);
  void make_ready(Strand& strand) REQUIRES(mutex_);
  void stop() EXCLUDES(mutex_);
  void serve(std::size_t worker);
  void run_ready(std::size_t worker) REQUIRES(mutex_);

  const std::size_t max_pending_bytes_;
  Mutex mutex_{LockLabel{"strand queues", 0}};
  ConditionVariable work_;
  ConditionVariable progress_;  // room, or pieces done
  Strand* first_ready_ GUARDED_BY(mutex_) = nullptr;
  Strand* last_ready_ GUARDED_BY(mutex_) = nullptr;
  std::size_t pending_bytes_ GUARDED_BY(mutex_) = 0;  // of text, and of the pieces themselves
  std::size_t sleeping_ GUARDED_BY(mutex_) = 0;       // workers
  std::size_t waiting_ GUARDED_BY(mutex_) = 0;        // for progress
  bool stopping_ GUARDED_BY(mutex_) = false;
  std::vector<std::uint64_t> bytes_by_thread_ GUARDED_BY(mutex_);
  std::vector<std::jthread> threads_;  // last: they start when all else stands
};

}  // namespace contend::log_parser
