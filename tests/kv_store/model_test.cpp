// A long random script against every store and against the model, answer by answer.

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "impls/base/registry.hpp"
#include "impls/kv_store/kv_store.hpp"
#include "tests/kv_store/model.hpp"
#include "tests/support/implementations.hpp"

namespace contend::kv_store {
namespace {

using model::alive;
using model::Cell;
using model::Cells;
using model::Model;
using model::ModelTransaction;

// Which version of a design is which of the model: one for one, and within a key in the same order.
class Versions {
 public:
  bool same(const std::string& key, Version model, Version tested) {
    if (model == 0 || tested == 0) return model == tested;
    auto& known = known_[key];
    const auto [place, added] = known.try_emplace(model, tested);
    if (!added) return place->second == tested;
    return (place == known.begin() || std::prev(place)->second < tested) &&
           (std::next(place) == known.end() || tested < std::next(place)->second);
  }
  Version tested(const std::string& key, Version model) { return model == 0 ? 0 : known_[key][model]; }

 private:
  std::map<std::string, std::map<Version, Version>> known_;
};

class KvStoreModelTest : public testing::TestWithParam<Implementation<Store>> {
 protected:
  void run(std::uint64_t seed) {
    random_.seed(seed);
    for (int step = 0; step < 4000 && !HasFailure(); ++step) {
      now_ns_ += static_cast<TimeNs>(below(4));
      one_step();
      if (HasFailure()) ADD_FAILURE() << fmt::format("CONTEND_SEED={} step {}", seed, step);
    }
  }

 private:
  static bool has(Part part) { return GetParam().guarantees.offered.has(part); }
  std::uint64_t below(std::uint64_t bound) { return random_() % bound; }
  std::string key() { return std::string(1, "ab\0\xff"[below(4)]) + std::to_string(below(6)); }
  std::string prefix() { return below(4) == 0 ? "" : key().substr(0, 1); }
  std::string new_value() { return fmt::format("{}{}", ++values_, std::string(below(3) == 0 ? 50 : 0, 'v')); }
  DurationNs ttl() { return has(Part::expiry) && below(3) == 0 ? static_cast<DurationNs>(below(60)) - 2 : forever; }

  bool same(const std::string& key, Version model, Version tested) {
    return has(Part::versions) ? versions_.same(key, model, tested) : tested == 0;
  }
  void expect(const std::string& what, const std::string& key, const Answer& model, const Answer& tested,
              const std::string& model_value = {}, const std::string& tested_value = {}) {
    EXPECT_EQ(to_string(tested.status), to_string(model.status)) << what << " of " << key << " at " << now_ns_;
    EXPECT_TRUE(same(key, model.version, tested.version)) << what << " of " << key << " at " << now_ns_;
    EXPECT_TRUE(same(key, model.previous, tested.previous)) << what << " of " << key << " at " << now_ns_;
    EXPECT_EQ(tested_value, model_value) << what << " of " << key << " at " << now_ns_;
  }
  void expect(const std::string& what, const std::vector<Entry>& model, const std::vector<Entry>& tested) {
    ASSERT_EQ(tested.size(), model.size()) << what << " at " << now_ns_;
    for (std::size_t i = 0; i < model.size(); ++i) {
      EXPECT_EQ(tested[i].key, model[i].key) << what << " at " << now_ns_;
      EXPECT_EQ(tested[i].value, model[i].value) << what << " of " << model[i].key << " at " << now_ns_;
      EXPECT_TRUE(same(model[i].key, model[i].version, tested[i].version)) << what << " of " << model[i].key;
    }
  }

  void one_step() {
    const std::string k = key();
    const std::string v = new_value();
    std::string read;
    std::string model_read;
    std::vector<Entry> entries;
    switch (below(24)) {
      case 0:
      case 1:
      case 2:
        return expect("get", k, model_.get(k, now_ns_, model_read), store_->get(k, now_ns_, read), model_read, read);
      case 3:
      case 4:
      case 5:
      case 6: {
        const DurationNs ttl_ns = ttl();
        return expect("set", k, model_.set(k, v, ttl_ns, now_ns_), store_->set(k, v, ttl_ns, now_ns_));
      }
      case 7: {
        if (!has(Part::put_if_absent)) return;
        const DurationNs ttl_ns = ttl();
        return expect("put_if_absent", k, model_.put_if_absent(k, v, ttl_ns, now_ns_),
                      store_->put_if_absent(k, v, ttl_ns, now_ns_));
      }
      case 8: {
        if (!has(Part::compare_and_set)) return;
        const DurationNs ttl_ns = ttl();
        const Version expected = below(3) == 0 ? 0 : model_.version(k);
        const Answer tested = store_->compare_and_set(k, versions_.tested(k, expected), v, ttl_ns, now_ns_, read);
        return expect("compare_and_set", k, model_.compare_and_set(k, expected, v, ttl_ns, now_ns_, model_read), tested,
                      model_read, read);
      }
      case 9:
      case 10: {
        const Answer erased = model_.erase(k, now_ns_);
        return expect("erase", k, has(Part::answer_of_erase) ? erased : Answer{}, store_->erase(k, now_ns_));
      }
      case 11: {
        if (!has(Part::scan)) return;
        const std::string under = prefix();
        const std::size_t limit = below(8);
        store_->scan(under, limit, now_ns_, entries);
        return expect("scan", model_.scan(under, limit, now_ns_), entries);
      }
      case 12: {
        if (!has(Part::expire)) return;
        // In parts, down to the last: which a part takes is left open.
        ExpireAnswer part{0, true};
        std::size_t removed = 0;
        for (; part.more; removed += part.removed) part = store_->expire(2, now_ns_);
        EXPECT_EQ(removed, model_.expire(now_ns_));
        return;
      }
      case 13: {
        if (!has(Part::size)) return;
        model_.expire(now_ns_);
        const Size size = store_->size(now_ns_);
        EXPECT_EQ(size.live, model_.size());
        EXPECT_GE(size.resident, size.live);
        if (transaction_ == nullptr && snapshot_ == nullptr) {
          EXPECT_EQ(size.resident, size.live);
        }
        // All that had expired is gone: time that goes back revives nothing.
        now_ns_ -= std::min<TimeNs>(now_ns_, static_cast<TimeNs>(below(30)));
        return;
      }
      case 14:
        if (!has(Part::snapshots)) return;
        snapshot_ = store_->snapshot(now_ns_);
        snapshot_cells_ = model_.cells();
        std::erase_if(snapshot_cells_, [&](const auto& cell) { return !alive(cell.second, now_ns_); });
        return;
      case 15:
        if (snapshot_ == nullptr) return;
        snapshot_->scan(k.substr(0, 1), below(8), entries);
        for (const Entry& entry : entries) {
          const Cell& cell = snapshot_cells_[entry.key];
          EXPECT_EQ(entry.value, cell.value);
          EXPECT_TRUE(same(entry.key, cell.version, entry.version));
        }
        if (below(4) == 0) snapshot_.reset();
        return;
      case 16:
        if (snapshot_ == nullptr) return;
        EXPECT_EQ(snapshot_->get(k, read).status == Status::ok, snapshot_cells_.contains(k)) << k;
        EXPECT_EQ(read, snapshot_cells_.contains(k) ? snapshot_cells_[k].value : "");
        return;
      case 17:
        if (transaction_ != nullptr || !has(Part::transactions)) return;
        transaction_ = store_->begin(now_ns_);
        model_transaction_ = std::make_unique<ModelTransaction>(
            model_, now_ns_, GetParam().guarantees.isolation == Isolation::serializable);
        return;
      default:
        if (transaction_ != nullptr) transaction_step(k, v);
    }
  }

  void transaction_step(const std::string& k, const std::string& v) {
    std::string read;
    std::string model_read;
    std::vector<Entry> entries;
    switch (below(8)) {
      case 0:
      case 1:
        return expect("transaction get", k, model_transaction_->get(k, model_read), transaction_->get(k, read),
                      model_read, read);
      case 2:
      case 3: {
        const DurationNs ttl_ns = ttl();
        return expect("transaction set", k, model_transaction_->set(k, v, ttl_ns), transaction_->set(k, v, ttl_ns));
      }
      case 4:
        return expect("transaction erase", k, model_transaction_->erase(k), transaction_->erase(k));
      case 5: {
        const std::string under = prefix();
        const std::size_t limit = below(6);
        transaction_->scan(under, limit, entries);
        return expect("transaction scan", model_transaction_->scan(under, limit), entries);
      }
      case 6:
        transaction_->rollback();
        break;
      default: {
        const Status expected = model_transaction_->commit();
        EXPECT_EQ(to_string(transaction_->commit()), to_string(expected));
        // What the commit has written shows its versions here.
        for (const auto& [key, cell] : Cells(model_.cells())) {
          const Answer tested = store_->get(key, now_ns_, read);
          expect("get after commit", key, model_.get(key, now_ns_, model_read), tested);
        }
      }
    }
    transaction_.reset();
    model_transaction_.reset();
  }

  std::unique_ptr<Store> store_ = GetParam().make({});
  std::unique_ptr<Snapshot> snapshot_;
  std::unique_ptr<Transaction> transaction_;
  Model model_;
  Cells snapshot_cells_;
  std::unique_ptr<ModelTransaction> model_transaction_;
  Versions versions_;
  std::mt19937_64 random_;
  TimeNs now_ns_ = 0;
  int values_ = 0;
};

TEST_P(KvStoreModelTest, AnswersAsTheHeaderSays) {
  run(test_seed(1));
}
TEST_P(KvStoreModelTest, AnswersAsTheHeaderSaysAgain) {
  run(test_seed(2));
}

INSTANTIATE_TEST_SUITE_P(Implementations, KvStoreModelTest, testing::ValuesIn(implementations<Store>()),
                         implementation_name<Store>);

}  // namespace
}  // namespace contend::kv_store
