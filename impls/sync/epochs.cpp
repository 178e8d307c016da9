#include "impls/sync/epochs.hpp"

#include <algorithm>
#include <atomic>
#include <limits>
#include <thread>

#include "impls/sync/cache_line.hpp"
#include "impls/sync/thread_slots.hpp"

namespace contend {
namespace {

// The epoch in which a thread began to read; 0: it reads nothing now. All accesses are seq_cst. The argument: a writer
// unlinks, then takes a stamp, then looks at the slots. If it sees a slot empty, the reader's pin comes later in the one
// order of all these, and so do its reads: they find the object unlinked. If it sees an epoch greater than the stamp, the
// reader has read the clock after the stamp was taken, and the same follows. A slot that a writer does not see yet is
// used for the first time, so its pin comes later too.
struct Reader {
  std::atomic<std::uint64_t> began{0};
  int depth = 0;  // pins of its thread inside one another; touched by that thread alone
};

alignas(cache_line_bytes) std::atomic<std::uint64_t> clock{1};

// Where there is no memory for one more slot, the thread waits until another ends and leaves its own.
Reader& my_slot() noexcept {
  Reader* reader = ThreadSlots<Reader>::mine();
  while (reader == nullptr) {
    std::this_thread::yield();
    reader = ThreadSlots<Reader>::mine();
  }
  return *reader;
}

}  // namespace

ReadPin::ReadPin() noexcept {
  Reader& reader = my_slot();
  if (reader.depth++ == 0) reader.began = clock.load();
}

ReadPin::~ReadPin() {
  Reader& reader = my_slot();
  if (--reader.depth == 0) reader.began = 0;
}

RetireStamp retire_stamp() noexcept {
  return clock.fetch_add(1);
}

RetireStamp oldest_reader() noexcept {
  RetireStamp oldest = std::numeric_limits<RetireStamp>::max();
  ThreadSlots<Reader>::for_each([&](const Reader& reader) {
    if (const std::uint64_t began = reader.began; began != 0) oldest = std::min(oldest, began);
  });
  return oldest;
}

}  // namespace contend
