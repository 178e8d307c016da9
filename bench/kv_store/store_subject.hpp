#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "bench/kv_store/store_caller.hpp"

namespace contend::kv_store {

class StoreSubject final : public CallerSubject<Store, StoreCaller> {
 public:
  StoreSubject(std::unique_ptr<Store> store, const Mix& mix, OfferedParts<Part> offered, Source source)
      : CallerSubject(std::move(store)), mix_(mix), offered_(offered), source_(std::move(source)) {}

  void prefill() override {
    const KeySpace& keys = source_.keys;
    std::string value(mix_.longest_value(), 'v');
    for (std::size_t i = 0; i < keys.size(); ++i) {
      mark(value, static_cast<std::uint32_t>(i));
      system().set(keys[i], std::string_view(value.data(), mix_.bytes_of(i)), forever, 0);
    }
  }
  std::string validate_state() override {
    const bool lists = offered_.has({Part::scan, Part::size, Part::versions});
    const std::string wrong = lists ? validate_by_scan() : validate_by_get();
    if (!wrong.empty()) return wrong;
    return keeps_what_is_set() ? "" : "what is set cannot be read";
  }
  std::size_t entries() const override { return mix_.keys; }
  Attempts attempts() const override { return {sum(&StoreCaller::commits), sum(&StoreCaller::conflicts)}; }

 private:
  // What a scan shows must be what size counts and what get answers, in byte order, and as many as came and did not go.
  std::string validate_by_scan() {
    const std::uint64_t most = mix_.keys + sum(&StoreCaller::inserted);
    std::vector<Entry> entries;
    system().scan("", most + 1, 0, entries);
    if (system().size(0).live != entries.size()) return "size and scan disagree";
    if (entries.size() > most) return "there are keys that nobody has written";
    const std::uint64_t expected = mix_.keys + sum(&StoreCaller::created) - sum(&StoreCaller::erased);
    if (mix_.counts_all() && entries.size() != expected) return "keys were lost, or came back";
    std::string value;
    for (std::size_t i = 0; i < entries.size(); ++i) {
      if (i > 0 && entries[i - 1].key >= entries[i].key) return "scan is out of order at " + entries[i].key;
      if (i % 64 == 0 && system().get(entries[i].key, 0, value).version != entries[i].version) {
        return "get and scan disagree on " + entries[i].key;
      }
    }
    return "";
  }
  // Of a store that does not list what it has: what get answers.
  std::string validate_by_get() {
    const KeySpace& keys = source_.keys;
    std::string value;
    for (std::size_t i = 0; i < keys.size(); ++i) {
      const bool there = system().get(keys[i], 0, value).status == Status::ok;
      if (!there && mix_.keeps_all()) return "keys were lost that nobody erases";
      if (there && !is_value_of(static_cast<std::uint32_t>(i), value)) {
        return "a value was read that was set under another key";
      }
    }
    return "";
  }
  // Where everything may have been erased or have expired, nothing else tells a store that keeps nothing.
  bool keeps_what_is_set() {
    std::string value;
    system().set("probe", "kept", forever, 0);
    return system().get("probe", 0, value).status == Status::ok && value == "kept";
  }
  StoreCaller make_caller(int number, std::uint64_t seed) override {
    return StoreCaller(system(), mix_, offered_, source_, number, seed);
  }

  const Mix mix_;
  const OfferedParts<Part> offered_;
  const Source source_;
};

}  // namespace contend::kv_store
