#include <map>
#include <mutex>

#include "stress/broken/kv_store/forwarding_store.hpp"

namespace contend::kv_store {
namespace {

// Versions count from 1 for every life of a key: after erase and re-creation an old version fits again.
class VersionResetOnErase final : public ForwardingStore {
 public:
  Answer set(std::string_view key, std::string_view value, DurationNs ttl_ns, TimeNs now_ns) override {
    const std::scoped_lock lock(mutex_);
    return renumber(key, inner_->set(key, value, ttl_ns, now_ns));
  }
  Answer get(std::string_view key, TimeNs now_ns, std::string& value) override {
    const std::scoped_lock lock(mutex_);
    return renumber(key, inner_->get(key, now_ns, value));
  }
  Answer erase(std::string_view key, TimeNs now_ns) override {
    const std::scoped_lock lock(mutex_);
    const Answer answer = renumber(key, inner_->erase(key, now_ns));
    first_[std::string(key)] = 0;
    return answer;
  }

 private:
  Answer renumber(std::string_view key, Answer answer) {
    Version& first = first_[std::string(key)];
    if (first == 0) first = answer.version;
    for (Version* version : {&answer.version, &answer.previous}) {
      if (*version != 0) *version = *version - first + 1;
    }
    return answer;
  }

  std::mutex mutex_;
  std::map<std::string, Version> first_;
};

const bool registered =
    register_broken<Store, VersionResetOnErase>({.name = "version_reset_on_erase",
                                                 .number = 3,
                                                 .bug = "a re-created key starts at version 1 again",
                                                 .rule = "versions never repeat",
                                                 .caught_by = "point_operations"});

}  // namespace
}  // namespace contend::kv_store
