#pragma once

#include <algorithm>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "impls/base/check.hpp"
#include "impls/base/contract.hpp"

namespace contend {

// One registered implementation of a system. `System` is the interface class; it names its construction options
// (`System::Options`) and the guarantees in which implementations may differ (`System::Guarantees`).
template <class System>
struct Implementation {
  std::string_view name;
  Contract contract;
  typename System::Guarantees guarantees;
  std::function<std::unique_ptr<System>(const typename System::Options&)> make;
  bool is_peer = false;  // what somebody would write or install instead: see bench/peers/

  friend void PrintTo(const Implementation& implementation, std::ostream* out) { *out << implementation.name; }
};

// All implementations of one system, sorted by name with `reference` first. Filled before main by the registration
// line of each implementation file; read-only afterwards.
template <class System>
class Registry {
 public:
  static Registry& instance() {
    static Registry registry;
    return registry;
  }

  void add(Implementation<System> implementation) {
    CONTEND_CHECK(find(implementation.name) == nullptr, "two implementations register the same name");
    const auto rank = [](const auto& entry) { return std::pair(entry.name != "reference", entry.name); };
    const auto place = std::ranges::upper_bound(entries_, rank(implementation), {}, rank);
    entries_.insert(place, std::move(implementation));
  }

  const std::vector<Implementation<System>>& all() const { return entries_; }

  const Implementation<System>* find(std::string_view name) const {
    const auto it = std::ranges::find(entries_, name, &Implementation<System>::name);
    return it == entries_.end() ? nullptr : &*it;
  }

 private:
  std::vector<Implementation<System>> entries_;
};

template <class System>
const std::vector<Implementation<System>>& implementations() {
  return Registry<System>::instance().all();
}

// The last line of an implementation file:
//   const bool registered = register_implementation<Store, StripedStore>("striped", contract, guarantees);
template <class System, class Concrete>
bool register_implementation(std::string_view name, const Contract& contract,
                             typename System::Guarantees guarantees = {}) {
  Registry<System>::instance().add({name, contract, guarantees, [](const typename System::Options& options) {
                                      return std::make_unique<Concrete>(options);
                                    }});
  return true;
}

// The same of a peer:
//   const bool registered = register_peer<Store, MutexShards>("mutex_shards", contract, guarantees);
template <class System, class Concrete>
bool register_peer(std::string_view name, const Contract& contract, typename System::Guarantees guarantees = {}) {
  Registry<System>::instance().add(
      {name, contract, guarantees,
       [](const typename System::Options& options) { return std::make_unique<Concrete>(options); }, true});
  return true;
}

}  // namespace contend
