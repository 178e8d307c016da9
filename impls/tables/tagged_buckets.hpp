#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <new>
#include <vector>

namespace contend {

// A hash table of objects that others own, made for one cache line a look-up: a bucket is a line of seven slots, each an address
// with 16 bits of the hash in the bits that addresses do not use, so that an object is touched only where it is most likely
// the one (the idea of Swiss tables and of F14, which keep their tags apart). A bucket also counts the objects that
// found it full and went on, so that a search knows when to stop, and an erase leaves no trace.
//
// `Identify` says what an object is: its hash, which must not change while it stands here, and a key.
//   static std::uint64_t hash(const Object&)          asked when the table grows
//   static bool equal(const Object&, const Key&)
// Of a hash, the highest 16 bits are the tag and the lowest 32 choose the bucket.
//
// No synchronisation. find, insert, erase O(1) expected; growing, by half, walks all objects. Memory: 64 bytes for seven slots,
// of which at most seven eighths are taken: 10.4 to 16 bytes an object once there are many.
template <class Object, class Identify>
class TaggedBuckets {
  static_assert(sizeof(Object*) == 8, "a slot is an address of 48 bits and a tag of 16");

 public:
  explicit TaggedBuckets(std::size_t expected = 0) : buckets_(buckets_for(expected)) {}
  TaggedBuckets(const TaggedBuckets&) = delete;
  TaggedBuckets& operator=(const TaggedBuckets&) = delete;

  // Null: it is not there.
  template <class Key>
  Object* find(std::uint64_t hash, const Key& key) const noexcept {
    const std::uint64_t tag = tag_of(hash);
    // Once around at most: it may be that objects went on from every bucket.
    std::size_t i = home(hash);
    for (std::size_t seen = 0; seen < buckets_.size(); ++seen, i = next(i)) {
      const Bucket& bucket = buckets_[i];
      for (const std::uint64_t slot : bucket.slots) {
        if ((slot ^ tag) >> address_bits == 0 && Identify::equal(*object_in(slot), key)) return object_in(slot);
      }
      if (bucket.went_on == 0) return nullptr;
    }
    return nullptr;
  }

  // Makes sure that `more` inserts find a slot. Throws std::bad_alloc, and has changed nothing, where there is no memory for
  // a larger table and this one is full.
  void make_room(std::size_t more) {
    if (size_ + more <= comfortable(buckets_.size())) return;
    try {
      grow_to(std::max(buckets_.size() + buckets_.size() / 2 + 1, buckets_for(size_ + more)));
    } catch (const std::bad_alloc&) {
      if (size_ + more > buckets_.size() * slots_per_bucket)
        throw;  // else in a fuller table: it is asked again next time
    }
  }
  // Requires that no equal object is there, and room.
  void insert(Object& object, std::uint64_t hash) noexcept {
    place(buckets_, object, hash);
    ++size_;
  }
  // `fresh` stands where `old` stood; their keys are equal.
  void replace(Object& old, Object& fresh, std::uint64_t hash) noexcept { *slot_of(old, hash) = word_of(fresh, hash); }
  void erase(Object& object, std::uint64_t hash) noexcept {
    std::size_t i = home(hash);
    std::uint64_t* slot = nullptr;
    while ((slot = buckets_[i].find(word_of(object, hash))) == nullptr) {
      --buckets_[i].went_on;
      i = next(i);
    }
    *slot = 0;
    --size_;
  }

  std::size_t size() const noexcept { return size_; }
  template <class Visit>
  void for_each(Visit visit) const {
    for (const Bucket& bucket : buckets_) {
      for (const std::uint64_t slot : bucket.slots) {
        if (slot != 0) visit(*object_in(slot));
      }
    }
  }

 private:
  static constexpr std::size_t slots_per_bucket = 7;
  static constexpr unsigned address_bits = 48;

  struct alignas(64) Bucket {
    std::array<std::uint64_t, slots_per_bucket> slots{};
    std::uint64_t went_on = 0;  // objects that were to stand here, or came by, while all slots were taken

    std::uint64_t* find(std::uint64_t word) noexcept {
      const auto place = std::ranges::find(slots, word);
      return place == slots.end() ? nullptr : &*place;
    }
  };
  using Buckets = std::vector<Bucket>;

  static std::size_t comfortable(std::size_t buckets) { return buckets * slots_per_bucket * 7 / 8; }
  static std::size_t buckets_for(std::size_t objects) { return objects * 8 / (slots_per_bucket * 7) + 1; }

  // Odd, so that no tag is that of an empty slot.
  static std::uint64_t tag_of(std::uint64_t hash) { return (hash >> address_bits | 1) << address_bits; }
  static std::uint64_t word_of(const Object& object, std::uint64_t hash) {
    return std::bit_cast<std::uint64_t>(&object) | tag_of(hash);
  }
  static Object* object_in(std::uint64_t slot) {
    return std::bit_cast<Object*>(slot & ((std::uint64_t{1} << address_bits) - 1));
  }

  static std::size_t home_in(const Buckets& buckets, std::uint64_t hash) {
    return static_cast<std::uint64_t>(static_cast<std::uint32_t>(hash)) * buckets.size() >> 32;
  }
  std::size_t home(std::uint64_t hash) const { return home_in(buckets_, hash); }
  std::size_t next(std::size_t i) const { return i + 1 == buckets_.size() ? 0 : i + 1; }

  static void place(Buckets& buckets, Object& object, std::uint64_t hash) noexcept {
    std::size_t i = home_in(buckets, hash);
    std::uint64_t* slot = nullptr;
    while ((slot = buckets[i].find(0)) == nullptr) {
      ++buckets[i].went_on;
      i = i + 1 == buckets.size() ? 0 : i + 1;
    }
    *slot = word_of(object, hash);
  }
  std::uint64_t* slot_of(const Object& object, std::uint64_t hash) noexcept {
    std::size_t i = home(hash);
    std::uint64_t* slot = nullptr;
    while ((slot = buckets_[i].find(word_of(object, hash))) == nullptr) i = next(i);
    return slot;
  }
  void grow_to(std::size_t count) {
    Buckets larger(count);
    for_each([&](Object& object) { place(larger, object, Identify::hash(object)); });
    buckets_.swap(larger);
  }

  Buckets buckets_;
  std::size_t size_ = 0;
};

}  // namespace contend
