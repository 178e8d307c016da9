#include "bench/kv_store/operations.hpp"

#include <algorithm>
#include <bit>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "bench/workload/zipf.hpp"

namespace contend::kv_store {
namespace {

struct Drawn {
  std::pmr::monotonic_buffer_resource bytes;
  std::vector<Operation> operations;

  std::string_view keep(std::string_view key) {
    char* const copy = static_cast<char*>(bytes.allocate(std::max<std::size_t>(key.size(), 1), 1));
    key.copy(copy, key.size());
    return {copy, key.size()};
  }
};

// Enough that the ring's keys are not a small part of all, and no more than is drawn in a few milliseconds.
std::size_t ring_size(const Mix& mix) {
  return std::clamp<std::size_t>(std::bit_ceil(mix.wanted()), 1 << 14, 1 << 17);
}

}  // namespace

Ring<Operation> draw_operations(const Mix& mix, std::uint64_t seed) {
  const ZipfRanks& ranks = zipf(mix.wanted(), mix.zipf);
  const KeySpace& keys = key_space(mix.keys);
  std::mt19937_64 random(seed);
  const auto happens = [&](double part) { return std::bernoulli_distribution(part)(random); };
  auto drawn = std::make_shared<Drawn>();
  drawn->operations.resize(ring_size(mix));
  for (Operation& op : drawn->operations) {
    op.key_number = static_cast<std::uint32_t>(ranks(random));
    op.other_number = static_cast<std::uint32_t>(random() % mix.wanted());
    op.value_bytes = mix.bytes_of(op.key_number);
    op.kind = mix.shares.draw(random);
    op.expires = mix.expires() && happens(mix.expiring);
    op.rolls_back = happens(mix.rollback);
    op.key = drawn->keep(keys[op.key_number]);
    if (op.kind == Kind::get && happens(mix.miss)) {
      op.key = drawn->keep(std::string(op.key) + ";absent");
      op.key_number = no_key;
    }
  }
  return Ring<Operation>(std::shared_ptr<const std::vector<Operation>>(drawn, &drawn->operations));
}

void prepare_draws(const Mix& mix) {
  zipf(mix.wanted(), mix.zipf);
  key_space(mix.keys);
  mix.bytes_of(0);
}

}  // namespace contend::kv_store
