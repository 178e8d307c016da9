#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "impls/base/registry.hpp"
#include "impls/cache/cache.hpp"

namespace contend::cache {

// A cache that passes: it hands every call to the reference. Take the calls over one by one, and judge it again after each
// step. What each must do is told in impls/cache/cache.hpp. Where yours promises less than the strictest `Guarantees`, say so
// in a static member `guarantees`.
class StartingFile : public Cache {
 public:
  explicit StartingFile(const Options& options)
      : inner_(Registry<Cache>::instance().find("reference")->make(options)) {}

  Status get(std::string_view key, TimeNs now_ns, std::string& value) override {
    return inner_->get(key, now_ns, value);
  }
  Status put(std::string_view key, std::string_view value, std::uint64_t weight, DurationNs ttl_ns,
             TimeNs now_ns) override {
    return inner_->put(key, value, weight, ttl_ns, now_ns);
  }
  Status erase(std::string_view key, TimeNs now_ns) override { return inner_->erase(key, now_ns); }
  Status get_or_load(std::string_view key, std::uint64_t weight, DurationNs ttl_ns, TimeNs now_ns, const Loader& loader,
                     std::string& value) override {
    return inner_->get_or_load(key, weight, ttl_ns, now_ns, loader, value);
  }
  CleanupAnswer cleanup(std::size_t budget, TimeNs now_ns) override { return inner_->cleanup(budget, now_ns); }
  Stats stats() const override { return inner_->stats(); }
  Size size() override { return inner_->size(); }
  std::uint64_t largest_weight() const override { return inner_->largest_weight(); }

 private:
  std::unique_ptr<Cache> inner_;
};

}  // namespace contend::cache
