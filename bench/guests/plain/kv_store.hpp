#pragma once

// A kv_store offers get, find or lookup: (key) -> an optional, a pointer, or a text, and then it throws where there is none; or
// (key, string& or string*) -> bool. It offers set, put, upsert or insert_or_assign(key, value), and erase, remove or del(key). Keys and
// values are string_view or const string&. It may offer put_if_absent(key, value) -> bool, size() and scan(prefix, limit) -> a range of
// pairs; and expiry, where get, set and erase take the time: get(key, now_ns), set(key, value, ttl_ns, now_ns), erase(key, now_ns). It is
// made without arguments, or of the number of entries that are expected. Or it derives from contend::kv_store::Store.
// Known by: get find lookup

#include <concepts>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "bench/guests/guest.hpp"
#include "impls/kv_store/kv_store.hpp"

namespace contend::kv_store {

// --- what a class offers ---

template <class Guest, class Text>
concept Sets = requires(Guest& guest, Text text) { guest_put<Text>(guest, text, text); };
template <class Guest, class Text>
concept Erases = requires(Guest& guest, Text text) { guest_erase<Text>(guest, text); };
template <class Guest, class Text>
concept IsPlainMap = Gets<Guest, Text> && Sets<Guest, Text> && Erases<Guest, Text>;
template <class Guest, class Text>
concept IsTimedMap = Gets<Guest, Text, TimeNs> && requires(Guest& guest, Text text, TimeNs now_ns) {
  guest_put<Text>(guest, text, text, now_ns, now_ns);
  guest_erase<Text>(guest, text, now_ns);
};
template <class Guest, class Text>
concept IsMap = IsPlainMap<Guest, Text> || IsTimedMap<Guest, Text>;

// What is missing is told one by one, and nothing else of a class that is no map.
template <class Guest>
constexpr bool explain_what_is_missing() {
  constexpr bool is_map = IsMap<Guest, std::string_view> || IsMap<Guest, std::string>;
  using Text = std::string;
  static_assert(is_map || Gets<Guest, Text> || Gets<Guest, Text, TimeNs>, "it has no get that takes a key");
  static_assert(is_map || Sets<Guest, Text> || Gets<Guest, Text, TimeNs>, "it has no set that takes a key and a value");
  static_assert(is_map || Erases<Guest, Text> || Gets<Guest, Text, TimeNs>, "it has no erase that takes a key");
  static_assert(is_map || !Gets<Guest, Text, TimeNs>, "its get takes a time, and its set and erase do not");
  return is_map;
}

// The store made of such a class. The checks of keys, values and ttls are done here, before it is asked.
template <class Guest>
class GuestStore final : public Store {
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
      return {guest_get<Text>(guest_, Text(key), value, now_ns) ? Status::ok : Status::absent};
    } else {
      return {guest_get<Text>(guest_, Text(key), value) ? Status::ok : Status::absent};
    }
  }

  Answer set(std::string_view key, std::string_view value, DurationNs ttl_ns, TimeNs now_ns) override {
    if (const Status status = check_input(key, value, ttl_ns); status != Status::ok) return {status};
    if constexpr (timed) {
      guest_put<Text>(guest_, Text(key), Text(value), ttl_ns, now_ns);
    } else {
      if (ttl_ns != forever) not_offered("set with a ttl");
      guest_put<Text>(guest_, Text(key), Text(value));
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
  } else if constexpr (explain_what_is_missing<Guest>()) {
    using Text = std::conditional_t<IsMap<Guest, std::string_view>, std::string_view, std::string>;
    if constexpr (IsTimedMap<Guest, Text>) {
      if constexpr (GetsOrThrows<Guest, Text, TimeNs>) refuse_unless_it_throws<Text>(make_guest<Guest>(1), TimeNs{0});
    } else if constexpr (GetsOrThrows<Guest, Text>) {
      refuse_unless_it_throws<Text>(make_guest<Guest>(1));
    }
    return register_implementation<Store, GuestStore<Guest>>(name, guest_contract, GuestStore<Guest>::guarantees());
  } else {
    return false;
  }
}

}  // namespace contend::kv_store
