#include <tbb/concurrent_hash_map.h>

#include <algorithm>
#include <array>
#include <atomic>

#include "impls/base/registry.hpp"
#include "impls/rate_limiter/buckets/bucket_table.hpp"
#include "impls/sync/mutex.hpp"

namespace contend::rate_limiter {
namespace {

// TBB's concurrent_hash_map with one element per bucket, each with the reader-writer lock that TBB gives it, held by an
// accessor. A request of several dimensions takes its accessors in ascending order of name; two accessors to one
// element in one thread would wait for each other for ever, which is why one bucket twice is an error. The map cannot
// be walked while others change it, so the elements that have been charged are linked in a list for cleanup, newest first.
constexpr Contract contract =
    Contract{
        .technique = "tbb",
        .summary = "TBB's concurrent_hash_map; the accessors of a request taken in ascending order of name",
        .shared_state = "buckets_: one element per bucket; newest_ and round_: lists of all elements, for cleanup",
        .protected_by =
            "the accessor of an element guards its bucket, and its being in the map; sweeping_ the links of the lists",
        .claim_point = "the charge, while all accessors of the request are held",
        .ordering = "decisions that share a bucket are ordered by its element lock",
        .progress = "blocking, spinning: a stalled holder keeps those who need the same bucket spinning",
        .complexity = "acquire O(1) expected, acquire_all O(dimensions log dimensions), cleanup O(budget)",
        .memory = "a hash node with the key and its links for each bucket not yet swept full",
        .source = "oneTBB concurrent_hash_map",
    }
        .within(whole_charges);

class TbbLimiter final : public RateLimiter {
 public:
  explicit TbbLimiter(const Options& options) : quotas_(make_quotas(options)), buckets_(options.expected_keys) {}

  Decision acquire_all(std::span<const Charge> charges, TimeNs now_ns) override {
    if (const Decision wrong = check_charges(quotas_, charges); wrong.status != Status::allowed) return wrong;
    HeldBuckets held(*this);
    held.take(charges);
    return decide_alone(quotas_, charges, clamp_time(now_ns), held);
  }

  CleanupAnswer cleanup(std::size_t budget, TimeNs now_ns) override {
    const MutexLock lock(sweeping_);
    CleanupAnswer answer;
    if (next_ == nullptr) begin_round();
    for (; next_ != nullptr && budget > 0; --budget) {
      Element& element = **next_;
      Buckets::accessor held;
      buckets_.find(held, *element.name);
      if (!quotas_[element.name->quota].is_full(element.bucket, clamp_time(now_ns))) {
        next_ = &element.older;
      } else {
        *next_ = element.older;
        buckets_.erase(held);
        --tracked_;
        ++answer.removed;
      }
      if (*next_ == nullptr) next_ = nullptr;
    }
    answer.more = next_ != nullptr;
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
  // Guarded by its accessor, but for what belongs to the list that cleanup goes along.
  struct Element {
    Bucket bucket;
    bool listed = false;                    // and so one of those that are tracked
    const OwnedBucketName* name = nullptr;  // once listed; where the map has it
    Element* older = nullptr;               // once listed; guarded by sweeping_
  };
  // std::allocator instead of TBB's own: memory that the sanitizers see.
  using Buckets = tbb::concurrent_hash_map<OwnedBucketName, Element, Hash,
                                           std::allocator<std::pair<const OwnedBucketName, Element>>>;

  // The elements of a request, made where they are missing. Those that have not been charged go again: a probe, and an
  // exception, leave nothing behind.
  class HeldBuckets {
   public:
    explicit HeldBuckets(TbbLimiter& limiter) : limiter_(limiter) {}
    ~HeldBuckets() {
      for (std::size_t i = 0; i < names_.size(); ++i) {
        if (held_[i].empty() || held_[i]->second.listed) continue;
        if (charged_[i]) {
          limiter_.list(*held_[i]);
        } else {
          limiter_.buckets_.erase(held_[i]);
        }
      }
    }
    HeldBuckets(const HeldBuckets&) = delete;
    HeldBuckets& operator=(const HeldBuckets&) = delete;

    void take(std::span<const Charge> charges) {
      for (const Charge& charge : charges) names_.push_back(name_of(charge));
      std::ranges::sort(names_);
      for (std::size_t i = 0; i < names_.size(); ++i) limiter_.buckets_.insert(held_[i], names_[i]);
    }

    Bucket* find(const BucketName& name) {
      Element& element = held_[place(name)]->second;
      return element.listed ? &element.bucket : nullptr;
    }
    Bucket& make(const BucketName& name) {
      charged_[place(name)] = true;
      return held_[place(name)]->second.bucket;
    }
    void unmake(const BucketName& name) noexcept { charged_[place(name)] = false; }

   private:
    std::size_t place(const BucketName& name) const {
      return static_cast<std::size_t>(std::ranges::lower_bound(names_, name) - names_.begin());
    }

    TbbLimiter& limiter_;
    boost::container::static_vector<BucketName, max_dimensions> names_;
    std::array<Buckets::accessor, max_dimensions> held_;
    std::array<bool, max_dimensions> charged_{};
  };

  // Puts a held element before all that are new since the last round began.
  void list(std::pair<const OwnedBucketName, Element>& entry) noexcept {
    Element& element = entry.second;
    element.listed = true;
    element.name = &entry.first;
    ++tracked_;
    element.older = newest_.load();
    while (!newest_.compare_exchange_weak(element.older, &element)) {
    }
  }

  // All that are new go before those that the earlier rounds have left. What is made from now on belongs to the next.
  void begin_round() REQUIRES(sweeping_) {
    if (Element* const fresh = newest_.exchange(nullptr); fresh != nullptr) {
      Element* oldest = fresh;
      while (oldest->older != nullptr) oldest = oldest->older;
      oldest->older = round_;
      round_ = fresh;
    }
    next_ = round_ == nullptr ? nullptr : &round_;
  }

  const Quotas quotas_;
  Buckets buckets_;
  std::atomic<Element*> newest_{nullptr};
  std::atomic<std::size_t> tracked_{0};
  Mutex sweeping_{{"limiter sweep", 0}};            // taken before an accessor
  Element* round_ GUARDED_BY(sweeping_) = nullptr;  // all elements but the new ones
  Element** next_ GUARDED_BY(sweeping_) = nullptr;  // the link to the next that this round looks at; null: none
};

const bool registered = register_implementation<RateLimiter, TbbLimiter>("tbb_accessors", contract);

}  // namespace
}  // namespace contend::rate_limiter
