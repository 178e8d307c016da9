#pragma once

#include <atomic>
#include <cstdint>
#include <thread>

#include "impls/sync/cache_line.hpp"
#include "impls/sync/epochs.hpp"
#include "impls/sync/thread_slots.hpp"

namespace contend {

// Epochs as in epochs.hpp for structures that are read far more often than something leaves them: a pin is two plain stores to
// the thread's own line, without a locked instruction, and who frees pays with a system call.
//
// What a locked instruction is for: the pin must not become visible only after what is read under it. Linux can do that
// from the other side: membarrier lets every thread of the process pass a full fence before it returns. So each
// thread's pin either came before that fence, and is seen by who looks at the slots after it; or it came after, and then
// what is read under it comes after whatever was unlinked before the call. Where there is no membarrier, a pin is an
// exchange as in epochs.hpp; so it is for the hunt, which knows nothing of that call.
//
// Guarantee: as that of ReadPin, for what is freed when its light_retire_stamp() is below oldest_light_reader(). Pins of a thread do not
// lie inside one another. Wait-free once a thread has its slot.
// Source: asymmetric fences (liburcu, Desnoyers et al., 2012; Goldblatt, P1202); epochs after Fraser, 2004.
namespace light_epochs {

// The epoch in which a thread began to read; 0: it reads nothing now.
struct Reader {
  std::atomic<std::uint64_t> began{0};
};
using Readers = ThreadSlots<Reader>;

struct Clock {
  alignas(cache_line_bytes) std::atomic<std::uint64_t> now{1};
  bool readers_fence = true;  // by themselves, for there is no membarrier; does not change once main has begun
};
extern Clock clock;

}  // namespace light_epochs

class LightPin {
 public:
  [[gnu::always_inline]] LightPin() noexcept : reader_(my_slot()) {
    const std::uint64_t now = light_epochs::clock.now.load();
    if (light_epochs::clock.readers_fence) {
      reader_.began = now;
      return;
    }
    // (1) relaxed: membarrier orders it before what is read under the pin, or that after (2). The compiler is kept from moving it.
    reader_.began.store(now, std::memory_order_relaxed);
    std::atomic_signal_fence(std::memory_order_seq_cst);
  }
  // (3) release: who finds the slot empty at (4) comes after all that was read under the pin.
  ~LightPin() { reader_.began.store(0, std::memory_order_release); }
  LightPin(const LightPin&) = delete;
  LightPin& operator=(const LightPin&) = delete;

 private:
  // Where there is no memory for one more slot, the thread waits until another ends and leaves its own.
  static light_epochs::Reader& my_slot() noexcept {
    light_epochs::Reader* reader = light_epochs::Readers::mine();
    while (reader == nullptr) {
      std::this_thread::yield();
      reader = light_epochs::Readers::mine();
    }
    return *reader;
  }

  light_epochs::Reader& reader_;
};

// Call it after unlinking. O(1).
RetireStamp light_retire_stamp() noexcept;

// Whatever was unlinked before a smaller stamp was taken is out of reach for everybody. The greatest possible stamp if
// nobody reads. A system call that interrupts the cores on which the process runs, some microseconds; O(threads that ever
// ran at once).
RetireStamp oldest_light_reader() noexcept;

}  // namespace contend
