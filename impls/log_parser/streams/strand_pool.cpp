#include "impls/log_parser/streams/strand_pool.hpp"

#include <utility>

namespace contend::log_parser {

StrandPool::StrandPool(int threads, std::size_t max_pending_bytes)
    : max_pending_bytes_(max_pending_bytes), bytes_by_thread_(static_cast<std::size_t>(threads)) {
  for (std::size_t worker = 0; worker < static_cast<std::size_t>(threads); ++worker) {
    threads_.emplace_back([this, worker] { serve(worker); });
  }
}

StrandPool::~StrandPool() {
  const MutexLock lock(mutex_);
  stopping_ = true;
  work_.notify_all();
}

void StrandPool::push(Strand& strand, Piece piece) {
  pending_bytes_ += piece.bytes.size();
  strand.pending_.push_back(std::move(piece));
  ++strand.queued_;
  if (std::exchange(strand.scheduled_, true)) return;
  ready_.push_back(&strand);
  if (sleeping_ > 0) work_.notify_one();
}

bool StrandPool::queue(Strand& strand, Piece piece) {
  const MutexLock lock(mutex_);
  ++waiting_;
  while (!strand.closed_ && pending_bytes_ > 0 && pending_bytes_ + piece.bytes.size() > max_pending_bytes_) {
    progress_.wait(mutex_);
  }
  --waiting_;
  if (strand.closed_) return false;
  push(strand, std::move(piece));
  return true;
}

void StrandPool::close(Strand& strand, Piece last) {
  const MutexLock lock(mutex_);
  if (std::exchange(strand.closed_, true)) return;
  push(strand, std::move(last));
  progress_.notify_all();  // whoever waits to queue for it is refused now
}

void StrandPool::drain(const std::vector<Strand*>& strands) {
  const MutexLock lock(mutex_);
  std::vector<std::uint64_t> queued;
  for (const Strand* strand : strands) queued.push_back(strand->queued_);
  ++waiting_;
  for (std::size_t i = 0; i < strands.size(); ++i) {
    while (strands[i]->done_ < queued[i]) progress_.wait(mutex_);
  }
  --waiting_;
}

std::vector<std::uint64_t> StrandPool::bytes_by_thread() {
  const MutexLock lock(mutex_);
  return bytes_by_thread_;
}

void StrandPool::serve(std::size_t worker) {
  const MutexLock lock(mutex_);
  while (true) {
    if (!ready_.empty()) {
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
  Strand& strand = *ready_.front();
  ready_.pop_front();
  std::deque<Piece> pieces;
  std::swap(pieces, strand.pending_);
  mutex_.unlock();
  std::size_t bytes = 0;
  for (const Piece& piece : pieces) {
    strand.run(piece, worker);
    bytes += piece.bytes.size();
  }
  const std::size_t run = pieces.size();
  pieces.clear();
  mutex_.lock();
  bytes_by_thread_[worker] += bytes;
  pending_bytes_ -= bytes;
  strand.done_ += run;
  strand.scheduled_ = !strand.pending_.empty();
  if (strand.scheduled_) ready_.push_back(&strand);
  if (waiting_ > 0) progress_.notify_all();
}

}  // namespace contend::log_parser
