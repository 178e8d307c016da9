#pragma once

// A cache offers get, find or lookup: (key) -> an optional, a pointer, or a text, and then it throws where there is none; or (key, string&
// or string*) -> bool; and put or set(key, value). Keys and values are string_view or const string&. It may offer erase or remove(key) ->
// bool; get_or_load or get_or_compute(key, loader) -> text, where one caller loads for all who miss; and expiry, where get, put and
// erase take the time: get(key, now_ns), put(key, value, ttl_ns, now_ns), erase(key, now_ns). It is made of its capacity, the
// number of entries that there is room for. Or it derives from contend::cache::Cache.
// Known by: get find lookup

#include <concepts>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>

#include "bench/guests/guest.hpp"
#include "impls/cache/cache.hpp"

namespace contend::cache {

template <class Guest, class Text>
concept IsPlainCache = Gets<Guest, Text> && requires(Guest& guest, Text text) { guest_put<Text>(guest, text, text); };
template <class Guest, class Text>
concept IsTimedCache = Gets<Guest, Text, TimeNs> && requires(Guest& guest, Text text, TimeNs now_ns) {
  guest_put<Text>(guest, text, text, now_ns, now_ns);
};
template <class Guest, class Text>
concept IsCache = IsPlainCache<Guest, Text> || IsTimedCache<Guest, Text>;

// What is missing is told one by one, and nothing else of a class that is no cache.
template <class Guest>
constexpr bool explain_what_is_missing() {
  constexpr bool is_cache = IsCache<Guest, std::string_view> || IsCache<Guest, std::string>;
  constexpr bool gets = Gets<Guest, std::string> || Gets<Guest, std::string, TimeNs>;
  static_assert(is_cache || gets, "it has no get that takes a key");
  static_assert(is_cache || !gets, "it has no put that takes a key and a value, and times where its get takes one");
  return is_cache;
}

template <class Guest>
Guest make_cache([[maybe_unused]] std::uint64_t capacity) {
#ifdef CONTEND_MADE_GUEST
  return CONTEND_MADE_GUEST;
#else
  static_assert(std::constructible_from<Guest, std::size_t>,
                "it has no constructor of its capacity; say with --make how it is made");
  if constexpr (std::constructible_from<Guest, std::size_t>) return Guest(static_cast<std::size_t>(capacity));
#endif
}

template <class Text, class Guest, class Loader>
decltype(auto) guest_load(Guest& guest, Text key, const Loader& loader)
  requires requires { std::string(guest.get_or_load(key, loader)); } ||
           requires { std::string(guest.get_or_compute(key, loader)); }
{
  if constexpr (requires { guest.get_or_load(key, loader); }) {
    return guest.get_or_load(key, loader);
  } else {
    return guest.get_or_compute(key, loader);
  }
}

// The cache made of such a class. The checks of keys, values and ttls are done here, before it is asked.
template <class Guest>
class GuestCache final : public Cache {
  using Text = std::conditional_t<IsCache<Guest, std::string_view>, std::string_view, std::string>;
  static constexpr bool timed = IsTimedCache<Guest, Text>;
  static constexpr bool erases = [] {
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
  using TextLoader = std::function<std::string(const Text&)>;
  static constexpr bool loads =
      !timed && requires(Guest& guest, Text key, const TextLoader& loader) { guest_load<Text>(guest, key, loader); };

 public:
  static Guarantees guarantees() {
    Guarantees some;
    some.order = EvictionOrder::approximate;
    if (!timed) some.offered.leave_out(Part::expiry);
    if (!erases) some.offered.leave_out(Part::erase);
    if (!loads) some.offered.leave_out(Part::get_or_load);
    for (const Part part : {Part::weights, Part::answers_of_put, Part::counting, Part::listener, Part::cleanup}) {
      some.offered.leave_out(part);
    }
    // A library knows when it is loaded what it has.
    if constexpr (requires { Guest::leave_out(some.offered); }) Guest::leave_out(some.offered);
    return some;
  }

  explicit GuestCache(const Options& options) : capacity_(checked(options)), guest_(make_cache<Guest>(capacity_)) {}

  Status get(std::string_view key, TimeNs now_ns, std::string& value) override {
    if (key.size() > max_cache_key_bytes) return Status::invalid_key;
    if constexpr (timed) {
      return guest_get<Text>(guest_, Text(key), value, now_ns) ? Status::hit : Status::miss;
    } else {
      return guest_get<Text>(guest_, Text(key), value) ? Status::hit : Status::miss;
    }
  }

  Status put(std::string_view key, std::string_view value, std::uint64_t weight, DurationNs ttl_ns,
             TimeNs now_ns) override {
    if (const Status wrong = check_input(key, value, ttl_ns); wrong != Status::stored) return wrong;
    if (weight != 1) not_offered("a weight other than 1");
    if constexpr (timed) {
      guest_put<Text>(guest_, Text(key), Text(value), ttl_ns, now_ns);
    } else {
      if (ttl_ns != forever) not_offered("put with a ttl");
      guest_put<Text>(guest_, Text(key), Text(value));
    }
    return Status::stored;
  }

  Status erase(std::string_view key, TimeNs now_ns) override {
    if (key.size() > max_cache_key_bytes) return Status::invalid_key;
    if constexpr (erases && timed) {
      return static_cast<bool>(guest_erase<Text>(guest_, Text(key), now_ns)) ? Status::removed : Status::absent;
    } else if constexpr (erases) {
      return static_cast<bool>(guest_erase<Text>(guest_, Text(key))) ? Status::removed : Status::absent;
    } else {
      not_offered("erase");
    }
  }

  Status get_or_load(std::string_view key, std::uint64_t weight, DurationNs ttl_ns, TimeNs, const Loader& loader,
                     std::string& value) override {
    if constexpr (loads) {
      if (key.size() > max_cache_key_bytes) return Status::invalid_key;
      if (weight != 1 || ttl_ns != forever) not_offered("get_or_load with a weight or a ttl");
      bool loaded = false;
      const TextLoader load = [&](const Text& missing) {
        loaded = true;
        return loader(missing);
      };
      value = guest_load<Text>(guest_, Text(key), load);
      return loaded ? Status::loaded : Status::hit;
    } else {
      not_offered("get_or_load");
    }
  }

  CleanupAnswer cleanup(std::size_t, TimeNs) override { not_offered("cleanup"); }
  Stats stats() const override { not_offered("stats"); }
  Size size() override { not_offered("size"); }
  std::uint64_t largest_weight() const override { not_offered("largest_weight"); }

 private:
  static std::uint64_t checked(const Options& options) {
    if (options.capacity == 0) throw std::invalid_argument("capacity is 0");
    return options.capacity;
  }

  const std::uint64_t capacity_;
  Guest guest_;
};

template <class Guest>
bool register_guest(std::string_view name) {
  if constexpr (std::derived_from<Guest, Cache>) {
    return register_whole_guest<Cache, Guest>(name);
  } else if constexpr (explain_what_is_missing<Guest>()) {
    using Text = std::conditional_t<IsCache<Guest, std::string_view>, std::string_view, std::string>;
    if constexpr (IsTimedCache<Guest, Text>) {
      if constexpr (GetsOrThrows<Guest, Text, TimeNs>) refuse_unless_it_throws<Text>(make_cache<Guest>(10), TimeNs{0});
    } else if constexpr (GetsOrThrows<Guest, Text>) {
      refuse_unless_it_throws<Text>(make_cache<Guest>(10));
    }
    return register_implementation<Cache, GuestCache<Guest>>(name, guest_contract, GuestCache<Guest>::guarantees());
  } else {
    return false;
  }
}

}  // namespace contend::cache
