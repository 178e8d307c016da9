#include "impls/sync/epochs.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <limits>
#include <thread>

#include "impls/sync/cache_line.hpp"

namespace contend {
namespace {

// The epoch in which the reader of a place began; 0: it reads nothing now. All accesses are seq_cst. The argument: a
// writer unlinks, then takes a stamp, then looks at the places. If it sees a place empty, the reader's pin comes later
// in the one order of all these, and so do its reads: they find the object unlinked. If it sees an epoch greater than
// the stamp, the reader has read the clock after the stamp was taken, and the same follows.
struct alignas(cache_line_bytes) Place {
  std::atomic<std::uint64_t> began{0};
  std::atomic<bool> taken{false};
};

constexpr std::size_t place_count = 512;
std::array<Place, place_count> places;
std::atomic<std::size_t> places_ever_taken{0};
alignas(cache_line_bytes) std::atomic<std::uint64_t> clock{1};

class PlaceHolder {
 public:
  ~PlaceHolder() {
    if (place_ != nullptr) place_->taken = false;
  }
  Place& place() {
    while (place_ == nullptr) find();
    return *place_;
  }
  int depth = 0;  // pins of this thread inside one another

 private:
  void find() {
    for (std::size_t i = 0; i < place_count; ++i) {
      if (places[i].taken.exchange(true)) continue;
      place_ = &places[i];
      std::size_t known = places_ever_taken;
      while (known <= i && !places_ever_taken.compare_exchange_weak(known, i + 1)) {
      }
      return;
    }
    std::this_thread::yield();
  }
  Place* place_ = nullptr;
};

PlaceHolder& mine() {
  thread_local PlaceHolder holder;
  return holder;
}

}  // namespace

ReadPin::ReadPin() noexcept {
  PlaceHolder& holder = mine();
  if (holder.depth++ == 0) holder.place().began = clock.load();
}

ReadPin::~ReadPin() {
  PlaceHolder& holder = mine();
  if (--holder.depth == 0) holder.place().began = 0;
}

RetireStamp retire_stamp() noexcept {
  return clock.fetch_add(1);
}

RetireStamp oldest_reader() noexcept {
  RetireStamp oldest = std::numeric_limits<RetireStamp>::max();
  const std::size_t count = places_ever_taken;
  for (std::size_t i = 0; i < count; ++i) {
    if (const std::uint64_t began = places[i].began; began != 0) oldest = std::min(oldest, began);
  }
  return oldest;
}

}  // namespace contend
