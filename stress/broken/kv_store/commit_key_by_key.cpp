#include <utility>
#include <vector>

#include "stress/broken/kv_store/forwarding_store.hpp"
#include "stress/round/window.hpp"

namespace contend::kv_store {
namespace {

// A commit applies its writes one after the other: a reader can see the first and not yet the second.
class CommitKeyByKey final : public ForwardingStore {
 public:
  std::unique_ptr<Transaction> begin(TimeNs now_ns) override { return std::make_unique<OneByOne>(*inner_, now_ns); }

 private:
  class OneByOne final : public Transaction {
   public:
    OneByOne(Store& store, TimeNs now_ns) : store_(store), now_ns_(now_ns) {}
    Answer get(std::string_view key, std::string& value) override { return store_.get(key, now_ns_, value); }
    Answer set(std::string_view key, std::string_view value, DurationNs) override {
      writes_.emplace_back(key, value);
      return {};
    }
    Answer erase(std::string_view key) override { return store_.erase(key, now_ns_); }
    void scan(std::string_view prefix, std::size_t limit, std::vector<Entry>& entries) override {
      store_.scan(prefix, limit, now_ns_, entries);
    }
    Status commit() override {
      for (const auto& [key, value] : writes_) {
        store_.set(key, value, forever, now_ns_);
        open_window();
      }
      return Status::ok;
    }
    void rollback() override { writes_.clear(); }

   private:
    Store& store_;
    const TimeNs now_ns_;
    std::vector<std::pair<std::string, std::string>> writes_;
  };
};

const bool registered = register_broken<Store, CommitKeyByKey>({.name = "commit_key_by_key",
                                                                .number = 57,
                                                                .bug = "a commit shows its writes one after the other",
                                                                .rule = "a commit is one instant",
                                                                .caught_by = "commits"});

}  // namespace
}  // namespace contend::kv_store
