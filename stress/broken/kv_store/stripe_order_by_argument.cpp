#include <array>
#include <vector>

#include "impls/base/hashing.hpp"
#include "impls/sync/mutex.hpp"
#include "stress/broken/kv_store/forwarding_store.hpp"
#include "stress/round/window.hpp"

namespace contend::kv_store {
namespace {

constexpr std::size_t stripe_count = 8;
using Stripes = std::array<Mutex, stripe_count>;

// A commit locks the stripes of its writes in the order in which they were written: two commits that wrote the same
// keys in opposite orders can each hold what the other waits for.
class AsWritten final : public Transaction {
 public:
  AsWritten(std::unique_ptr<Transaction> inner, Stripes& stripes) : inner_(std::move(inner)), stripes_(stripes) {}

  Answer get(std::string_view key, std::string& value) override { return inner_->get(key, value); }
  Answer set(std::string_view key, std::string_view value, DurationNs ttl_ns) override {
    note(key);
    return inner_->set(key, value, ttl_ns);
  }
  Answer erase(std::string_view key) override {
    note(key);
    return inner_->erase(key);
  }
  void scan(std::string_view prefix, std::size_t limit, std::vector<Entry>& entries) override {
    inner_->scan(prefix, limit, entries);
  }
  // The analysis cannot follow a set of locks that is known only at run time.
  Status commit() override NO_THREAD_SAFETY_ANALYSIS {
    for (Mutex* stripe : order_) {
      stripe->lock();
      open_window();
    }
    const Status status = inner_->commit();
    for (Mutex* stripe : order_) stripe->unlock();
    return status;
  }
  void rollback() override { inner_->rollback(); }

 private:
  void note(std::string_view key) {
    Mutex* stripe = &stripes_[mix_bits(hash_bytes(key)) % stripe_count];
    if (std::ranges::count(order_, stripe) == 0) order_.push_back(stripe);
  }

  std::unique_ptr<Transaction> inner_;
  Stripes& stripes_;
  std::vector<Mutex*> order_;
};

class StripeOrderByArgument final : public ForwardingStore {
 public:
  std::unique_ptr<Transaction> begin(TimeNs now_ns) override {
    return std::make_unique<AsWritten>(inner_->begin(now_ns), stripes_);
  }

 private:
  template <std::size_t... I>
  static Stripes numbered(std::index_sequence<I...>) {
    return {Mutex({"commit stripe", I})...};
  }
  Stripes stripes_ = numbered(std::make_index_sequence<stripe_count>());
};

const bool registered = register_broken<Store, StripeOrderByArgument>(
    {.name = "stripe_order_by_argument",
     .number = 11,
     .bug = "a commit locks its stripes in the order in which they were written",
     .rule = "no circle of waiting can close",
     .caught_by = "instants",
     .ending = Ending::deadlock});

}  // namespace
}  // namespace contend::kv_store
