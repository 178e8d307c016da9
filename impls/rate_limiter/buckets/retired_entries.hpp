#pragma once

#include <cstddef>
#include <utility>

#include "impls/rate_limiter/buckets/bucket_entry.hpp"
#include "impls/sync/light_epochs.hpp"

namespace contend::rate_limiter {

// Entries that are gone, until nobody reads them any more. They are linked by their own words, so none of this needs
// memory. One caller at a time. O(1) an entry, and O(threads) a call of free_unread.
class RetiredEntries {
 public:
  RetiredEntries() = default;
  ~RetiredEntries() {
    free(leaving_);
    free(left_);
  }
  RetiredEntries(const RetiredEntries&) = delete;
  RetiredEntries& operator=(const RetiredEntries&) = delete;

  // What the word of the next entry that goes has to say. Once it does, and the entry is out of its table: push.
  std::uint64_t next_word() const noexcept { return BucketWord::gone(leaving_); }
  void push(BucketEntry& entry) noexcept {
    leaving_ = &entry;
    ++leaving_count_;
  }
  // Whether it is worth a look at all threads.
  bool are_many() const noexcept { return leaving_count_ >= 256; }

  void free_unread() noexcept {
    for (int i = 0; i < 2; ++i) {
      if (left_ == nullptr) {
        if (leaving_ == nullptr) return;
        left_ = std::exchange(leaving_, nullptr);
        leaving_count_ = 0;
        left_at_ = light_retire_stamp();
      }
      if (left_at_ >= oldest_light_reader()) return;
      free(std::exchange(left_, nullptr));
    }
  }

 private:
  static void free(BucketEntry* entry) noexcept {
    while (entry != nullptr) BucketEntry::Delete()(std::exchange(entry, entry->word.gone_before()));
  }

  BucketEntry* leaving_ = nullptr;  // the last one that went
  std::size_t leaving_count_ = 0;
  BucketEntry* left_ = nullptr;  // the same of those that were gone at left_at_
  RetireStamp left_at_ = 0;
};

}  // namespace contend::rate_limiter
