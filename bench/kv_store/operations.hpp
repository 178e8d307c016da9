#pragma once

#include <cstdint>
#include <string_view>

#include "bench/kv_store/store_mix.hpp"
#include "bench/workload/ring.hpp"

namespace contend::kv_store {

struct Operation {
  std::string_view key;
  std::uint32_t key_number = 0;
  std::uint32_t other_number = 0;  // where a transaction's other keys begin
  std::uint32_t value_bytes = 0;
  Kind kind = Kind::get;
  bool expires = false;
  bool rolls_back = false;
};

// Of a key that is never there.
inline constexpr std::uint32_t no_key = static_cast<std::uint32_t>(-1);

// The operations of one caller.
Ring<Operation> draw_operations(const Mix& mix, std::uint64_t seed);

// Makes what all rings of the mix read.
void prepare_draws(const Mix& mix);

}  // namespace contend::kv_store
