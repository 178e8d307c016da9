
#include "stress/broken/kv_store/forwarding_store.hpp"
#include "stress/round/window.hpp"

namespace contend::kv_store {
namespace {

// Each entry is read at its own instant, yet the scan claims to be a snapshot.
class TornScan final : public ForwardingStore {
 public:
  void scan(std::string_view prefix, std::size_t limit, TimeNs now_ns, std::vector<Entry>& entries) override {
    inner_->scan(prefix, limit, now_ns, entries);
    for (Entry& entry : entries) {
      open_window();
      entry.version = inner_->get(entry.key, now_ns, entry.value).version;
    }
  }
};

const bool registered = register_broken<Store, TornScan>({.name = "torn_scan",
                                                          .number = 4,
                                                          .bug = "a scan reads entry by entry and claims a snapshot",
                                                          .rule = "the scan guarantee",
                                                          .caught_by = "instants"});

}  // namespace
}  // namespace contend::kv_store
