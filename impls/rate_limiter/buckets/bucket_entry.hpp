#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <new>
#include <string_view>

#include "impls/rate_limiter/buckets/word_rules.hpp"
#include "impls/rate_limiter/rules/quota_rules.hpp"
#include "impls/sync/backoff.hpp"
#include "impls/sync/thread_annotations.hpp"

namespace contend::rate_limiter {

class BucketEntry;

// Inlined: keys are mostly shorter than it takes to call for it.
inline bool same_bytes(const char* one, const char* other, std::size_t size) noexcept {
  const auto word_at = [](const char* place) {
    std::uint64_t word = 0;
    std::memcpy(&word, place, sizeof word);
    return word;
  };
  if (size < sizeof(std::uint64_t)) return std::equal(one, one + size, other);
  std::size_t at = 0;
  for (; at + sizeof(std::uint64_t) < size; at += sizeof(std::uint64_t)) {
    if (word_at(one + at) != word_at(other + at)) return false;
  }
  return word_at(one + size - sizeof(std::uint64_t)) == word_at(other + size - sizeof(std::uint64_t));
}

// The word of a bucket: its state, or, in numbers that no state has, that somebody holds it for himself, or that the bucket
// is gone for ever. A state may be exchanged for another at once; who has more to do, or more than one bucket to do it to,
// locks the word. All accesses are seq_cst.
class CAPABILITY("bucket word") BucketWord {
 public:
  explicit BucketWord(std::uint64_t state) noexcept : word_(state) {}
  BucketWord(const BucketWord&) = delete;
  BucketWord& operator=(const BucketWord&) = delete;

  static bool is_state(std::uint64_t word) noexcept { return word <= WordRules::greatest; }
  // A state, or no state: the bucket is gone. Waits while somebody holds it.
  std::uint64_t load() const noexcept {
    const std::uint64_t word = word_.load();
    return word == locked ? wait() : word;
  }
  // False: it is not `state` any more.
  bool exchange(std::uint64_t state, std::uint64_t wanted) noexcept {
    return word_.compare_exchange_strong(state, wanted);
  }

  // False: the bucket is gone, and `state` as it was. Else it is what the bucket held.
  bool lock(std::uint64_t& state) noexcept TRY_ACQUIRE(true) {
    std::uint64_t word = 0;
    do {
      word = load();
      if (!is_state(word)) return false;
    } while (!word_.compare_exchange_strong(word, locked));
    state = word;
    return true;
  }
  void unlock(std::uint64_t state) noexcept RELEASE() { word_ = state; }

  // What a word says of a bucket that is gone: which one went before.
  static std::uint64_t gone(BucketEntry* before) noexcept {
    return gone_bits | reinterpret_cast<std::uintptr_t>(before);
  }
  BucketEntry* gone_before() const noexcept {
    return reinterpret_cast<BucketEntry*>(word_.load() & ~gone_bits);  // NOLINT(performance-no-int-to-ptr)
  }

 private:
  static constexpr std::uint64_t locked = ~std::uint64_t{0};
  static constexpr std::uint64_t gone_bits = std::uint64_t{0b111} << 61;
  static_assert(gone_bits > WordRules::greatest);

  std::uint64_t wait() const noexcept {
    Backoff backoff;
    std::uint64_t word = locked;
    while ((word = word_.load()) == locked) backoff.pause();
    return word;
  }

  std::atomic<std::uint64_t> word_;
};

// Holds a word that its caller has locked, and puts the state back.
class SCOPED_CAPABILITY HeldWord {
 public:
  HeldWord(BucketWord& word, std::uint64_t state) noexcept REQUIRES(word) : word_(word), state_(state) {}
  ~HeldWord() RELEASE() { word_.unlock(state_); }
  HeldWord(const HeldWord&) = delete;
  HeldWord& operator=(const HeldWord&) = delete;

 private:
  BucketWord& word_;
  const std::uint64_t state_;
};

// Which bucket: its quota, whether a word holds it, and how long the key is, in one number; and the key.
class EntryName {
 public:
  static constexpr std::size_t most_quotas = std::size_t{1} << 22;

  EntryName(const BucketName& name, bool in_word) noexcept
      : bits_(name.quota << (key_size_bits + 1) | (in_word ? 0U : record_bit) |
              static_cast<std::uint32_t>(name.key.size())),
        key_(name.key) {}

  std::uint32_t bits() const noexcept { return bits_; }
  std::string_view key() const noexcept { return key_; }
  bool in_word() const noexcept { return in_word(bits_); }

  static std::uint32_t quota(std::uint32_t bits) noexcept { return bits >> (key_size_bits + 1); }
  static bool in_word(std::uint32_t bits) noexcept { return (bits & record_bit) == 0; }
  static std::size_t key_size(std::uint32_t bits) noexcept { return bits & (record_bit - 1); }

 private:
  static constexpr unsigned key_size_bits = 9;
  static constexpr std::uint32_t record_bit = 1U << key_size_bits;
  static_assert(max_limiter_key_bytes < record_bit);

  std::uint32_t bits_;
  std::string_view key_;
};

// A bucket in one piece of memory, which never moves: its word, its name, and between them, where the word does not hold the
// whole state, a Bucket that the word locks. What is not atomic does not change while anybody can find the entry.
class BucketEntry {
 public:
  struct Delete {
    void operator()(BucketEntry* entry) const noexcept;
  };
  using Owned = std::unique_ptr<BucketEntry, Delete>;

  // A full bucket. Throws std::bad_alloc.
  static Owned make(const EntryName& name);

  bool is(const EntryName& name) const noexcept {
    return bits_ == name.bits() && same_bytes(key_bytes(), name.key().data(), name.key().size());
  }
  BucketName name() const noexcept {
    return {EntryName::quota(bits_), std::string_view(key_bytes(), EntryName::key_size(bits_))};
  }
  bool in_word() const noexcept { return EntryName::in_word(bits_); }

  BucketWord word{WordRules::full};

 protected:
  explicit BucketEntry(std::uint32_t bits) noexcept : bits_(bits) {}

 private:
  const char* key_bytes() const noexcept;

  const std::uint32_t bits_;
};

class RecordEntry : public BucketEntry {
 public:
  explicit RecordEntry(std::uint32_t bits) noexcept : BucketEntry(bits) {}

  Bucket bucket GUARDED_BY(word);
};
// Of an entry that is one.
inline RecordEntry& record_in(BucketEntry& entry) noexcept {
  return static_cast<RecordEntry&>(entry);
}

// The key of a word's entry begins where the last member ends: what would be padding saves most keys a size class of malloc.
inline constexpr std::size_t word_entry_bytes = sizeof(BucketWord) + sizeof(std::uint32_t);

inline const char* BucketEntry::key_bytes() const noexcept {
  return reinterpret_cast<const char*>(this) + (in_word() ? word_entry_bytes : sizeof(RecordEntry));
}

inline BucketEntry::Owned BucketEntry::make(const EntryName& name) {
  const std::size_t header = name.in_word() ? word_entry_bytes : sizeof(RecordEntry);
  void* const memory = ::operator new(std::max(header + name.key().size(), sizeof(BucketEntry)));
  Owned entry(name.in_word() ? new (memory) BucketEntry(name.bits()) : new (memory) RecordEntry(name.bits()));
  name.key().copy(static_cast<char*>(memory) + header, name.key().size());
  return entry;
}

inline void BucketEntry::Delete::operator()(BucketEntry* entry) const noexcept {
  if (entry->in_word()) {
    entry->~BucketEntry();
  } else {
    record_in(*entry).~RecordEntry();
  }
  ::operator delete(entry);
}

}  // namespace contend::rate_limiter
