#include <libcuckoo/cuckoohash_map.hh>
#include <string>
#include <string_view>

#include "bench/peers/kv_store/point_store.hpp"
#include "impls/base/registry.hpp"

namespace contend::kv_store::peers {
namespace {

class CuckooMap final : public PointStore {
 public:
  explicit CuckooMap(const Options& options) : map_(expected_entries(options)) {}

  Answer get(std::string_view key, TimeNs now_ns, std::string& value) override {
    if (const Status status = check_input(key); status != Status::ok) return {status};
    Status status = Status::absent;
    bool met_expired = false;
    map_.find_fn(key, [&](const Value& entry) {
      met_expired = !is_alive(entry.deadline_ns, now_ns);
      if (met_expired) return;
      value.assign(entry.bytes);
      status = Status::ok;
    });
    if (met_expired) map_.erase_fn(key, [&](const Value& entry) { return !is_alive(entry.deadline_ns, now_ns); });
    return {status};
  }

  Answer set(std::string_view key, std::string_view value, DurationNs ttl_ns, TimeNs now_ns) override {
    return write(key, value, ttl_ns, now_ns, true);
  }
  Answer put_if_absent(std::string_view key, std::string_view value, DurationNs ttl_ns, TimeNs now_ns) override {
    return write(key, value, ttl_ns, now_ns, false);
  }

  Answer erase(std::string_view key, TimeNs now_ns) override {
    if (const Status status = check_input(key); status != Status::ok) return {status};
    Status status = Status::absent;
    map_.erase_fn(key, [&](const Value& entry) {
      if (is_alive(entry.deadline_ns, now_ns)) status = Status::ok;
      return true;
    });
    return {status};
  }

 private:
  Answer write(std::string_view key, std::string_view value, DurationNs ttl_ns, TimeNs now_ns, bool replaces) {
    if (const Status status = check_input(key, value, ttl_ns); status != Status::ok) return {status};
    const TimeNs deadline_ns = deadline_after(now_ns, ttl_ns);
    Status status = Status::ok;
    const auto replace = [&](Value& entry) {
      if (replaces || !is_alive(entry.deadline_ns, now_ns)) {
        entry.set(value, deadline_ns);
      } else {
        status = Status::exists;
      }
    };
    // The value of a key that is there is not made in vain.
    if (!map_.update_fn(key, replace)) map_.upsert(std::string(key), replace, Value{std::string(value), deadline_ns});
    return {status};
  }

  libcuckoo::cuckoohash_map<std::string, Value, KeyHash, KeyEqual> map_;
};

constexpr Contract contract =
    Contract{
        .technique = "library",
        .summary = "libcuckoo: a cuckoo hash table that is locked by pairs of buckets",
        .shared_state = "map_: buckets of four entries, and the library's locks",
        .protected_by = "the library's spin locks, of the two buckets in which a key may be, in order of their numbers",
        .claim_point = "put_if_absent: the insertion under both locks",
        .ordering = "operations on a key are ordered by the locks of its buckets",
        .progress = "blocking; growth takes all locks",
        .failure = "what the library leaves when memory runs out: an operation has not happened",
        .complexity = "O(1) expected",
        .memory = "a slot with two strings per entry, and what the strings keep; the table does not shrink",
        .source =
            "Li, Andersen, Kaminsky, Freedman: Algorithmic improvements for fast concurrent cuckoo hashing (2014)",
    }
        .within(without_threads);

const bool registered = register_peer<Store, CuckooMap>("cuckoo_map", contract, points_only());

}  // namespace
}  // namespace contend::kv_store::peers
