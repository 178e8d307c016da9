#include <tbb/concurrent_hash_map.h>
#include <tbb/concurrent_queue.h>

#include <algorithm>
#include <array>
#include <atomic>

#include "impls/base/registry.hpp"
#include "impls/rate_limiter/buckets/bucket_table.hpp"

namespace contend::rate_limiter {
namespace {

// TBB's concurrent_hash_map with one element per bucket, each with the reader-writer lock that TBB gives it, held by an
// accessor. A request of several dimensions takes its accessors in ascending order of name; two accessors to one
// element in one thread would wait for each other for ever, which is why one bucket twice is an error. The map cannot
// be walked while others change it, so the names go round in a queue for cleanup.
constexpr Contract contract =
    Contract{
        .technique = "tbb",
        .summary = "TBB's concurrent_hash_map; the accessors of a request taken in ascending order of name",
        .shared_state = "buckets_: one element per bucket; names_: the names of all elements, for cleanup",
        .protected_by = "the accessor of an element guards its bucket, and its being in the map",
        .claim_point = "the charge, while all accessors of the request are held",
        .ordering = "decisions that share a bucket are ordered by its element lock",
        .progress = "blocking, spinning: a stalled holder keeps those who need the same bucket spinning",
        .failure = "bad_alloc leaves every bucket as it was; at worst an empty element stays in the map",
        .complexity = "acquire O(1) expected, acquire_all O(dimensions log dimensions), cleanup O(budget)",
        .memory = "two copies of the key, a hash node and a queue place for each bucket not yet swept full",
        .source = "oneTBB concurrent_hash_map",
    }
        .within(without_threads);

class TbbLimiter final : public RateLimiter {
 public:
  explicit TbbLimiter(const Options& options) : quotas_(make_quotas(options)), buckets_(options.expected_keys) {}

  Decision acquire_all(std::span<const Charge> charges, TimeNs now_ns) override {
    if (const Decision wrong = check_charges(quotas_, charges); wrong.status != Status::allowed) return wrong;
    HeldBuckets held(*this, charges);
    return decide_alone(
        quotas_, charges, clamp_time(now_ns), [&](const BucketName& name) { return &held.bucket(name); },
        [&](const BucketName& name) -> Bucket& { return held.kept_bucket(name); });
  }

  CleanupAnswer cleanup(std::size_t budget, TimeNs now_ns) override {
    CleanupAnswer answer;
    // What is made from now on belongs to the next round.
    const std::size_t round = tracked_.load();
    for (std::size_t looked = 0; looked < round; ++looked) {
      if (looked == budget) {
        answer.more = true;
        break;
      }
      OwnedBucketName name;
      if (!names_.try_pop(name)) break;
      Buckets::accessor held;
      if (!buckets_.find(held, name)) continue;
      if (quotas_[name.quota].is_full(held->second, clamp_time(now_ns))) {
        buckets_.erase(held);
        --tracked_;
        ++answer.removed;
      } else {
        held.release();
        names_.push(std::move(name));
      }
    }
    return answer;
  }

  std::size_t tracked() override { return tracked_; }

 private:
  // Looks up by names that own no key: a key is copied only for a new element.
  struct Hash {
    using is_transparent = void;
    static std::size_t hash(const BucketName& name) { return hash_bucket(name); }
    static bool equal(const BucketName& one, const BucketName& other) { return one == other; }
  };
  // std::allocator instead of TBB's own: memory that the sanitizers see.
  using Buckets =
      tbb::concurrent_hash_map<OwnedBucketName, Bucket, Hash, std::allocator<std::pair<const OwnedBucketName, Bucket>>>;

  // The elements of a request, made where they are missing.
  class HeldBuckets {
   public:
    HeldBuckets(TbbLimiter& limiter, std::span<const Charge> charges) : limiter_(limiter) {
      for (const Charge& charge : charges) names_.push_back(name_of(charge));
      std::ranges::sort(names_);
      for (std::size_t i = 0; i < names_.size(); ++i) {
        made_[i] = limiter_.buckets_.insert(held_[i], names_[i]);
      }
    }
    // What was made and is not kept goes again: a probe leaves nothing behind.
    ~HeldBuckets() {
      for (std::size_t i = 0; i < names_.size(); ++i) {
        if (made_[i]) limiter_.buckets_.erase(held_[i]);
      }
    }
    HeldBuckets(const HeldBuckets&) = delete;
    HeldBuckets& operator=(const HeldBuckets&) = delete;

    Bucket& bucket(const BucketName& name) { return held_[place(name)]->second; }
    Bucket& kept_bucket(const BucketName& name) {
      const std::size_t i = place(name);
      if (made_[i]) {
        limiter_.names_.push(OwnedBucketName(name));
        ++limiter_.tracked_;
        made_[i] = false;
      }
      return held_[i]->second;
    }

   private:
    std::size_t place(const BucketName& name) const {
      return static_cast<std::size_t>(std::ranges::lower_bound(names_, name) - names_.begin());
    }

    TbbLimiter& limiter_;
    boost::container::static_vector<BucketName, max_dimensions> names_;
    std::array<Buckets::accessor, max_dimensions> held_;
    std::array<bool, max_dimensions> made_{};
  };

  const Quotas quotas_;
  Buckets buckets_;
  tbb::concurrent_queue<OwnedBucketName, std::allocator<OwnedBucketName>> names_;
  std::atomic<std::size_t> tracked_{0};
};

const bool registered = register_implementation<RateLimiter, TbbLimiter>("tbb_accessors", contract);

}  // namespace
}  // namespace contend::rate_limiter
