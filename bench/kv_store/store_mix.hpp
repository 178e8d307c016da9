#pragma once

#include <algorithm>
#include <boost/describe/enum.hpp>
#include <cstddef>
#include <cstdint>

#include "bench/kv_store/key_space.hpp"
#include "bench/workload/words.hpp"
#include "impls/kv_store/kv_store.hpp"

namespace contend::kv_store {

enum class Kind : std::uint8_t {
  get,
  set,
  insert,
  put_if_absent,
  compare_and_set,
  erase,
  scan,
  transaction,
  transaction_scan,
  transaction_erase,
  snapshot,
  snapshot_scan,
  expire,
  size,
};
BOOST_DESCRIBE_ENUM(Kind, get, set, insert, put_if_absent, compare_and_set, erase, scan, transaction, transaction_scan,
                    transaction_erase, snapshot, snapshot_scan, expire, size)

// Which keys are asked for most.
enum class Popular : std::uint8_t { fixed, newest };
BOOST_DESCRIBE_ENUM(Popular, fixed, newest)

// What a workload is made of; store_words() says what each member is.
struct Mix {
  Shares<Kind> shares;
  std::size_t keys = 0;
  std::size_t hot = 0;
  double zipf = 0;
  Popular popular = Popular::fixed;
  double miss = 0;
  std::size_t value = 0;
  DurationNs ttl = 0;
  double expiring = 0;
  std::size_t scan_entries = 0;
  std::size_t reads = 0;
  std::size_t writes = 0;
  double rollback = 0;

  // Operations choose among so many keys.
  std::size_t wanted() const { return hot == 0 ? keys : std::min(hot, keys); }
  std::uint32_t bytes_of(std::size_t key) const {
    return value == 0 ? file_bytes(key) : static_cast<std::uint32_t>(value);
  }
  std::size_t longest_value() const { return value == 0 ? longest_file : value; }
  bool expires() const { return ttl > 0 && expiring > 0; }
  // Whether a store that offers no more than this can be asked.
  bool asks_only(const OfferedParts<Part>& offered) const;
  // Whether every key is there all the time.
  bool keeps_all() const { return !shares.has(Kind::erase) && !shares.has(Kind::transaction_erase) && !expires(); }
  // Whether the answers tell how many keys came and went: a transaction does not say what its writes met.
  bool counts_all() const {
    const bool transacts = shares.has(Kind::transaction) || shares.has(Kind::transaction_erase);
    return keeps_all() || (!expires() && !transacts);
  }
};

// The vocabulary of the store's workloads.
const Words<Mix>& store_words();

}  // namespace contend::kv_store
