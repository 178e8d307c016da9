#include "bench/peers/abseil.hpp"

#include <functional>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "bench/peers/kv_store/point_store.hpp"
#include "bench/peers/kv_store/ranges.hpp"
#include "impls/base/registry.hpp"

namespace contend::kv_store::peers {
namespace {

class RangeBtree final : public PointStore {
 public:
  explicit RangeBtree(const Options& options) { expected_entries(options); }

  Answer get(std::string_view key, TimeNs now_ns, std::string& value) override {
    if (const Status status = check_input(key); status != Status::ok) return {status};
    return ranges_.at(key, [&](Map& map, bool) -> Answer {
      const auto found = find(map, key, now_ns);
      if (found == map.end()) return {Status::absent};
      value.assign(found->second.bytes);
      return {};
    });
  }

  Answer set(std::string_view key, std::string_view value, DurationNs ttl_ns, TimeNs now_ns) override {
    return write(key, value, ttl_ns, now_ns, true);
  }
  Answer put_if_absent(std::string_view key, std::string_view value, DurationNs ttl_ns, TimeNs now_ns) override {
    return write(key, value, ttl_ns, now_ns, false);
  }

  Answer erase(std::string_view key, TimeNs now_ns) override {
    if (const Status status = check_input(key); status != Status::ok) return {status};
    return ranges_.at(key, [&](Map& map, bool) -> Answer {
      const auto found = find(map, key, now_ns);
      if (found == map.end()) return {Status::absent};
      map.erase(found);
      return {};
    });
  }

  // What has expired goes when all is copied: that takes no memory.
  void scan(std::string_view prefix, std::size_t limit, TimeNs now_ns, std::vector<Entry>& entries) override {
    entries.clear();
    bool met_expired = false;
    ranges_.walk(prefix, [&](Map&, Map::iterator& place) {
      if (entries.size() == limit) return false;
      const bool alive = is_alive(place->second.deadline_ns, now_ns);
      if (alive) entries.push_back({place->first, place->second.bytes, 0});
      met_expired |= !alive;
      ++place;
      return true;
    });
    if (!met_expired) return;
    ranges_.walk(prefix, [&](Map& map, Map::iterator& place) {
      if (entries.size() == limit && place->first > entries.back().key) return false;
      place = is_alive(place->second.deadline_ns, now_ns) ? std::next(place) : map.erase(place);
      return true;
    });
  }

 private:
  using Map = absl::btree_map<std::string, Value, std::less<>>;

  static Map::iterator find(Map& map, std::string_view key, TimeNs now_ns) {
    const auto found = map.find(key);
    if (found == map.end() || is_alive(found->second.deadline_ns, now_ns)) return found;
    map.erase(found);
    return map.end();
  }

  Answer write(std::string_view key, std::string_view value, DurationNs ttl_ns, TimeNs now_ns, bool replaces) {
    if (const Status status = check_input(key, value, ttl_ns); status != Status::ok) return {status};
    const TimeNs deadline_ns = deadline_after(now_ns, ttl_ns);
    for (;;) {
      bool written = true;
      const Status status = ranges_.at(key, [&](Map& map, bool has_room) {
        const auto found = map.find(key);
        if (found != map.end()) {
          if (!replaces && is_alive(found->second.deadline_ns, now_ns)) return Status::exists;
          found->second.set(value, deadline_ns);
        } else if (has_room) {
          map.emplace(std::string(key), Value{std::string(value), deadline_ns});
        } else {
          written = false;
        }
        return Status::ok;
      });
      if (written) return {status};
      ranges_.make_room(key);
    }
  }

  Ranges<Map> ranges_;
};

constexpr Guarantees guarantees = [] {
  Guarantees some = points_only(
      {Part::expire, Part::versions, Part::compare_and_set, Part::size, Part::transactions, Part::snapshots});
  some.scan = ScanGuarantee::per_stripe;
  return some;
}();

constexpr Contract contract =
    Contract{
        .technique = "library",
        .summary =
            "64 ranges of keys, each a std::mutex over a btree_map of Abseil, dealt out anew when one grows too large",
        .shared_state = "ranges_: ordered maps, and a table of where each begins",
        .protected_by =
            "the lock of its range, the only one that a thread holds but who deals out, who takes all in their order",
        .not_survived = "Abseil's tree does not survive it while it splits a node: the halves are lost",
        .complexity = "O(log n), and O(n) at most 64 times; a scan O(log n + results), a range at a time",
        .memory = "a slot with two strings per entry, half to all of them taken, and what the strings keep",
        .source = "Abseil's B-trees (Google, 2011); ranges are common practice",
    }
        .within(sharded_contract);

const bool registered = register_peer<Store, RangeBtree>("range_btree", contract, guarantees);

}  // namespace
}  // namespace contend::kv_store::peers
