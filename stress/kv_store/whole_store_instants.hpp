#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <iterator>
#include <utility>
#include <vector>

#include "stress/kv_store/whole_store_model.hpp"
#include "stress/round/history.hpp"

namespace contend::kv_store {

// A call as it was made.
struct RawCall {
  enum class Kind : std::uint8_t { point, scan, size, snapshot, transaction, expire } kind = Kind::point;
  std::uint32_t number = 0;
  WholeOperation operation;          // what it saw and did
  std::uint64_t commit_begin = 0;    // of a transaction
  Status commit = Status::finished;  // finished: it was rolled back
};

// The history of instants that the calls amount to under what the design promises.
class Instants {
 public:
  Instants(const std::vector<Timed<RawCall>>& calls, const Guarantees& guarantees, int keys)
      : calls_(calls), guarantees_(guarantees), keys_(keys) {
    for (const Timed<RawCall>& timed : calls) add(timed);
  }
  const std::vector<Timed<WholeOperation>>& history() const { return history_; }

 private:
  void add(const Timed<RawCall>& timed) {
    const WholeOperation& op = timed.operation.operation;
    const bool exact_scans = guarantees_.scan == ScanGuarantee::snapshot;
    switch (timed.operation.kind) {
      case RawCall::Kind::point:
      case RawCall::Kind::snapshot:
        push(timed, op);
        return;
      case RawCall::Kind::scan:
        if (exact_scans) {
          push(timed, op);
        } else {
          for (const SeenKey& seen : op.seen) push(timed, instant(op, {seen}, {}));
        }
        sweep_met(timed);
        return;
      case RawCall::Kind::size:
        if (exact_scans) push(timed, op);
        sweep_all(timed);
        return;
      case RawCall::Kind::expire:
        sweep_all(timed);
        return;
      case RawCall::Kind::transaction:
        if (timed.operation.commit == Status::ok) commit(timed);
        sweep_met(timed);
        return;
    }
  }

  // Serializable: one instant. Snapshot isolation: one for all reads, and one for the writes, at which nobody else has
  // written those keys meanwhile.
  void commit(const Timed<RawCall>& timed) {
    const WholeOperation& op = timed.operation.operation;
    if (guarantees_.isolation == Isolation::serializable) {
      push(timed, op);
      return;
    }
    Timed<RawCall> reads = timed;
    reads.end = timed.operation.commit_begin;
    push(reads, instant(op, op.seen, {}));
    Timed<RawCall> writes = timed;
    writes.begin = timed.operation.commit_begin + 1;
    std::vector<SeenKey> of_written;
    std::ranges::copy_if(op.seen, std::back_inserter(of_written), [&](const SeenKey& seen) {
      return std::ranges::count(op.written, seen.key, &WrittenKey::key) > 0;
    });
    push(writes, instant(op, of_written, op.written));
  }

  // Whoever finds a key gone has removed it if it had expired. Whoever finds it alive, or looks once more at commit, may
  // have met what was written since and had already expired.
  void sweep_met(const Timed<RawCall>& timed) {
    const WholeOperation& op = timed.operation.operation;
    std::array<bool, most_whole_keys> swept{};
    std::array<bool, most_whole_keys> met_more{};
    for (const SeenKey& seen : op.seen) {
      const bool perhaps_more = expired_write_overlaps(timed, seen.key);
      if (!seen.present && (!std::exchange(swept[seen.key], true) || perhaps_more)) push(timed, sweep(op, seen.key));
      if (!perhaps_more || (!seen.present && std::exchange(met_more[seen.key], true))) continue;
      Timed<RawCall> perhaps = timed;
      perhaps.end = never_returned;
      push(perhaps, sweep(op, seen.key));
    }
  }
  void sweep_all(const Timed<RawCall>& timed) {
    for (int key = 0; key < keys_; ++key) {
      push(timed, sweep(timed.operation.operation, static_cast<std::uint8_t>(key)));
    }
  }

  bool expired_write_overlaps(const Timed<RawCall>& timed, std::uint8_t key) const {
    const TimeNs now_ns = timed.operation.operation.now_ns;
    return std::ranges::any_of(calls_, [&](const Timed<RawCall>& other) {
      if (other.begin > timed.end || other.end < timed.begin) return false;
      const WholeOperation& op = other.operation.operation;
      const auto expired = [&](std::uint8_t written, DurationNs ttl_ns) {
        return written == key && ttl_ns != forever && op.now_ns + ttl_ns <= now_ns;
      };
      if (other.operation.kind == RawCall::Kind::point) return expired(op.key, op.ttl_ns);
      return std::ranges::any_of(op.written, [&](const WrittenKey& w) { return expired(w.key, w.ttl_ns); });
    });
  }

  static WholeOperation instant(const WholeOperation& op, std::vector<SeenKey> seen, std::vector<WrittenKey> written) {
    WholeOperation part;
    part.call = WholeOperation::Call::instant;
    part.now_ns = op.now_ns;
    part.seen = std::move(seen);
    part.written = std::move(written);
    return part;
  }
  static WholeOperation sweep(const WholeOperation& op, std::uint8_t key) {
    WholeOperation part;
    part.call = WholeOperation::Call::sweep;
    part.now_ns = op.now_ns;
    part.key = key;
    return part;
  }
  void push(const Timed<RawCall>& timed, WholeOperation op) {
    history_.push_back({timed.begin, timed.end, timed.thread, std::move(op)});
  }

  const std::vector<Timed<RawCall>>& calls_;
  const Guarantees guarantees_;
  const int keys_;
  std::vector<Timed<WholeOperation>> history_;
};

}  // namespace contend::kv_store
