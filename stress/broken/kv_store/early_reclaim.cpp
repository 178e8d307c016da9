#include <atomic>
#include <cstring>

#include "stress/broken/kv_store/copied_store.hpp"
#include "stress/round/window.hpp"

namespace contend::kv_store {
namespace {

// Freed memory is overwritten, as debugging allocators do, so that reading it shows without a sanitizer too.
struct Node {
  CopiedValue copied;

  static void operator delete(void* place, std::size_t bytes) {
    std::memset(place, 0xDD, bytes);
    ::operator delete(place);
  }
};

// The old node is freed as soon as it is unlinked, although a reader may be copying from it.
class UnprotectedCell {
 public:
  ~UnprotectedCell() { clear(); }

  std::optional<CopiedValue> read() const {
    const Node* node = node_;
    if (node == nullptr) return std::nullopt;
    open_window();
    return node->copied;
  }
  void publish(Version version, std::string_view value) {
    delete node_.exchange(new Node{{version, std::string(value)}});
  }
  void clear() { delete node_.exchange(nullptr); }

 private:
  std::atomic<Node*> node_{nullptr};
};

const bool registered =
    register_broken<Store, CopiedStore<UnprotectedCell>>({.name = "early_reclaim",
                                                          .number = 10,
                                                          .bug = "a node is freed without waiting for its readers",
                                                          .rule = "memory that is read is alive",
                                                          .caught_by = "point_operations",
                                                          .ending = Ending::stop});

}  // namespace
}  // namespace contend::kv_store
