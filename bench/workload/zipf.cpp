#include "bench/workload/zipf.hpp"

#include <map>
#include <utility>

namespace contend {

const ZipfRanks& zipf(std::size_t n, double theta) {
  static std::map<std::pair<std::size_t, double>, ZipfRanks> made;
  return made.try_emplace({n, theta}, n, theta).first->second;
}

}  // namespace contend
