#pragma once

#include <algorithm>
#include <boost/intrusive/unordered_set.hpp>
#include <cstddef>
#include <cstdint>
#include <new>
#include <utility>
#include <vector>

namespace contend {

// What an object brings along to stand in a HashIndex.
using HashHook = boost::intrusive::unordered_set_base_hook<boost::intrusive::link_mode<boost::intrusive::normal_link>>;

// A hash table of objects that others own, each a HashHook. Nothing but its making throws: an object brings its own
// links, and where there is no memory for more buckets the chains grow longer until there is some.
//
// `Identify` says what an object is: a key, and its hash, which must not change while it stands here.
//   static std::uint64_t hash(const Object&)
//   static bool equal(const Object&, const Key&)
//
// No synchronisation. insert, find, erase O(1) expected; growing walks all objects. Memory: one pointer a bucket, of
// which there are up to twice as many as there ever were objects.
template <class Object, class Identify>
class HashIndex {
 public:
  explicit HashIndex(std::size_t expected = 0) : buckets_(bucket_count_for(expected)), objects_(traits(buckets_)) {}
  ~HashIndex() { objects_.clear(); }  // which touches none of them
  HashIndex(const HashIndex&) = delete;
  HashIndex& operator=(const HashIndex&) = delete;

  // Null: it is not there.
  template <class Key>
  Object* find(std::uint64_t hash, const Key& key) const noexcept {
    const auto place = objects_.find(
        key, [hash](const Key&) { return hash; },
        [](const Key& wanted, const Object& object) { return Identify::equal(object, wanted); });
    return place == objects_.end() ? nullptr : const_cast<Object*>(&*place);
  }
  // Requires that no equal object is there.
  void insert(Object& object) noexcept {
    if (objects_.size() >= buckets_.size()) grow();
    objects_.insert_equal(object);
  }
  void erase(Object& object) noexcept { objects_.erase(objects_.iterator_to(object)); }

  // Forgets all objects, and has `dispose` called for each.
  template <class Dispose>
  void clear(Dispose dispose) noexcept {
    objects_.clear_and_dispose(dispose);
  }

  std::size_t size() const noexcept { return objects_.size(); }

 private:
  struct Hash {
    std::size_t operator()(const Object& object) const { return Identify::hash(object); }
  };
  struct Same {
    bool operator()(const Object& a, const Object& b) const { return &a == &b; }
  };
  using Objects =
      boost::intrusive::unordered_multiset<Object, boost::intrusive::base_hook<HashHook>, boost::intrusive::hash<Hash>,
                                           boost::intrusive::equal<Same>, boost::intrusive::power_2_buckets<true>>;
  using Buckets = std::vector<typename Objects::bucket_type>;

  static constexpr std::size_t fewest_buckets = 16;
  static std::size_t bucket_count_for(std::size_t objects) {
    std::size_t count = fewest_buckets;
    while (count < objects) count *= 2;
    return count;
  }
  static typename Objects::bucket_traits traits(Buckets& buckets) { return {buckets.data(), buckets.size()}; }

  void grow() noexcept {
    try {
      Buckets larger(2 * buckets_.size());
      objects_.rehash(traits(larger));
      buckets_.swap(larger);
    } catch (const std::bad_alloc&) {
      return;  // it is asked again with the next object
    }
  }

  Buckets buckets_;
  Objects objects_;
};

}  // namespace contend
