#pragma once

#include <cstdint>
#include <memory>
#include <utility>

namespace contend {

// The configurations that a check has been in, as fingerprints of 128 bits. Out of line, because its container is the
// most expensive header of the checker and one call a step does not show.
class ConfigurationSet {
 public:
  using Fingerprint = std::pair<std::uint64_t, std::uint64_t>;

  ConfigurationSet();
  ~ConfigurationSet();
  ConfigurationSet(const ConfigurationSet&) = delete;
  ConfigurationSet& operator=(const ConfigurationSet&) = delete;

  // Whether it is new. O(1) expected; 17 bytes a configuration and more while the table grows.
  bool insert(const Fingerprint& fingerprint);
  void clear();

 private:
  struct Table;
  std::unique_ptr<Table> table_;
};

}  // namespace contend
