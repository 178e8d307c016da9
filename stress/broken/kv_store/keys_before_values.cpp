#include <utility>
#include <vector>

#include "stress/broken/kv_store/forwarding_store.hpp"
#include "stress/round/window.hpp"

namespace contend::kv_store {
namespace {

// An index of keys beside a table: a scan takes the keys of one instant, and looks all of them up at a later one.
class KeysBeforeValues final : public ForwardingStore {
 public:
  void scan(std::string_view prefix, std::size_t limit, TimeNs now_ns, std::vector<Entry>& entries) override {
    std::vector<Entry> indexed;
    inner_->scan(prefix, limit, now_ns, indexed);
    open_window();
    const auto table = inner_->snapshot(now_ns);
    entries.clear();
    for (Entry& entry : indexed) {
      const Answer found = table->get(entry.key, entry.value);
      if (found.status != Status::ok) continue;
      entry.version = found.version;
      entries.push_back(std::move(entry));
    }
  }
};

const bool registered =
    register_broken<Store, KeysBeforeValues>({.name = "keys_before_values",
                                              .number = 71,
                                              .bug = "a scan looks up at one instant the keys that it found at another",
                                              .rule = "the scan guarantee",
                                              .caught_by = "moves"});

}  // namespace
}  // namespace contend::kv_store
