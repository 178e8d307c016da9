#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
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

// A charge in which nothing is wrong, with all that is needed to make it.
class AskedCharge {
 public:
  AskedCharge(const WordQuotas& quotas, const Charge& charge)
      : rules_(&quotas.rules(charge.quota)),
        words_(&quotas.words(charge.quota)),
        name_(name_of(charge), words_->fit()),
        hash_(hash_bucket(name_of(charge))),
        cost_(static_cast<std::uint64_t>(charge.cost)) {}

  const QuotaRules& rules() const noexcept { return *rules_; }
  const WordRules& words() const noexcept { return *words_; }
  const EntryName& name() const noexcept { return name_; }
  std::uint64_t hash() const noexcept { return hash_; }
  std::uint64_t cost() const noexcept { return cost_; }

  // Decides on a bucket and charges it; nothing: it is gone. Throws std::bad_alloc, and has charged nothing then.
  std::optional<Decision> charge(BucketEntry& entry, TimeNs now_ns) const {
    if (!name_.in_word()) return charge_record(record_in(entry), now_ns);
    while (true) {
      const std::uint64_t state = entry.word.load();
      if (!BucketWord::is_state(state)) return std::nullopt;
      const WordRules::View view = words_->view(state, now_ns);
      if (!words_->enough(view, cost_)) {
        return Decision{Status::limited, words_->wait_for(view, cost_), words_->available(view), 0};
      }
      if (cost_ == 0 || entry.word.exchange(state, words_->charged(view, cost_))) {
        return Decision{Status::allowed, 0, words_->left(view, cost_), 0};
      }
    }
  }

 private:
  std::optional<Decision> charge_record(RecordEntry& entry, TimeNs now_ns) const {
    std::uint64_t state = 0;
    if (!entry.word.lock(state)) return std::nullopt;
    const HeldWord held(entry.word, state);
    const std::uint64_t available = rules_->available(entry.bucket, now_ns);
    if (cost_ > available) {
      return Decision{Status::limited, rules_->wait_for(entry.bucket, cost_, now_ns), available, 0};
    }
    if (cost_ > 0) {
      rules_->make_room(entry.bucket);
      rules_->take(entry.bucket, cost_, now_ns);
    }
    return Decision{Status::allowed, 0, available - cost_, 0};
  }

  const QuotaRules* rules_;
  const WordRules* words_;
  EntryName name_;
  std::uint64_t hash_;
  std::uint64_t cost_;
};

}  // namespace contend::rate_limiter
