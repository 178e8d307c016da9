#include <atomic>
#include <bit>
#include <memory>
#include <new>
#include <optional>
#include <stdexcept>
#include <vector>

#include "impls/base/registry.hpp"
#include "impls/rate_limiter/rules/quota_rules.hpp"
#include "impls/sync/epochs.hpp"
#include "impls/sync/mutex.hpp"

#if defined(__clang__)
// Two words are exchanged as one, by libatomic where the compiler may not assume the instruction: known and meant.
#pragma clang diagnostic ignored "-Watomic-alignment"
#endif

namespace contend::rate_limiter {
namespace {

// A bucket is two words, exchanged together by compare-and-swap; nobody locks. For the token bucket they are the time
// at which it will be full, to a fraction of a nanosecond: GCRA without rounding. A request of several dimensions
// charges them one by one and gives back what it has charged when one refuses: others may be refused meanwhile by a
// charge that comes to nothing, so it is not linearizable, and says so.
constexpr Contract contract =
    Contract{
        .technique = "lock_free",
        .summary =
            "buckets of two words in hash chains, charged by compare-and-swap; several dimensions one by one, undone",
        .shared_state = "heads_: hash chains of nodes; node.words: the bucket; node.next",
        .protected_by =
            "compare-and-swap of node.words and of the chain's head; nodes are kept alive by epochs; one sweeper",
        .claim_point = "the successful CAS of node.words, or of the chain's head for a new bucket",
        .ordering = "all atomics are seq_cst; what a node's words say is what its last CAS wrote",
        .progress = "acquire is lock-free: a CAS fails only because another succeeded; cleanup is one caller at a time",
        .failure =
            "bad_alloc comes before anything is charged, or, where a bucket is swept meanwhile, before that one is "
            "made; "
            "what was charged before it is given back then, and buckets that this leaves full go with the next cleanup",
        .complexity =
            "acquire O(1 + keys / expected_keys) expected; no growth of the array of chains; cleanup O(budget)",
        .memory = "one word per chain; a node with the key for each bucket not yet swept full; what readers delay",
        .source = "GCRA by CAS (governor); chains with marked nodes after Harris, 2001; epochs after Fraser, 2004",
    }
        .within(without_threads);

constexpr Guarantees guarantees{.atomic_dimensions = false, .stranded_part = 0, .supports = {true, true, false, true}};

class CompareAndSwapLimiter final : public RateLimiter {
 public:
  explicit CompareAndSwapLimiter(const Options& options)
      : quotas_(make_quotas(options)), heads_(std::max<std::size_t>(options.expected_keys, 16)) {
    for (const QuotaRules& rules : quotas_) {
      if (rules.quota().algorithm == Algorithm::sliding_log) {
        throw std::invalid_argument("quota: algorithm is sliding_log; allowed is what fits two words, all others");
      }
    }
  }
  ~CompareAndSwapLimiter() override {
    for (std::atomic<Node*>& head : heads_) {
      for (Node* node = head; node != nullptr;) delete std::exchange(node, node->next.load());
    }
    for (const auto& [stamp, node] : retired_) delete node;
  }

  Decision acquire_all(std::span<const Charge> charges, TimeNs now_ns) override {
    if (const Decision wrong = check_charges(quotas_, charges); wrong.status != Status::allowed) return wrong;
    const TimeNs at_ns = clamp_time(now_ns);
    const ReadPin pin;
    FreshNodes fresh;
    // Refused only by what all dimensions say together: the longest wait is to be named.
    while (true) {
      const Decision decision = charges.size() == 1 ? Decision{} : judge(charges, at_ns);
      if (decision.status != Status::allowed) return decision;
      if (charges.size() > 1) make_missing(charges, fresh);
      if (const auto charged = charge_all(charges, at_ns, fresh)) return *charged;
    }
  }

  CleanupAnswer cleanup(std::size_t budget, TimeNs now_ns) override {
    const MutexLock lock(sweeping_);
    CleanupAnswer answer;
    std::size_t looked = 0;
    try {
      for (; next_chain_ < heads_.size() && looked < budget; ++next_chain_) {
        sweep(heads_[next_chain_], clamp_time(now_ns), looked, answer.removed);
        ++looked;
      }
    } catch (const std::bad_alloc&) {
      if (answer.removed == 0) throw;
    }
    answer.more = next_chain_ < heads_.size();
    if (!answer.more) next_chain_ = 0;
    free_retired();
    return answer;
  }

  std::size_t tracked() override { return tracked_; }

 private:
  struct Words {
    TimeNs at = 0;
    std::uint64_t units = 0;

    bool operator==(const Words&) const = default;
  };
  // Of a bucket that has been swept: callers that find it look for its successor.
  static constexpr Words gone{never, 0};

  struct Node {
    Node(const BucketName& bucket_name, const Words& first) : name(bucket_name), words(first) {}
    const OwnedBucketName name;
    std::atomic<Words> words;
    std::atomic<Node*> next{nullptr};
  };

  // The sliding counter has two counts in the second word; the token bucket the part of a nanosecond, and how long before
  // `at` it was charged last.
  static Words pack(const QuotaRules& rules, const Bucket& bucket) {
    const Quota& quota = rules.quota();
    if (quota.refill == 0 || quota.algorithm == Algorithm::fixed_window) return {bucket.at, bucket.taken};
    if (quota.algorithm == Algorithm::sliding_counter) return {bucket.at, bucket.part << 32 | bucket.taken};
    return {bucket.at, rounded_span(bucket.at - bucket.latest_charge()) << 32 | bucket.part};
  }
  static Bucket unpack(const QuotaRules& rules, const Words& words) {
    const Quota& quota = rules.quota();
    Bucket bucket;
    bucket.at = words.at;
    if (quota.refill == 0 || quota.algorithm == Algorithm::fixed_window) {
      bucket.taken = words.units;
    } else if (quota.algorithm == Algorithm::sliding_counter) {
      bucket.part = words.units >> 32;
      bucket.taken = words.units & max_quota_units;
    } else {
      bucket.part = words.units & max_quota_units;
      bucket.taken = static_cast<std::uint64_t>(words.at - span_of(words.units >> 32));
    }
    return bucket;
  }

  // A span of time in 32 bits: 26 of them exact, and how many more there were. Rounded down, so that the charge it leads
  // back to is rather taken for later than it was: then less is given back.
  static constexpr int span_bits = 26;
  static std::uint64_t rounded_span(DurationNs span_ns) {
    const auto span = static_cast<std::uint64_t>(span_ns);
    const int more = std::max(static_cast<int>(std::bit_width(span)) - span_bits, 0);
    return static_cast<std::uint64_t>(more) << span_bits | span >> more;
  }
  static DurationNs span_of(std::uint64_t rounded) {
    const std::uint64_t exact = rounded & ((std::uint64_t{1} << span_bits) - 1);
    return static_cast<DurationNs>(exact << (rounded >> span_bits));
  }

  std::atomic<Node*>& head_of(const BucketName& name) { return heads_[hash_bucket(name) % heads_.size()]; }

  // The live node of a bucket in the chain that begins with `first`, and what it held; nothing: it is full.
  struct Found {
    Node* node = nullptr;
    Words words;
  };
  static Found find(Node* first, const BucketName& name) {
    for (Node* node = first; node != nullptr; node = node->next) {
      if (BucketName(node->name) != name) continue;
      if (const Words words = node->words; words != gone) return {node, words};
    }
    return {};
  }

  Decision judge(std::span<const Charge> charges, TimeNs now_ns) {
    DecisionMaker maker;
    for (std::uint32_t i = 0; i < charges.size(); ++i) {
      const QuotaRules& rules = quotas_[charges[i].quota];
      const Found found = find(head_of(name_of(charges[i])), name_of(charges[i]));
      add_to(maker, rules, found.node == nullptr ? Bucket{} : unpack(rules, found.words), i, charges[i], now_ns);
    }
    return maker.decision();
  }

  static void add_to(DecisionMaker& maker, const QuotaRules& rules, const Bucket& bucket, std::uint32_t dimension,
                     const Charge& charge, TimeNs now_ns) {
    const auto cost = static_cast<std::uint64_t>(charge.cost);
    const std::uint64_t available = rules.available(bucket, now_ns);
    maker.add(dimension, cost, available, cost > available ? rules.wait_for(bucket, cost, now_ns) : 0);
  }

  // Nodes for buckets that are not there, made before anything is charged. One that is not needed in the end goes again.
  using FreshNodes = std::array<std::unique_ptr<Node>, max_dimensions>;
  void make_missing(std::span<const Charge> charges, FreshNodes& fresh) {
    for (std::size_t i = 0; i < charges.size(); ++i) {
      const BucketName name = name_of(charges[i]);
      if (charges[i].cost == 0 || fresh[i] != nullptr || find(head_of(name), name).node != nullptr) continue;
      fresh[i] = std::make_unique<Node>(name, Words{});
    }
  }

  // Charges the dimensions one after the other; if one refuses, gives the others back and answers nothing, or the
  // refusal where there is only one dimension.
  std::optional<Decision> charge_all(std::span<const Charge> charges, TimeNs now_ns, FreshNodes& fresh) {
    DecisionMaker maker;
    std::array<Bucket, max_dimensions> after;
    std::uint32_t done = 0;
    try {
      while (done < charges.size() && charge(charges[done], done, now_ns, maker, after[done], fresh[done])) ++done;
    } catch (...) {
      undo(charges.first(done), after);
      throw;
    }
    if (done == charges.size() || charges.size() == 1) return maker.decision();
    undo(charges.first(done), after);
    return std::nullopt;
  }

  bool charge(const Charge& charge, std::uint32_t dimension, TimeNs now_ns, DecisionMaker& maker, Bucket& after,
              std::unique_ptr<Node>& fresh) {
    const QuotaRules& rules = quotas_[charge.quota];
    const auto cost = static_cast<std::uint64_t>(charge.cost);
    std::atomic<Node*>& head = head_of(name_of(charge));
    while (true) {
      Node* first = head;
      Found found = find(first, name_of(charge));
      after = found.node == nullptr ? Bucket{} : unpack(rules, found.words);
      const Bucket before = after;
      const bool enough = cost <= rules.available(before, now_ns);
      if (enough && cost > 0) {
        rules.take(after, cost, now_ns);
        const Words wanted = pack(rules, after);
        if (found.node != nullptr) {
          if (!found.node->words.compare_exchange_strong(found.words, wanted)) continue;
        } else {
          if (fresh == nullptr) fresh = std::make_unique<Node>(name_of(charge), wanted);
          fresh->words = wanted;
          fresh->next = first;
          ++tracked_;  // before others see the node: who sweeps it counts it off
          // Fails when the chain has got another first node: this bucket's may be among the new ones.
          if (!head.compare_exchange_strong(first, fresh.get())) {
            --tracked_;
            continue;
          }
          static_cast<void>(fresh.release());
        }
      }
      add_to(maker, rules, before, dimension, charge, now_ns);
      return enough;
    }
  }

  void undo(std::span<const Charge> charges, std::span<const Bucket> after) noexcept {
    for (std::size_t i = 0; i < charges.size(); ++i) {
      if (charges[i].cost == 0) continue;
      const QuotaRules& rules = quotas_[charges[i].quota];
      while (true) {
        Found found = find(head_of(name_of(charges[i])), name_of(charges[i]));
        if (found.node == nullptr) break;  // swept, because it had become full meanwhile
        Bucket bucket = unpack(rules, found.words);
        rules.give_back(bucket, static_cast<std::uint64_t>(charges[i].cost), after[i]);
        if (found.node->words.compare_exchange_strong(found.words, pack(rules, bucket))) break;
      }
    }
  }

  // Unlinks the full buckets of a chain. Others only put nodes before its first.
  void sweep(std::atomic<Node*>& head, TimeNs now_ns, std::size_t& looked, std::size_t& removed) REQUIRES(sweeping_) {
    Node* before = nullptr;
    for (Node* node = head; node != nullptr;) {
      ++looked;
      Node* const next = node->next;
      Words words = node->words;
      const QuotaRules& rules = quotas_[node->name.quota];
      const bool full = rules.is_full(unpack(rules, words), now_ns);
      if (full && retired_.size() == retired_.capacity())
        retired_.reserve(std::max<std::size_t>(64, 2 * retired_.size()));
      if (full && node->words.compare_exchange_strong(words, gone)) {
        unlink(head, before, node);
        ++removed;
        --tracked_;
        retired_.emplace_back(retire_stamp(), node);
      } else {
        before = node;
      }
      node = next;
    }
  }
  static void unlink(std::atomic<Node*>& head, Node* before, Node* node) {
    Node* first = node;
    if (before == nullptr && head.compare_exchange_strong(first, node->next)) return;
    if (before == nullptr) {
      before = first;  // nodes have been put before it since
      while (before->next != node) before = before->next;
    }
    before->next = node->next.load();
  }

  void free_retired() REQUIRES(sweeping_) {
    const RetireStamp stay = oldest_reader();
    std::erase_if(retired_, [&](const auto& entry) {
      if (entry.first >= stay) return false;
      delete entry.second;
      return true;
    });
  }

  const Quotas quotas_;
  std::vector<std::atomic<Node*>> heads_;
  std::atomic<std::size_t> tracked_{0};
  Mutex sweeping_{{"limiter sweep", 0}};
  std::size_t next_chain_ GUARDED_BY(sweeping_) = 0;
  std::vector<std::pair<RetireStamp, Node*>> retired_ GUARDED_BY(sweeping_);
};

const bool registered =
    register_implementation<RateLimiter, CompareAndSwapLimiter>("compare_and_swap", contract, guarantees);

}  // namespace
}  // namespace contend::rate_limiter
