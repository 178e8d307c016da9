#include <atomic>
#include <memory>
#include <new>
#include <optional>
#include <stdexcept>
#include <vector>

#include "impls/base/registry.hpp"
#include "impls/rate_limiter/buckets/bucket_words.hpp"
#include "impls/rate_limiter/buckets/growing_chains.hpp"
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
        .shared_state = "chains_: hash chains of nodes, in an array that grows; node.words: the bucket; node.next",
        .protected_by =
            "compare-and-swap of node.words and of the chain's head; nodes are kept alive by epochs; one sweeper",
        .claim_point = "the successful CAS of node.words, or of the chain's head for a new bucket",
        .ordering = "all atomics are seq_cst; what a node's words say is what its last CAS wrote",
        .progress =
            "acquire is lock-free: a CAS fails only because another succeeded; but who needs a chain that another is "
            "just "
            "splitting, after the array has doubled, waits for it; cleanup is one caller at a time",
        .failure =
            "bad_alloc comes before anything is charged, or, where a bucket is swept meanwhile, before that one is "
            "made; "
            "what was charged before it is given back then, and buckets that this leaves full go with the next cleanup",
        .complexity =
            "acquire O(1) expected, but for the call that doubles the array of chains, O(chains); cleanup O(budget)",
        .memory =
            "two words per chain, a chain or two per bucket that there ever was at once; a node with the key for each "
            "bucket not yet swept full; what readers delay",
        .source = "GCRA by CAS (governor); chains with marked nodes after Harris, 2001; epochs after Fraser, 2004",
    }
        .within(without_threads);

constexpr Guarantees guarantees{.atomic_dimensions = false, .stranded_part = 0, .supports = {true, true, false, true}};

class CompareAndSwapLimiter final : public RateLimiter {
 public:
  explicit CompareAndSwapLimiter(const Options& options)
      : quotas_(make_quotas(options)), chains_(std::max<std::size_t>(options.expected_keys, 1)) {
    for (const QuotaRules& rules : quotas_) {
      if (rules.quota().algorithm == Algorithm::sliding_log) {
        throw std::invalid_argument("quota: algorithm is sliding_log; allowed is what fits two words, all others");
      }
    }
  }
  ~CompareAndSwapLimiter() override {
    for (std::size_t chain = 0; chain < chains_.size(); ++chain) {
      for (Node* node = chains_.head_at(chain); node != nullptr;) delete std::exchange(node, node->next.load());
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
      for (; next_chain_ < chains_.size() && looked < budget; ++next_chain_) {
        sweep(chains_.head_at(next_chain_), clamp_time(now_ns), looked, answer.removed);
        ++looked;
      }
    } catch (const std::bad_alloc&) {
      if (answer.removed == 0) throw;
    }
    answer.more = next_chain_ < chains_.size();
    if (!answer.more) next_chain_ = 0;
    free_retired();
    return answer;
  }

  std::size_t tracked() override { return tracked_; }

 private:
  using Words = BucketWords;
  // Of a bucket that has been swept: callers that find it look for its successor.
  static constexpr Words gone{never, 0};

  struct Node {
    Node(const BucketName& bucket_name, const Words& first) : name(bucket_name), words(first) {}
    std::uint64_t hash() const { return hash_bucket(name); }

    const OwnedBucketName name;
    std::atomic<Words> words;
    std::atomic<Node*> next{nullptr};
  };
  using Chains = GrowingChains<Node>;

  // The live node of a bucket, and what it held; nothing: it is full. And the chain that it would have to be linked to.
  struct Found {
    Node* node = nullptr;
    Words words = {};
    std::atomic<Node*>* head = nullptr;
    Node* first = nullptr;
  };
  Found find(const BucketName& name) {
    const std::uint64_t hash = hash_bucket(name);
    while (true) {
      std::atomic<Node*>& head = chains_.head_of(hash);
      Node* const first = head;
      if (!Chains::is_chain(first)) continue;
      for (Node* node = first; node != nullptr; node = node->next) {
        if (BucketName(node->name) != name) continue;
        if (const Words words = node->words; words != gone) return {node, words, &head, first};
      }
      // Nodes that got other places during the search may have been passed over.
      if (Chains::is_chain(head)) return {.head = &head, .first = first};
    }
  }

  Decision judge(std::span<const Charge> charges, TimeNs now_ns) {
    DecisionMaker maker;
    for (std::uint32_t i = 0; i < charges.size(); ++i) {
      const QuotaRules& rules = quotas_[charges[i].quota];
      const Found found = find(name_of(charges[i]));
      add_to(maker, rules, found.node == nullptr ? Bucket{} : unpack(rules.quota(), found.words), i, charges[i],
             now_ns);
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
      if (charges[i].cost == 0 || fresh[i] != nullptr || find(name).node != nullptr) continue;
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
    while (true) {
      Found found = find(name_of(charge));
      after = found.node == nullptr ? Bucket{} : unpack(rules.quota(), found.words);
      const Bucket before = after;
      const bool enough = cost <= rules.available(before, now_ns);
      if (enough && cost > 0) {
        rules.take(after, cost, now_ns);
        const Words wanted = pack(rules.quota(), after);
        if (found.node != nullptr) {
          if (!found.node->words.compare_exchange_strong(found.words, wanted)) continue;
        } else {
          if (fresh == nullptr) fresh = std::make_unique<Node>(name_of(charge), wanted);
          fresh->words = wanted;
          fresh->next = found.first;
          ++tracked_;  // before others see the node: who sweeps it counts it off
          // Fails when the chain has got another first node: this bucket's may be among the new ones.
          if (!found.head->compare_exchange_strong(found.first, fresh.get())) {
            --tracked_;
            continue;
          }
          static_cast<void>(fresh.release());
          grow_if_crowded();
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
        Found found = find(name_of(charges[i]));
        if (found.node == nullptr) break;  // swept, because it had become full meanwhile
        Bucket bucket = unpack(rules.quota(), found.words);
        rules.give_back(bucket, static_cast<std::uint64_t>(charges[i].cost), after[i]);
        if (found.node->words.compare_exchange_strong(found.words, pack(rules.quota(), bucket))) break;
      }
    }
  }

  // Who finds a sweep under way leaves it to the next.
  void grow_if_crowded() noexcept {
    if (tracked_ <= chains_.size() || !sweeping_.try_lock()) return;
    const MutexLock lock(sweeping_, std::adopt_lock);
    if (tracked_ > chains_.size()) chains_.grow();
  }

  // Unlinks the full buckets of a chain. Others only put nodes before its first.
  void sweep(std::atomic<Node*>& head, TimeNs now_ns, std::size_t& looked, std::size_t& removed) REQUIRES(sweeping_) {
    Node* before = nullptr;
    for (Node* node = head; node != nullptr;) {
      ++looked;
      Node* const next = node->next;
      Words words = node->words;
      const QuotaRules& rules = quotas_[node->name.quota];
      const bool full = rules.is_full(unpack(rules.quota(), words), now_ns);
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
    if (retired_.empty()) decltype(retired_)().swap(retired_);
  }

  const Quotas quotas_;
  Chains chains_;
  std::atomic<std::size_t> tracked_{0};
  Mutex sweeping_{{"limiter sweep", 0}};
  std::size_t next_chain_ GUARDED_BY(sweeping_) = 0;
  std::vector<std::pair<RetireStamp, Node*>> retired_ GUARDED_BY(sweeping_);
};

const bool registered =
    register_implementation<RateLimiter, CompareAndSwapLimiter>("compare_and_swap", contract, guarantees);

}  // namespace
}  // namespace contend::rate_limiter
