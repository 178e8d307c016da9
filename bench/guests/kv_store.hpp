#pragma once

// A kv_store offers get(key) -> optional<string> or get(key, string&) -> bool; set, put or insert_or_assign(key, value); and erase or
// remove(key). Keys and values are string_view or const string&. It may offer put_if_absent(key, value) -> bool, size() and
// scan(prefix, limit) -> a range of pairs; and expiry, where get, set and erase take the time:
// get(key, now_ns), set(key, value, ttl_ns, now_ns), erase(key, now_ns). Or it derives from contend::kv_store::Store.

#include <concepts>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "bench/guests/guest.hpp"
#include "impls/kv_store/kv_store.hpp"

namespace contend::kv_store {

// --- the usual spellings, tried one after the other; each answers as the first that fits ---

template <class Text, class Guest>
  requires requires(Guest& guest, Text key, std::string& value) {
    { guest.get(key, value) } -> Tells;
  }
bool guest_get(Guest& guest, Text key, std::string& value) {
  return static_cast<bool>(guest.get(key, value));
}
template <class Text, class Guest>
  requires requires(Guest& guest, Text key) {
    { guest.get(key) } -> PerhapsText;
  }
bool guest_get(Guest& guest, Text key, std::string& value) {
  return copy_if_there(guest.get(key), value);
}
template <class Text, class Guest>
  requires requires(Guest& guest, Text key, TimeNs now_ns) {
    { guest.get(key, now_ns) } -> PerhapsText;
  }
bool guest_get(Guest& guest, Text key, TimeNs now_ns, std::string& value) {
  return copy_if_there(guest.get(key, now_ns), value);
}

template <class Text, class Guest, class... Time>
auto guest_set(Guest& guest, Text key, Text value, Time... time)
  requires requires { guest.set(key, value, time...); } || requires { guest.put(key, value, time...); } ||
           requires { guest.insert_or_assign(key, value, time...); }
{
  if constexpr (requires { guest.set(key, value, time...); }) {
    guest.set(key, value, time...);
  } else if constexpr (requires { guest.put(key, value, time...); }) {
    guest.put(key, value, time...);
  } else {
    guest.insert_or_assign(key, value, time...);
  }
}

template <class Text, class Guest, class... Time>
decltype(auto) guest_erase(Guest& guest, Text key, Time... time)
  requires requires { guest.erase(key, time...); } || requires { guest.remove(key, time...); }
{
  if constexpr (requires { guest.erase(key, time...); }) {
    return guest.erase(key, time...);
  } else {
    return guest.remove(key, time...);
  }
}

// --- what a class offers ---

template <class Guest, class Text>
concept IsPlainMap = requires(Guest& guest, Text text, std::string& value) {
  guest_get<Text>(guest, text, value);
  guest_set<Text>(guest, text, text);
  guest_erase<Text>(guest, text);
};
template <class Guest, class Text>
concept IsTimedMap = requires(Guest& guest, Text text, std::string& value, TimeNs now_ns) {
  guest_get<Text>(guest, text, now_ns, value);
  guest_set<Text>(guest, text, text, now_ns, now_ns);
  guest_erase<Text>(guest, text, now_ns);
};
template <class Guest, class Text>
concept IsMap = IsPlainMap<Guest, Text> || IsTimedMap<Guest, Text>;

// The store made of such a class. The checks of keys, values and ttls are done here, before it is asked.
template <class Guest>
class GuestStore final : public Store {
  static_assert(IsMap<Guest, std::string_view> || IsMap<Guest, std::string>,
                "get, set or erase is missing, or takes or answers something else");
  using Text = std::conditional_t<IsMap<Guest, std::string_view>, std::string_view, std::string>;
  static constexpr bool timed = IsTimedMap<Guest, Text>;
  static constexpr bool tells_erased = [] {
    if constexpr (timed) {
      return requires(Guest& guest, Text key, TimeNs now_ns) {
        { guest_erase<Text>(guest, key, now_ns) } -> Tells;
      };
    } else {
      return requires(Guest& guest, Text key) {
        { guest_erase<Text>(guest, key) } -> Tells;
      };
    }
  }();
  static constexpr bool puts_if_absent = !timed && requires(Guest& guest, Text text) {
    { guest.put_if_absent(text, text) } -> Tells;
  };
  static constexpr bool scans = !timed && requires(Guest& guest, Text prefix, std::size_t limit) {
    std::string(guest.scan(prefix, limit).begin()->first);
    std::string(guest.scan(prefix, limit).begin()->second);
  };
  static constexpr bool counts = !timed && requires(Guest& guest) {
    { guest.size() } -> std::convertible_to<std::size_t>;
  };

 public:
  static Guarantees guarantees() {
    Guarantees some;
    const auto leave_out_unless = [&](bool offered, Part part) {
      if (!offered) some.offered.leave_out(part);
    };
    leave_out_unless(timed, Part::expiry);
    leave_out_unless(tells_erased, Part::answer_of_erase);
    leave_out_unless(puts_if_absent, Part::put_if_absent);
    leave_out_unless(scans, Part::scan);
    leave_out_unless(counts, Part::size);
    for (const Part part : {Part::expire, Part::versions, Part::compare_and_set, Part::transactions, Part::snapshots}) {
      some.offered.leave_out(part);
    }
    // A library knows when it is loaded what it has.
    if constexpr (requires { Guest::leave_out(some.offered); }) Guest::leave_out(some.offered);
    return some;
  }

  explicit GuestStore(const Options& options) : guest_(make_guest<Guest>(expected_entries(options))) {}

  Answer get(std::string_view key, TimeNs now_ns, std::string& value) override {
    if (const Status status = check_input(key); status != Status::ok) return {status};
    if constexpr (timed) {
      return {guest_get<Text>(guest_, Text(key), now_ns, value) ? Status::ok : Status::absent};
    } else {
      return {guest_get<Text>(guest_, Text(key), value) ? Status::ok : Status::absent};
    }
  }

  Answer set(std::string_view key, std::string_view value, DurationNs ttl_ns, TimeNs now_ns) override {
    if (const Status status = check_input(key, value, ttl_ns); status != Status::ok) return {status};
    if constexpr (timed) {
      guest_set<Text>(guest_, Text(key), Text(value), ttl_ns, now_ns);
    } else {
      if (ttl_ns != forever) not_offered("set with a ttl");
      guest_set<Text>(guest_, Text(key), Text(value));
    }
    return {};
  }

  Answer put_if_absent(std::string_view key, std::string_view value, DurationNs ttl_ns, TimeNs) override {
    if constexpr (puts_if_absent) {
      if (const Status status = check_input(key, value, ttl_ns); status != Status::ok) return {status};
      if (ttl_ns != forever) not_offered("put_if_absent with a ttl");
      return {guest_.put_if_absent(Text(key), Text(value)) ? Status::ok : Status::exists};
    } else {
      not_offered("put_if_absent");
    }
  }

  Answer erase(std::string_view key, TimeNs now_ns) override {
    if (const Status status = check_input(key); status != Status::ok) return {status};
    const auto erased = [&]() -> decltype(auto) {
      if constexpr (timed) {
        return guest_erase<Text>(guest_, Text(key), now_ns);
      } else {
        return guest_erase<Text>(guest_, Text(key));
      }
    };
    if constexpr (tells_erased) {
      return {static_cast<bool>(erased()) ? Status::ok : Status::absent};
    } else {
      erased();
      return {};
    }
  }

  void scan(std::string_view prefix, std::size_t limit, TimeNs, std::vector<Entry>& entries) override {
    if constexpr (scans) {
      entries.clear();
      if (check_input(prefix) != Status::ok) return;
      for (const auto& [key, value] : guest_.scan(Text(prefix), limit)) {
        entries.push_back({std::string(key), std::string(value), 0});
      }
    } else {
      not_offered("scan");
    }
  }

  Size size(TimeNs) override {
    if constexpr (counts) {
      const auto live = static_cast<std::size_t>(guest_.size());
      return {live, live};
    } else {
      not_offered("size");
    }
  }

  Answer compare_and_set(std::string_view, Version, std::string_view, DurationNs, TimeNs, std::string&) override {
    not_offered("compare_and_set");
  }
  std::unique_ptr<Transaction> begin(TimeNs) override { not_offered("begin"); }
  std::unique_ptr<Snapshot> snapshot(TimeNs) override { not_offered("snapshot"); }
  ExpireAnswer expire(std::size_t, TimeNs) override { not_offered("expire"); }

 private:
  Guest guest_;
};

template <class Guest>
bool register_guest(std::string_view name) {
  if constexpr (std::derived_from<Guest, Store>) {
    return register_whole_guest<Store, Guest>(name);
  } else {
    return register_implementation<Store, GuestStore<Guest>>(name, guest_contract, GuestStore<Guest>::guarantees());
  }
}

}  // namespace contend::kv_store
