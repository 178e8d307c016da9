// Workloads of the key/value store, on the paths that the machine's package database lists.

#include <fmt/core.h>

#include <algorithm>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "bench/engine/machine.hpp"
#include "bench/kv_store/store_mix.hpp"
#include "bench/kv_store/store_subject.hpp"
#include "bench/workload/workload.hpp"
#include "impls/kv_store/kv_store.hpp"

namespace contend::kv_store {
namespace {

// Keys and values, and what a store keeps beside them, must leave room for the designs that copy them.
void check_memory(const Mix& mix) {
  constexpr std::size_t beside = 250;
  const std::size_t wanted = mix.keys * (std::max(mix.value, std::size_t{1}) + beside);
  const std::size_t memory = memory_bytes() / 4;
  if (wanted <= memory) return;
  throw std::invalid_argument(fmt::format("keys={} with value={} take about {} MB, of {} MB that they may take here.",
                                          mix.keys, mix.value, wanted >> 20, memory >> 20));
}

Workload<Store> workload_of(const Mix& mix) {
  check_memory(mix);
  Workload<Store> workload;
  workload.contended = mix.hot > 1;
  workload.prepare = [mix](const Maker<Store>& make, int) {
    const Source source{key_space(mix.keys), [mix](int, std::uint64_t seed) { return draw_operations(mix, seed); }};
    return std::make_unique<StoreSubject>(make({}), mix, make.guarantees.offered, source);
  };
  workload.suits = [mix](const Guarantees& guarantees) { return mix.asks_only(guarantees.offered); };
  workload.before_trials = [mix] { prepare_draws(mix); };
  return workload;
}

const bool words_registered = register_words<Store>(store_words(), workload_of);

bool add(const std::string& name, const std::string& summary, const std::string& text) {
  return register_text<Store>(name, summary, text);
}

// The mixes, on all keys with Zipf's popularity; each again on one key and on all keys alike. 100,000 entries take 30 MB:
// more than a core's own caches, and as much as many processors share.
struct NamedMix {
  std::string name;
  std::string summary;
  std::string shares;
};
const std::vector<NamedMix>& mixes() {
  static const std::vector<NamedMix> all{
      {"read_heavy", "95 % get, 5 % set", "get=95,set=5"},
      {"update_heavy", "50 % get, 50 % set", "get=50,set=50"},
      {"transaction", "90 % get, 10 % transactions of one read and one write", "get=90,transaction=10"},
      {"scan_heavy", "80 % get, 5 % set, 15 % scans of a folder for 20 entries", "get=80,set=5,scan=15"},
      {"read_only", "100 % get", "get=100"},
      {"snapshot", "99.9 % get, 0.1 % snapshots of all of 20,000 keys", "get=99.9,snapshot=0.1,keys=20k"}};
  return all;
}

bool add_mixes(const std::string& suffix, const std::string& popularity, const std::string& words) {
  for (const NamedMix& mix : mixes()) {
    add(mix.name + suffix, mix.summary + ", " + popularity, mix.shares + words);
  }
  return true;
}

// In the order in which a budget is spent.
const bool first_registered =
    add_mixes("", "Zipf 0.99", "") &&
    add("read_heavy_small", "as read_heavy, on 20,000 keys, which caches of the processor may hold",
        "get=95,set=5,keys=20k") &&
    add("update_heavy_small", "as update_heavy, on 20,000 keys", "get=50,set=50,keys=20k") &&
    add("hot_transactions", "50 % get, 50 % transactions of one read and one write, all on two keys",
        "get=50,transaction=50,hot=2,zipf=0") &&
    add("package_files", "90 % get, 10 % set, Zipf 0.99, 20,000 keys, each value as long as the file its key names",
        "get=90,set=10,value=0,keys=20k") &&
    add("churn", "half erased, half put back if absent, a tenth of the gets for what is never there",
        "get=50,put_if_absent=25,erase=25,miss=10") &&
    add("inserts", "50 % get, 50 % inserts of new keys", "get=50,insert=50");

// The core workloads of YCSB (Cooper et al., SoCC 2010), with its values of 1,000 bytes, of 50,000 keys. Of E, the scans
// are as long as the mean of YCSB's; of D, each caller reads what it has inserted itself.
const bool ycsb_registered =
    add("ycsb_a", "YCSB A: 50 % get, 50 % set", "get=50,set=50,value=1000,keys=50k") &&
    add("ycsb_b", "YCSB B: 95 % get, 5 % set", "get=95,set=5,value=1000,keys=50k") &&
    add("ycsb_c", "YCSB C: all get", "get=100,value=1000,keys=50k") &&
    add("ycsb_d", "YCSB D: 95 % get of the newest keys, 5 % insert",
        "get=95,insert=5,popular=newest,value=1000,keys=50k") &&
    add("ycsb_e", "YCSB E: 95 % scan, 5 % insert", "scan=95,insert=5,scan_entries=50,value=1000,keys=50k") &&
    add("ycsb_f", "YCSB F: 50 % get, 50 % read-modify-write", "get=50,compare_and_set=50,value=1000,keys=50k");

// Real operation mixes, value sizes, expiry and skew: six contrasting in-memory caches of Twitter, March 2020
// (github.com/twitter/cache-trace, stat/2020Mar.md, CC-BY 4.0; Yang, Yue and Rashmi, OSDI 2020). `add`, `incr` and
// `gets` count as set, compare-and-set and get. Times shrink with the workload's clock, a microsecond per operation.
const bool clusters_registered =
    add("twitter_47", "cluster 47: all get, values of 267 bytes, Zipf 2.06", "get=100,zipf=2.0637,value=267") &&
    add("twitter_19", "cluster 19: 75 % get, 25 % set, values of 101 bytes, hours of ttl, Zipf 0.74",
        "get=75,set=25,zipf=0.735,value=101,ttl=25s") &&
    add("twitter_22", "cluster 22: 72 % get, 18 % read-modify-write, 10 % set, values of 4 bytes, Zipf 0.76",
        "get=72,set=10,compare_and_set=18,zipf=0.7624,value=4,ttl=86s,expiring=96") &&
    add("twitter_32", "cluster 32: 98 % set with a short ttl, 2 % get, values of 138 bytes, no skew",
        "get=2,set=98,zipf=0,value=138,ttl=10ms") &&
    add("twitter_37", "cluster 37: 63 % get, 37 % set, large values (20134 bytes, here cut to 4096), Zipf 0.42",
        "get=63,set=37,zipf=0.4251,value=4k,ttl=20ms,expiring=91,keys=50k") &&
    add("twitter_51", "cluster 51: 90 % get, 10 % set, values of 221 bytes, Zipf 1.97",
        "get=90,set=10,zipf=1.9745,value=221");

const bool rest_registered =
    add_mixes("_hot_key", "one key", ",hot=1,zipf=0") && add_mixes("_uniform", "uniform", ",zipf=0");

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
