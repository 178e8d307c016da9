#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

#include "impls/base/check.hpp"
#include "impls/cache/cache.hpp"

namespace contend::cache::peers {

// Get, put and erase; all entries weigh alike. The rest is not offered.
class PlainCache : public Cache {
 public:
  Status get_or_load(std::string_view, std::uint64_t, DurationNs, TimeNs, const Loader&, std::string&) override {
    not_offered();
  }
  CleanupAnswer cleanup(std::size_t, TimeNs) override { not_offered(); }
  Stats stats() const override { not_offered(); }
  Size size() override { not_offered(); }
  std::uint64_t largest_weight() const override { not_offered(); }

 protected:
  [[noreturn]] static void not_offered() { check_failed("offered", "who calls a peer asks first what it offers"); }
};

constexpr Guarantees plain_guarantees(std::initializer_list<Part> more_left_out = {}) {
  Guarantees some{.order = EvictionOrder::approximate, .room = Room::own_shard};
  for (const Part part : {Part::weights, Part::get_or_load, Part::counting, Part::listener, Part::cleanup}) {
    some.offered.leave_out(part);
  }
  for (const Part part : more_left_out) some.offered.leave_out(part);
  return some;
}

}  // namespace contend::cache::peers
