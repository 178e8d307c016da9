#include <algorithm>
#include <atomic>
#include <thread>

#include "stress/broken/kv_store/copied_store.hpp"
#include "stress/round/window.hpp"

namespace contend::kv_store {
namespace {

// A sequence lock whose reader waits for an even number, but does not look whether it is still the same after copying:
// it can mix the version of one value with the bytes of the next.
class UncheckedSeqlock {
 public:
  std::optional<CopiedValue> read() const {
    while (sequence_ % 2 == 1) std::this_thread::yield();
    CopiedValue copied{version_, ""};
    open_window();
    for (std::size_t i = 0; i < length_; ++i) copied.value += bytes_[i];
    // Here the sequence would have to be read again.
    if (copied.version == 0) return std::nullopt;
    return copied;
  }
  void publish(Version version, std::string_view value) {
    if (value.size() > bytes_.size()) return;
    ++sequence_;
    version_ = version;
    length_ = value.size();
    std::ranges::copy(value, bytes_.begin());
    ++sequence_;
  }
  void clear() {
    ++sequence_;
    version_ = 0;
    ++sequence_;
  }

 private:
  std::atomic<std::uint64_t> sequence_{0};
  std::atomic<Version> version_{0};
  std::atomic<std::size_t> length_{0};
  std::array<std::atomic<char>, 16> bytes_{};
};

const bool registered = register_broken<Store, CopiedStore<UncheckedSeqlock>>(
    {.name = "seqlock_without_recheck",
     .number = 9,
     .bug = "a reader does not read the sequence again after copying",
     .rule = "an answer is one value at one instant",
     .caught_by = "point_operations"});

}  // namespace
}  // namespace contend::kv_store
