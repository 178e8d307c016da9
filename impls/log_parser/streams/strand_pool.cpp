#include "impls/log_parser/streams/strand_pool.hpp"

#include <utility>

#include "impls/log_parser/streams/memory_wait.hpp"

namespace contend::log_parser {

namespace {

// A piece of a byte takes memory too: for its node, and for the copy of its text.
constexpr std::size_t piece_bytes = sizeof(Piece) + 96;

std::size_t weight_of(const Piece& piece) {
  return piece.bytes.size() + piece_bytes;
}

}  // namespace

StrandPool::StrandPool(int threads, std::size_t max_pending_bytes)
    : max_pending_bytes_(max_pending_bytes), bytes_by_thread_(static_cast<std::size_t>(threads)) {
  try {
    for (std::size_t worker = 0; worker < static_cast<std::size_t>(threads); ++worker) {
      threads_.emplace_back([this, worker] { serve(worker); });
    }
  } catch (...) {
    stop();  // or those that have started would be waited for without end
    throw;
  }
}

StrandPool::~StrandPool() {
  stop();
}

void StrandPool::stop() {
  const MutexLock lock(mutex_);
  stopping_ = true;
  work_.notify_all();
}

void StrandPool::push(Strand& strand, Pieces& pieces) {
  pending_bytes_ += weight_of(pieces.front());
  strand.pending_.splice(strand.pending_.end(), pieces, pieces.begin());
  ++strand.queued_;
  if (std::exchange(strand.scheduled_, true)) return;
  make_ready(strand);
  if (sleeping_ > 0) work_.notify_one();
}

void StrandPool::make_ready(Strand& strand) {
  (first_ready_ == nullptr ? first_ready_ : last_ready_->next_ready_) = &strand;
  last_ready_ = &strand;
}

bool StrandPool::queue(Strand& strand, Pieces& pieces) {
  const std::size_t weight = weight_of(pieces.front());
  const MutexLock lock(mutex_);
  ++waiting_;
  while (!strand.closed_ && pending_bytes_ > 0 && pending_bytes_ + weight > max_pending_bytes_) {
    progress_.wait(mutex_);
  }
  --waiting_;
  if (strand.closed_) return false;
  push(strand, pieces);
  return true;
}

void StrandPool::close(Strand& strand) {
  const MutexLock lock(mutex_);
  if (std::exchange(strand.closed_, true)) return;
  push(strand, strand.last_);
  progress_.notify_all();  // whoever waits to queue for it is refused now
}

void StrandPool::drain(const Strand& strand) {
  const MutexLock lock(mutex_);
  const std::uint64_t queued = strand.queued_;
  ++waiting_;
  while (strand.done_ < queued) progress_.wait(mutex_);
  --waiting_;
}

std::vector<std::uint64_t> StrandPool::bytes_by_thread() {
  const MutexLock lock(mutex_);
  return bytes_by_thread_;
}

void StrandPool::serve(std::size_t worker) {
  const MutexLock lock(mutex_);
  while (true) {
    if (first_ready_ != nullptr) {
      run_ready(worker);
      continue;
    }
    if (stopping_) return;
    ++sleeping_;
    work_.wait(mutex_);
    --sleeping_;
  }
}

void StrandPool::run_ready(std::size_t worker) {
  Strand& strand = *first_ready_;
  first_ready_ = std::exchange(strand.next_ready_, nullptr);
  Pieces pieces;
  pieces.swap(strand.pending_);
  mutex_.unlock();
  std::size_t bytes = 0;
  std::size_t weight = 0;
  for (const Piece& piece : pieces) {
    until_there_is_memory([&] { strand.run(piece, worker); });
    bytes += piece.bytes.size();
    weight += weight_of(piece);
  }
  const std::size_t run = pieces.size();
  pieces.clear();
  mutex_.lock();
  bytes_by_thread_[worker] += bytes;
  pending_bytes_ -= weight;
  strand.done_ += run;
  strand.scheduled_ = !strand.pending_.empty();
  if (strand.scheduled_) make_ready(strand);
  if (waiting_ > 0) progress_.notify_all();
}

}  // namespace contend::log_parser
