#pragma once

#include <memory>

#include "impls/kv_store/kv_store.hpp"
#include "stress/driver/attack.hpp"

namespace contend::kv_store {

// A correct store behind which a broken one hides everything but its bug: it overrides what it breaks.
class ForwardingStore : public Store {
 public:
  ForwardingStore() : inner_(Registry<Store>::instance().find("striped")->make({})) {}

  Answer get(std::string_view key, TimeNs now_ns, std::string& value) override {
    return inner_->get(key, now_ns, value);
  }
  Answer set(std::string_view key, std::string_view value, DurationNs ttl_ns, TimeNs now_ns) override {
    return inner_->set(key, value, ttl_ns, now_ns);
  }
  Answer put_if_absent(std::string_view key, std::string_view value, DurationNs ttl_ns, TimeNs now_ns) override {
    return inner_->put_if_absent(key, value, ttl_ns, now_ns);
  }
  Answer compare_and_set(std::string_view key, Version expected, std::string_view value, DurationNs ttl_ns,
                         TimeNs now_ns, std::string& current) override {
    return inner_->compare_and_set(key, expected, value, ttl_ns, now_ns, current);
  }
  Answer erase(std::string_view key, TimeNs now_ns) override { return inner_->erase(key, now_ns); }
  void scan(std::string_view prefix, std::size_t limit, TimeNs now_ns, std::vector<Entry>& entries) override {
    inner_->scan(prefix, limit, now_ns, entries);
  }
  std::unique_ptr<Transaction> begin(TimeNs now_ns) override { return inner_->begin(now_ns); }
  std::unique_ptr<Snapshot> snapshot(TimeNs now_ns) override { return inner_->snapshot(now_ns); }
  ExpireAnswer expire(std::size_t budget, TimeNs now_ns) override { return inner_->expire(budget, now_ns); }
  Size size(TimeNs now_ns) override { return inner_->size(now_ns); }

 protected:
  std::unique_ptr<Store> inner_;
};

}  // namespace contend::kv_store
