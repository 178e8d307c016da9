// Workloads of the key/value store, on the paths that the machine's package database lists.

#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "bench/engine/random.hpp"
#include "bench/engine/workload.hpp"
#include "impls/kv_store/kv_store.hpp"

namespace contend::kv_store {
namespace {

constexpr std::size_t max_keys = 20'000;
constexpr std::size_t ring_operations = 1 << 14;

// File paths as Debian's package database lists them; numbered paths where there is no such database.
const std::vector<std::string>& keys() {
  static const std::vector<std::string> paths = [] {
    std::vector<std::string> found;
    std::error_code none;
    for (const auto& list : std::filesystem::directory_iterator("/var/lib/dpkg/info", none)) {
      if (list.path().extension() != ".list") continue;
      std::ifstream file(list.path());
      for (std::string line; std::getline(file, line);) {
        if (line.size() > 2) found.push_back(line);
      }
    }
    std::ranges::sort(found);
    const auto duplicates = std::ranges::unique(found);
    found.erase(duplicates.begin(), duplicates.end());
    while (found.size() < 1000) found.push_back("/made/up/path/" + std::to_string(found.size()));
    std::ranges::shuffle(found, std::mt19937_64(1));
    if (found.size() > max_keys) found.resize(max_keys);
    return found;
  }();
  return paths;
}

// How long the value under each of keys() is where values stand for the files themselves: as the file, up to a limit
// that keeps the whole in memory; of names whose file is not there (or not a file) like a small one.
constexpr std::size_t longest_file = 8192;
const std::vector<std::uint32_t>& file_bytes() {
  static const std::vector<std::uint32_t> sizes = [] {
    std::vector<std::uint32_t> found;
    for (const std::string& path : keys()) {
      std::error_code missing;
      const auto size = std::filesystem::file_size(path, missing);
      found.push_back(missing ? 64 : static_cast<std::uint32_t>(std::min<std::uintmax_t>(size, longest_file)));
    }
    return found;
  }();
  return sizes;
}

enum class Kind : std::uint8_t { get, set, compare_and_set, erase, scan, transaction, snapshot };

// Parts per thousand of each kind of operation, and how they choose their keys.
struct Mix {
  int get = 0;
  int set = 0;
  int compare_and_set = 0;
  int erase = 0;
  int scan = 0;
  int transaction = 0;
  int snapshot = 0;
  double theta = 0;                                     // Zipf's exponent; 0 is uniform
  std::size_t hot_keys = 0;                             // operations choose among this many keys only; 0: among all
  std::size_t value_bytes = 64;                         // 0: as long as the file that the key names
  std::vector<std::pair<int, DurationNs>> ttl_parts{};  // parts per thousand of the writes; the rest does not expire
};

std::uint32_t value_bytes(const Mix& mix, std::size_t key) {
  return mix.value_bytes == 0 ? file_bytes()[key] : static_cast<std::uint32_t>(mix.value_bytes);
}

Kind draw_kind(const Mix& mix, int drawn) {
  const std::pair<Kind, int> parts[] = {
      {Kind::get, mix.get},          {Kind::set, mix.set},   {Kind::compare_and_set, mix.compare_and_set},
      {Kind::erase, mix.erase},      {Kind::scan, mix.scan}, {Kind::transaction, mix.transaction},
      {Kind::snapshot, mix.snapshot}};
  for (const auto& [kind, part] : parts) {
    if (drawn < part) return kind;
    drawn -= part;
  }
  return Kind::get;
}

class StoreWorker final : public Worker {
 public:
  StoreWorker(Store& store, const Mix& mix, const ZipfRanks& ranks, std::uint64_t seed)
      : store_(store), value_(std::max(mix.value_bytes, longest_file), 'v') {
    std::mt19937_64 random(seed);
    ring_.reserve(ring_operations);
    while (ring_.size() < ring_operations) {
      Operation op;
      const std::size_t chosen = mix.hot_keys == 0 ? ranks(random) : random() % mix.hot_keys;
      op.key = keys()[chosen];
      op.value_bytes = value_bytes(mix, chosen);
      op.other = keys()[random() % (mix.hot_keys == 0 ? keys().size() : mix.hot_keys)];
      op.kind = draw_kind(mix, static_cast<int>(random() % 1000));
      int drawn = static_cast<int>(random() % 1000);
      for (const auto& [part, ttl_ns] : mix.ttl_parts) {
        if (drawn >= 0 && drawn < part) op.ttl_ns = ttl_ns;
        drawn -= part;
      }
      ring_.push_back(op);
    }
  }

  // Commits tried, and those that met a conflict.
  const TrialSubject::Attempts& commits() const { return commits_; }

  void run(std::size_t calls) override {
    for (; calls > 0; --calls) {
      run_one(ring_[place_ % ring_operations]);
      ++place_;
    }
  }

 private:
  struct Operation {
    std::string_view key;
    std::string_view other;
    DurationNs ttl_ns = forever;
    std::uint32_t value_bytes = 0;
    Kind kind = Kind::get;
  };

  void run_one(const Operation& op) {
    // A clock that moves on by a microsecond per operation of this thread; the threads' clocks drift, as they do in
    // life.
    const TimeNs now_ns = static_cast<TimeNs>(place_) * 1000;
    const std::string_view value(value_.data(), op.value_bytes);
    switch (op.kind) {
      case Kind::get:
        store_.get(op.key, now_ns, read_);
        break;
      case Kind::set:
        store_.set(op.key, value, op.ttl_ns, now_ns);
        break;
      case Kind::compare_and_set: {
        const Version seen = store_.get(op.key, now_ns, read_).version;
        store_.compare_and_set(op.key, seen, value, op.ttl_ns, now_ns, read_);
        break;
      }
      case Kind::erase:
        store_.erase(op.key, now_ns);
        break;
      case Kind::scan:
        store_.scan(op.key.substr(0, op.key.rfind('/') + 1), 20, now_ns, entries_);
        break;
      case Kind::transaction: {
        const auto transaction = store_.begin(now_ns);
        transaction->get(op.key, read_);
        transaction->set(op.other, value, forever);
        ++commits_.attempts;
        if (transaction->commit() == Status::conflict) ++commits_.aborts;
        break;
      }
      case Kind::snapshot: {
        const auto snapshot = store_.snapshot(now_ns);
        snapshot->get(op.key, read_);
        break;
      }
    }
  }

  Store& store_;
  const std::string value_;
  std::string read_;
  std::vector<Entry> entries_;
  std::vector<Operation> ring_;
  std::size_t place_ = 0;
  TrialSubject::Attempts commits_;
};

class StoreSubject final : public TrialSubject {
 public:
  StoreSubject(std::unique_ptr<Store> store, const Mix& mix)
      : store_(std::move(store)), mix_(mix), ranks_(ranks(mix.theta)) {}

  void prefill() override {
    const std::string value(std::max(mix_.value_bytes, longest_file), 'v');
    for (std::size_t i = 0; i < keys().size(); ++i) {
      store_->set(keys()[i], std::string_view(value.data(), value_bytes(mix_, i)), forever, 0);
    }
  }
  std::unique_ptr<Worker> make_worker(int, std::uint64_t seed) override {
    auto worker = std::make_unique<StoreWorker>(*store_, mix_, ranks_, seed);
    workers_.push_back(worker.get());
    return worker;
  }
  Attempts attempts() const override {
    Attempts sum;
    for (const StoreWorker* worker : workers_) {
      sum.attempts += worker->commits().attempts;
      sum.aborts += worker->commits().aborts;
    }
    return sum;
  }
  // What a scan shows must be what size counts and what get answers, in byte order.
  std::string validate() override {
    std::vector<Entry> entries;
    store_->scan("", keys().size() + 1, 0, entries);
    if (entries.empty()) return "";  // nothing is kept by the control, nor by a workload that has erased all
    if (store_->size(0).live != entries.size()) return "size and scan disagree";
    std::string value;
    for (std::size_t i = 0; i < entries.size(); ++i) {
      if (i > 0 && entries[i - 1].key >= entries[i].key) return "scan is out of order at " + entries[i].key;
      if (i % 64 == 0 && store_->get(entries[i].key, 0, value).version != entries[i].version) {
        return "get and scan disagree on " + entries[i].key;
      }
    }
    return "";
  }
  std::size_t entries() const override { return keys().size(); }

 private:
  // Made once per exponent, in the parent process: the children inherit it.
  static const ZipfRanks& ranks(double theta) {
    static std::map<double, ZipfRanks> made;
    return made.try_emplace(theta, keys().size(), theta).first->second;
  }

  std::unique_ptr<Store> store_;
  std::vector<const StoreWorker*> workers_;  // of this trial; they live until it has been validated
  const Mix mix_;
  const ZipfRanks& ranks_;
};

bool add(const std::string& name, const std::string& summary, const Mix& mix) {
  return register_workload<Store>({name, summary, mix.hot_keys > 1, [mix](const Maker<Store>& make, int) {
                                     return std::make_unique<StoreSubject>(make({}), mix);
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
