#pragma once

#include <boost/describe/enum.hpp>
#include <cstddef>
#include <cstdint>

#include "bench/workload/words.hpp"
#include "impls/cache/cache.hpp"

namespace contend::cache {

// A `get` puts what was missing.
enum class Kind : std::uint8_t { get, get_or_load, peek, put, erase, cleanup, size };
BOOST_DESCRIBE_ENUM(Kind, get, get_or_load, peek, put, erase, cleanup, size)

// What a workload is made of; cache_words() says what each member is.
struct Mix {
  Shares<Kind> shares;
  std::size_t keys = 0;
  std::size_t capacity = 0;
  double zipf = 0;
  double once = 0;
  std::size_t value = 0;
  DurationNs ttl = 0;
  DurationNs load = 0;

  bool expires() const { return ttl > 0; }
  bool asks_only(const OfferedParts<Part>& offered) const;
};
const Words<Mix>& cache_words();

}  // namespace contend::cache
