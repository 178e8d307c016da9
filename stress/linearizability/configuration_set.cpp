#include "stress/linearizability/configuration_set.hpp"

#include <boost/unordered/unordered_flat_set.hpp>

#include "impls/base/hashing.hpp"

namespace contend {
namespace {

struct FingerprintHash {
  using is_avalanching = void;
  std::size_t operator()(const ConfigurationSet::Fingerprint& fingerprint) const {
    return mix_bits(fingerprint.first ^ (fingerprint.second << 1));
  }
};

}  // namespace

struct ConfigurationSet::Table {
  boost::unordered_flat_set<Fingerprint, FingerprintHash> seen;
};

ConfigurationSet::ConfigurationSet() : table_(std::make_unique<Table>()) {}
ConfigurationSet::~ConfigurationSet() = default;

bool ConfigurationSet::insert(const Fingerprint& fingerprint) {
  return table_->seen.insert(fingerprint).second;
}

void ConfigurationSet::clear() {
  table_->seen.clear();
}

}  // namespace contend
