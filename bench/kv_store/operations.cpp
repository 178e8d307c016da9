#include "bench/kv_store/operations.hpp"

#include <random>
#include <string>

#include "bench/workload/zipf.hpp"

namespace contend::kv_store {

Ring<Operation> draw_operations(const Mix& mix, std::uint64_t seed) {
  const ZipfRanks& ranks = zipf(mix.wanted(), mix.zipf);
  const KeySpace& keys = key_space(mix.keys);
  return draw_ring_with_bytes(ring_size(mix.wanted()), seed, [&](std::mt19937_64& random, RingBytes& bytes) {
    const auto happens = [&](double part) { return std::bernoulli_distribution(part)(random); };
    Operation op;
    op.key_number = static_cast<std::uint32_t>(ranks(random));
    op.other_number = static_cast<std::uint32_t>(random() % mix.wanted());
    op.value_bytes = mix.bytes_of(op.key_number);
    op.kind = mix.shares.draw(random);
    op.expires = mix.expires() && happens(mix.expiring);
    op.rolls_back = happens(mix.rollback);
    if (op.kind == Kind::get && happens(mix.miss)) {
      op.key = bytes.keep(std::string(keys[op.key_number]) + ";absent");
      op.key_number = no_key;
    } else {
      op.key = bytes.keep(keys[op.key_number]);
    }
    return op;
  });
}

void prepare_draws(const Mix& mix) {
  zipf(mix.wanted(), mix.zipf);
  key_space(mix.keys);
  mix.bytes_of(0);
}

}  // namespace contend::kv_store
