#pragma once

#include <cstdint>

namespace contend {

// Epoch-based reclamation: a reader without a lock pins the present, a writer takes a stamp after it has unlinked
// something, and may free it once every reader that is pinned has begun after that stamp.
//
// Guarantee: what was reachable when ReadPin was made, or later, stays alive until it is gone, provided that pointers
// to it are published and read with seq_cst order and that it is freed only when its stamp is below `oldest_reader()`.
// Pinning is wait-free once a thread has its slot, and costs one exchange. A reader that stalls keeps everything alive
// that is retired after it began: memory is then unbounded.
// Source: epoch-based reclamation (Fraser, 2004), with a stamp per retirement as in hazard eras (Ramalhete and Correia,
// 2017).
class ReadPin {
 public:
  ReadPin() noexcept;
  ~ReadPin();
  ReadPin(const ReadPin&) = delete;
  ReadPin& operator=(const ReadPin&) = delete;
};

using RetireStamp = std::uint64_t;

// Call it after unlinking. O(1).
RetireStamp retire_stamp() noexcept;

// Whatever was unlinked before a smaller stamp was taken is out of reach for everybody. The greatest possible stamp if
// nobody reads. O(threads that ever ran at once).
RetireStamp oldest_reader() noexcept;

}  // namespace contend
