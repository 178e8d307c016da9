// Workloads of the key/value store, on the paths that the machine's package database lists.

#include <memory>
#include <string>
#include <vector>

#include "bench/kv_store/store_subject.hpp"
#include "bench/workload/workload.hpp"
#include "bench/workload/zipf.hpp"
#include "impls/kv_store/kv_store.hpp"

namespace contend::kv_store {
namespace {

bool add(const std::string& name, const std::string& summary, const Mix& mix) {
  return register_workload<Store>(
      {.name = name,
       .summary = summary,
       .contended = mix.hot_keys > 1,
       .prepare = [mix](const Maker<Store>& make, int) { return std::make_unique<StoreSubject>(make({}), mix); },
       .before_trials =
           [mix] {
             zipf(keys().size(), mix.theta);
             mix.bytes_of(0);
           }});
}

constexpr DurationNs second_ns = 1'000'000'000;

// The mixes, on all keys with Zipf's popularity; each again on all keys alike and on one key.
struct NamedMix {
  std::string name;
  std::string summary;
  Mix mix;
};
const std::vector<NamedMix>& mixes() {
  static const std::vector<NamedMix> all{
      {"read_heavy", "95 % get, 5 % set", {.get = 950, .set = 50}},
      {"update_heavy", "50 % get, 50 % set", {.get = 500, .set = 500}},
      {"transaction", "90 % get, 10 % transactions of one read and one write", {.get = 900, .transaction = 100}},
      {"scan_heavy", "80 % get, 5 % set, 15 % scans of a folder for 20 entries", {.get = 800, .set = 50, .scan = 150}},
      {"read_only", "100 % get", {.get = 1000}},
      {"snapshot", "99.9 % get, 0.1 % snapshots of the whole store", {.get = 999, .snapshot = 1}}};
  return all;
}

bool add_mixes(const std::string& suffix, const std::string& popularity, double theta, std::size_t hot_keys) {
  for (NamedMix named : mixes()) {
    named.mix.theta = theta;
    named.mix.hot_keys = hot_keys;
    add(named.name + suffix, named.summary + ", " + popularity, named.mix);
  }
  return true;
}

// In the order in which a budget is spent.
const bool first_registered =
    add_mixes("", "Zipf 0.99", 0.99, 0) &&
    add("hot_transactions", "50 % get, 50 % transactions of one read and one write, all on two keys",
        {.get = 500, .transaction = 500, .hot_keys = 2}) &&
    add("package_files", "90 % get, 10 % set, Zipf 0.99, each value as long as the file its key names (up to 8 KiB)",
        {.get = 900, .set = 100, .theta = 0.99, .value_bytes = 0});

// Real operation mixes, value sizes, expiry and skew: six contrasting in-memory caches of Twitter, March 2020
// (github.com/twitter/cache-trace, stat/2020Mar.md, CC-BY 4.0; Yang, Yue and Rashmi, OSDI 2020). `add`, `incr` and
// `gets` count as set, compare-and-set and get. Times shrink with the workload's clock, a microsecond per operation.
const bool clusters_registered =
    add("twitter_47", "cluster 47: all get, values of 267 bytes, Zipf 2.06",
        {.get = 1000, .theta = 2.0637, .value_bytes = 267}) &&
    add("twitter_19", "cluster 19: 75 % get, 25 % set, values of 101 bytes, hours of ttl, Zipf 0.74",
        {.get = 750, .set = 250, .theta = 0.735, .value_bytes = 101, .ttl_parts = {{1000, 25 * second_ns}}}) &&
    add("twitter_22", "cluster 22: 72 % get, 18 % read-modify-write, 10 % set, values of 4 bytes, Zipf 0.76",
        {.get = 720,
         .set = 100,
         .compare_and_set = 180,
         .theta = 0.7624,
         .value_bytes = 4,
         .ttl_parts = {{850, 86 * second_ns}, {110, 4 * second_ns}}}) &&
    add("twitter_32", "cluster 32: 98 % set with a short ttl, 2 % get, values of 138 bytes, no skew",
        {.get = 20, .set = 980, .value_bytes = 138, .ttl_parts = {{1000, second_ns / 100}}}) &&
    add("twitter_37", "cluster 37: 63 % get, 37 % set, large values (20134 bytes, here cut to 4096), Zipf 0.42",
        {.get = 630, .set = 370, .theta = 0.4251, .value_bytes = 4096, .ttl_parts = {{910, second_ns / 50}}}) &&
    add("twitter_51", "cluster 51: 90 % get, 10 % set, values of 221 bytes, Zipf 1.97",
        {.get = 900, .set = 100, .theta = 1.9745, .value_bytes = 221});

const bool rest_registered = add_mixes("_hot_key", "one key", 0, 1) && add_mixes("_uniform", "uniform", 0, 0);

// The control: everything is absent, at once.
class NoopStore final : public Store {
 public:
  Answer get(std::string_view, TimeNs, std::string&) override { return {Status::absent}; }
  Answer set(std::string_view, std::string_view, DurationNs, TimeNs) override { return {}; }
  Answer put_if_absent(std::string_view, std::string_view, DurationNs, TimeNs) override { return {}; }
  Answer compare_and_set(std::string_view, Version, std::string_view, DurationNs, TimeNs, std::string&) override {
    return {};
  }
  Answer erase(std::string_view, TimeNs) override { return {Status::absent}; }
  void scan(std::string_view, std::size_t, TimeNs, std::vector<Entry>& entries) override { entries.clear(); }
  std::unique_ptr<Transaction> begin(TimeNs) override { return std::make_unique<NoopTransaction>(); }
  std::unique_ptr<Snapshot> snapshot(TimeNs) override { return std::make_unique<NoopSnapshot>(); }
  ExpireAnswer expire(std::size_t, TimeNs) override { return {}; }
  Size size(TimeNs) override { return {}; }

 private:
  class NoopTransaction final : public Transaction {
    Answer get(std::string_view, std::string&) override { return {Status::absent}; }
    Answer set(std::string_view, std::string_view, DurationNs) override { return {}; }
    Answer erase(std::string_view) override { return {}; }
    void scan(std::string_view, std::size_t, std::vector<Entry>& entries) override { entries.clear(); }
    Status commit() override { return Status::ok; }
    void rollback() override {}
  };
  class NoopSnapshot final : public Snapshot {
    Answer get(std::string_view, std::string&) const override { return {Status::absent}; }
    void scan(std::string_view, std::size_t, std::vector<Entry>& entries) const override { entries.clear(); }
  };
};

const bool system_registered = register_bench_system<Store, NoopStore>("kv_store");

}  // namespace
}  // namespace contend::kv_store
