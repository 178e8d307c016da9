#include "stress/broken/kv_store/forwarding_store.hpp"

namespace contend::kv_store {
namespace {

// The snapshot reads the live store.
class LiveSnapshot final : public ForwardingStore {
 public:
  std::unique_ptr<Snapshot> snapshot(TimeNs now_ns) override { return std::make_unique<View>(*inner_, now_ns); }

 private:
  class View final : public Snapshot {
   public:
    View(Store& store, TimeNs now_ns) : store_(store), now_ns_(now_ns) {}
    Answer get(std::string_view key, std::string& value) const override { return store_.get(key, now_ns_, value); }
    void scan(std::string_view prefix, std::size_t limit, std::vector<Entry>& entries) const override {
      store_.scan(prefix, limit, now_ns_, entries);
    }

   private:
    Store& store_;
    const TimeNs now_ns_;
  };
};

const bool registered = register_broken<Store, LiveSnapshot>({.name = "snapshot_sees_later_writes",
                                                              .number = 5,
                                                              .bug = "a snapshot reads the live store",
                                                              .rule = "a snapshot does not change",
                                                              .caught_by = "instants"});

}  // namespace
}  // namespace contend::kv_store
