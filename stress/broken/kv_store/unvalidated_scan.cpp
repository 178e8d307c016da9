#include "stress/broken/kv_store/forwarding_store.hpp"

namespace contend::kv_store {
namespace {

// The first scan of a transaction that has not written yet goes to the store and is forgotten: at commit nobody looks
// whether keys have come or gone under its prefix since.
class UnvalidatedScan final : public ForwardingStore {
 public:
  std::unique_ptr<Transaction> begin(TimeNs now_ns) override {
    return std::make_unique<Forgetful>(*inner_, inner_->begin(now_ns), now_ns);
  }

 private:
  class Forgetful final : public Transaction {
   public:
    Forgetful(Store& store, std::unique_ptr<Transaction> inner, TimeNs now_ns)
        : store_(store), inner_(std::move(inner)), now_ns_(now_ns) {}

    Answer get(std::string_view key, std::string& value) override { return inner_->get(key, value); }
    Answer set(std::string_view key, std::string_view value, DurationNs ttl_ns) override {
      has_written_ = true;
      return inner_->set(key, value, ttl_ns);
    }
    Answer erase(std::string_view key) override {
      has_written_ = true;
      return inner_->erase(key);
    }
    void scan(std::string_view prefix, std::size_t limit, std::vector<Entry>& entries) override {
      if (has_written_) {
        inner_->scan(prefix, limit, entries);
      } else {
        store_.scan(prefix, limit, now_ns_, entries);
      }
    }
    Status commit() override { return inner_->commit(); }
    void rollback() override { inner_->rollback(); }

   private:
    Store& store_;
    std::unique_ptr<Transaction> inner_;
    const TimeNs now_ns_;
    bool has_written_ = false;
  };
};

const bool registered =
    register_broken<Store, UnvalidatedScan>({.name = "unvalidated_scan",
                                             .number = 58,
                                             .bug = "a commit does not repeat what its transaction scanned",
                                             .rule = "a transaction takes effect at one instant",
                                             .caught_by = "whole_store"});

}  // namespace
}  // namespace contend::kv_store
