#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "impls/cache/cache.hpp"
#include "impls/sync/cache_line.hpp"
#include "impls/sync/mutex.hpp"

namespace contend::cache {

// Residents to draw from at random, in stripes with a mutex each. Who is to come is first promised its place, which is
// all that can fail. Expects of a Resident its `hash()` and a `place`, which is the ring's own.
//
// Any thread may call at any time; of one resident one at a time. O(1), promises amortised, draws O(stripes) where most
// are empty. Memory: a pointer for each resident, and the room of vectors that double.
template <class Resident>
class SamplingRing {
 public:
  // With one stripe, or with as many as there are.
  explicit SamplingRing(bool one_stripe) : used_(one_stripe ? 1 : most_stripes) {}

  void promise(const Resident& resident) {
    Stripe& stripe = stripe_of(resident);
    const MutexLock lock(stripe.mutex);
    const std::size_t needed = stripe.residents.size() + stripe.promised + 1;
    if (needed > stripe.residents.capacity()) stripe.residents.reserve(2 * needed);
    ++stripe.promised;
  }
  // Takes the place that was promised.
  void enter(Resident& resident) noexcept {
    Stripe& stripe = stripe_of(resident);
    const MutexLock lock(stripe.mutex);
    --stripe.promised;
    resident.place = stripe.residents.size();
    stripe.residents.push_back(&resident);
  }
  void leave(Resident& resident) noexcept {
    Stripe& stripe = stripe_of(resident);
    const MutexLock lock(stripe.mutex);
    stripe.residents[resident.place] = stripe.residents.back();
    stripe.residents[resident.place]->place = resident.place;
    stripe.residents.pop_back();
  }

  // Calls look(resident) with one that cannot leave meanwhile, chosen by `random`; not at all if there is none.
  template <class Look>
  void draw(std::uint64_t random, Look look) noexcept {
    for (std::size_t i = 0; i < used_; ++i) {
      Stripe& stripe = stripes_[(random + i) % used_];
      const MutexLock lock(stripe.mutex);
      if (stripe.residents.empty()) continue;
      return look(*stripe.residents[(random >> 8) % stripe.residents.size()]);
    }
  }

 private:
  static constexpr std::size_t most_stripes = 16;
  struct alignas(cache_line_bytes) Stripe {
    Mutex mutex{{"cache ring", 0}};
    std::vector<Resident*> residents GUARDED_BY(mutex);
    std::size_t promised GUARDED_BY(mutex) = 0;  // places
  };
  Stripe& stripe_of(const Resident& resident) { return stripes_[resident.hash() % used_]; }

  const std::size_t used_;
  std::array<Stripe, most_stripes> stripes_;
};

}  // namespace contend::cache
