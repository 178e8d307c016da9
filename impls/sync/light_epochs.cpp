#include "impls/sync/light_epochs.hpp"

#include <algorithm>
#include <limits>

#if defined(__linux__) && !defined(CONTEND_HUNTED)
#include <linux/membarrier.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif

namespace contend {
namespace {

#if defined(__linux__) && !defined(CONTEND_HUNTED)
bool call_membarrier(int command) noexcept {
  return syscall(__NR_membarrier, command, 0, 0) == 0;
}
bool make_ready() noexcept {
  return call_membarrier(MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED) &&
         call_membarrier(MEMBARRIER_CMD_PRIVATE_EXPEDITED);
}
bool fence_all_threads() noexcept {
  return call_membarrier(MEMBARRIER_CMD_PRIVATE_EXPEDITED);
}
#else
bool make_ready() noexcept {
  return false;
}
bool fence_all_threads() noexcept {
  return false;
}
#endif

}  // namespace

namespace light_epochs {

Clock clock;

}  // namespace light_epochs

namespace {

// Until it is asked, which is before main, readers fence by themselves.
[[maybe_unused]] const bool asked = [] {
  light_epochs::clock.readers_fence = !make_ready();
  return true;
}();

}  // namespace

RetireStamp light_retire_stamp() noexcept {
  return light_epochs::clock.now.fetch_add(1);
}

RetireStamp oldest_light_reader() noexcept {
  // (2) Whoever does not fence by himself passes one now. Should that fail where it did not before, everybody may be
  // reading, for all that is known.
  if (!light_epochs::clock.readers_fence && !fence_all_threads()) return 0;
  RetireStamp oldest = std::numeric_limits<RetireStamp>::max();
  light_epochs::Readers::for_each([&](const light_epochs::Reader& reader) {
    // (4) seq_cst: sees all that (3) released, and the pins of readers that fence by themselves.
    if (const std::uint64_t began = reader.began.load(); began != 0) oldest = std::min(oldest, began);
  });
  return oldest;
}

}  // namespace contend
