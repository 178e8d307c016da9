#include <vector>

#include "stress/broken/kv_store/forwarding_store.hpp"
#include "stress/round/window.hpp"

namespace contend::kv_store {
namespace {

// A transaction writes in place and puts things back on rollback: others see what never came to be.
class DirtyRead final : public ForwardingStore {
 public:
  std::unique_ptr<Transaction> begin(TimeNs now_ns) override { return std::make_unique<InPlace>(*inner_, now_ns); }

 private:
  class InPlace final : public Transaction {
   public:
    InPlace(Store& store, TimeNs now_ns) : store_(store), now_ns_(now_ns) {}
    Answer get(std::string_view key, std::string& value) override { return store_.get(key, now_ns_, value); }
    Answer set(std::string_view key, std::string_view value, DurationNs ttl_ns) override {
      std::string before;
      const bool was_there = store_.get(key, now_ns_, before).status == Status::ok;
      undo_.push_back({std::string(key), was_there, before});
      const Answer answer = store_.set(key, value, ttl_ns, now_ns_);
      open_window();
      return answer;
    }
    Answer erase(std::string_view key) override { return store_.erase(key, now_ns_); }
    void scan(std::string_view prefix, std::size_t limit, std::vector<Entry>& entries) override {
      store_.scan(prefix, limit, now_ns_, entries);
    }
    Status commit() override { return Status::ok; }
    void rollback() override {
      for (const Before& before : undo_) {
        if (before.was_there) {
          store_.set(before.key, before.value, forever, now_ns_);
        } else {
          store_.erase(before.key, now_ns_);
        }
      }
    }

   private:
    struct Before {
      std::string key;
      bool was_there = false;
      std::string value;
    };
    Store& store_;
    const TimeNs now_ns_;
    std::vector<Before> undo_;
  };
};

const bool registered = register_broken<Store, DirtyRead>({.name = "dirty_read",
                                                           .number = 7,
                                                           .bug = "a transaction writes in place before commit",
                                                           .rule = "uncommitted writes stay unseen",
                                                           .caught_by = "instants"});

}  // namespace
}  // namespace contend::kv_store
