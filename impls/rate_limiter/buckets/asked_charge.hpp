#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <vector>

#include <fmt/core.h>

#include "impls/rate_limiter/buckets/bucket_entry.hpp"
#include "impls/rate_limiter/buckets/word_rules.hpp"
#include "impls/rate_limiter/rules/quota_rules.hpp"

namespace contend::rate_limiter {

// The quotas, each with the arithmetic of its words.
class WordQuotas {
 public:
  // Throws std::invalid_argument, as make_quotas does, and for more quotas than an entry can name.
  explicit WordQuotas(const RateLimiter::Options& options) : quotas_(make_quotas(options)) {
    if (quotas_.size() > EntryName::most_quotas) {
      throw std::invalid_argument(
          fmt::format("quotas: there are {}; allowed is up to {}", quotas_.size(), EntryName::most_quotas));
    }
    for (const QuotaRules& rules : quotas_) words_.emplace_back(rules.quota());
  }

  const Quotas& all() const noexcept { return quotas_; }
  const QuotaRules& rules(std::size_t quota) const noexcept { return quotas_[quota]; }
  const WordRules& words(std::size_t quota) const noexcept { return words_[quota]; }

  // Whether check_charges finds nothing wrong with this charge alone. A negative cost is a large one here.
  bool is_right(const Charge& charge) const noexcept {
    return charge.quota < words_.size() && charge.key.size() <= max_limiter_key_bytes &&
           static_cast<std::uint64_t>(charge.cost) <= quotas_[charge.quota].quota().capacity;
  }

 private:
  const Quotas quotas_;
  std::vector<WordRules> words_;
};

// A charge in which nothing is wrong, with all that is needed to make it. What is asked most often is inlined, so that none of
// this goes through memory: that costs as much as a hash.
class AskedCharge {
 public:
  AskedCharge(const WordQuotas& quotas, const Charge& charge)
      : AskedCharge(quotas, charge, hash_bucket({charge.quota, {charge.key.data(), charge.key.size()}})) {}
  // With the hash of its name.
  AskedCharge(const WordQuotas& quotas, const Charge& charge, std::uint64_t hash)
      : rules_(&quotas.rules(charge.quota)),
        words_(&quotas.words(charge.quota)),
        name_({charge.quota, {charge.key.data(), charge.key.size()}}, words_->fit()),
        hash_(hash),
        cost_(static_cast<std::uint64_t>(charge.cost)) {}

  const QuotaRules& rules() const noexcept { return *rules_; }
  const WordRules& words() const noexcept { return *words_; }
  const EntryName& name() const noexcept { return name_; }
  std::uint64_t hash() const noexcept { return hash_; }
  std::uint64_t cost() const noexcept { return cost_; }

  // Decides on a bucket and charges it. False: it is gone. Throws std::bad_alloc, and has charged nothing then.
  [[gnu::always_inline]] bool charge(BucketEntry& entry, TimeNs now_ns, Decision& decision) const {
    return name_.in_word() ? charge_word(entry.word, now_ns, decision)
                           : charge_record(record_in(entry), *rules_, cost_, now_ns, decision);
  }

 private:
  [[gnu::always_inline]] bool charge_word(BucketWord& word, TimeNs now_ns, Decision& decision) const noexcept {
    while (true) {
      const std::uint64_t state = word.load();
      if (!BucketWord::is_state(state)) return false;
      const WordRules::View view = words_->view(state, now_ns);
      if (!words_->enough(view, cost_)) {
        decision = {Status::limited, words_->wait_for(view, cost_), words_->available(view), 0};
        return true;
      }
      if (cost_ == 0 || word.exchange(state, words_->charged(view, cost_))) {
        decision = {Status::allowed, 0, words_->left(view, cost_), 0};
        return true;
      }
    }
  }
  static bool charge_record(RecordEntry& entry, const QuotaRules& rules, std::uint64_t cost, TimeNs now_ns,
                            Decision& decision);

  const QuotaRules* rules_;
  const WordRules* words_;
  EntryName name_;
  std::uint64_t hash_;
  std::uint64_t cost_;
};

}  // namespace contend::rate_limiter
