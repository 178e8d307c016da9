#include <algorithm>
#include <array>
#include <boost/intrusive/set.hpp>
#include <boost/lockfree/queue.hpp>
#include <memory>
#include <thread>

#include "impls/base/registry.hpp"
#include "impls/cache/front/lossy_buffers.hpp"
#include "impls/cache/front/shared_front.hpp"
#include "impls/cache/policies/tiny_lfu.hpp"

namespace contend::cache {
namespace {

// The map is exact, and its policy hears of everything later: a hit leaves a note in a buffer that may lose it, a put
// or erase one in a buffer that does not. Whoever gets the policy's lock without waiting, when enough has come
// together, works through all notes at once. Nobody waits for that lock but a put that finds no room, or no place for
// its note.
//
// Weight is reserved before an entry is stored, so the capacity holds at every instant, not only once notes have been
// read. For that, a drain evicts somewhat more than it must: of large caches, a 128th of the capacity is kept free for
// the puts until the next drain.
constexpr Contract contract =
    Contract{
        .technique = "buffered_policy",
        .summary =
            "a striped map; hits noted in lossy buffers, writes in a lossless one, for one W-TinyLFU policy that is "
            "brought up to date by whoever gets its lock",
        .shared_state =
            "shards_: the map; weight_; reads_, writes_: notes; policy_, deadlines_, dead_; loads in flight",
        .protected_by =
            "shard.mutex guards shard.nodes and the entries of its nodes; policy_mutex_ the policy and what nodes keep "
            "for it; order: flight stripe, policy_mutex_, shard.mutex",
        .ordering =
            "operations on one shard are ordered by its lock, and so are their notes; a node is freed by a drain that "
            "has "
            "read its last note: notes of hits are written under the shard's lock, before it can be unlinked",
        .progress =
            "gets of a shard go side by side and wait for its writers, never for the policy; a put without room waits "
            "for "
            "the policy's lock, and, spinning, for those who have reserved weight to store what it is for",
        .complexity =
            "get, put, erase O(1) expected, notes and evictions amortised; O(log n) for an entry with a deadline",
        .memory =
            "two nodes with two strings and 8 to 16 bytes of counters an entry; 256 notes of writes, whose removed "
            "nodes "
            "are "
            "kept, without their strings; 384 notes of hits",
        .source = "W-TinyLFU (Einziger, Friedman, Manes, 2017); BP-Wrapper (Ding et al., ICDE 2009); Caffeine's design",
    }
        .within(front_contract);

class BufferedTinyLfuCache final : public SharedFront {
 public:
  explicit BufferedTinyLfuCache(const Options& options)
      : SharedFront(options), target_(options.capacity - options.capacity / 128), policy_(target_) {}
  ~BufferedTinyLfuCache() override {
    const MutexLock lock(policy_mutex_);
    read_write_notes();
    deadlines_.clear();
    for (Shard& shard : shards_) {
      const WriterLock shard_lock(shard.mutex);
      shard.nodes.clear(std::default_delete<Node>());
    }
    free_all(dead_);
  }

  // Reserved weight included: exact when nobody else is calling.
  Size size() override { return {entries_, weight_}; }
  std::uint64_t largest_weight() const override { return options_.capacity; }

 private:
  using NodeDeadlineHook = boost::intrusive::set_base_hook<>;
  struct Node : TinyLfuNode, NodeDeadlineHook, HashHook {
    std::unique_ptr<Entry> entry;  // under its shard's lock; null: no longer in the map
    TimeNs deadline_ns = never;
    std::uint64_t cleanups_before = 0;  // had begun when the key, absent until then, was put

    bool operator<(const Node& other) const { return deadline_ns < other.deadline_ns; }
  };
  // Of a node in the map, whose shard is held.
  struct Identity {
    static std::uint64_t hash(const Node& node) { return node.hash; }
    static bool equal(const Node& node, std::string_view key) { return node.entry->key == key; }
  };
  using DeadNodes = std::list<TinyLfuNode*>;

  struct alignas(cache_line_bytes) Shard {
    SharedMutex mutex{{"cache shard", 0}};
    HashIndex<Node, Identity> nodes GUARDED_BY(mutex);
  };
  static constexpr std::size_t shard_count = 64;
  Shard& shard_of(std::uint64_t hash) { return shards_[mix_bits(hash) % shard_count]; }

  // What a put or an erase has done to the map. A node is added by at most one note, and removed by at most one.
  struct WriteNote {
    Node* removed = nullptr;
    Node* added = nullptr;
    bool replaces = false;  // a live value: the added one takes the place of the removed one
  };
  static constexpr std::size_t most_writes = 256;
  static constexpr std::size_t writes_worth_a_drain = 16;

  // Room for one note, so that it can be written while a shard is held, when there is no waiting for the policy.
  class WriteTicket {
   public:
    WriteTicket(BufferedTinyLfuCache& cache, TimeNs now_ns, RemovedEntries& removed) : cache_(cache) {
      if (cache_.unread_writes_ >= writes_worth_a_drain) cache_.drain_if_free(now_ns, removed);
      while (++cache_.unread_writes_ > most_writes) {
        --cache_.unread_writes_;
        const MutexLock lock(cache_.policy_mutex_);
        cache_.drain(now_ns, removed);
      }
    }
    ~WriteTicket() {
      if (!used_) --cache_.unread_writes_;
    }
    WriteTicket(const WriteTicket&) = delete;
    WriteTicket& operator=(const WriteTicket&) = delete;

    // Called while the shard is held: the notes on one key are in the order in which the map was changed.
    void note(const WriteNote& note) {
      CONTEND_CHECK(cache_.writes_.bounded_push(note), "there is room for as many notes as tickets");
      used_ = true;
    }

   private:
    BufferedTinyLfuCache& cache_;
    bool used_ = false;
  };

  bool get_entry(std::string_view key, TimeNs now_ns, std::string& value, RemovedEntries& removed) override {
    const std::uint64_t hash = hash_bytes(key);
    Shard& shard = shard_of(hash);
    bool has_expired = false;
    bool buffer_full = false;
    {
      const ReaderLock lock(shard.mutex);
      Node* const node = shard.nodes.find(hash, key);
      if (node == nullptr) return false;
      has_expired = !is_alive(node->deadline_ns, now_ns);
      if (!has_expired) {
        value = node->entry->value;
        buffer_full = reads_.record(*node);
      }
    }
    if (has_expired) return get_alone(shard, hash, key, now_ns, value, removed);
    if (buffer_full) drain_if_free(now_ns, removed);
    return true;
  }

  // Removes the entry, unless it is another by now.
  bool get_alone(Shard& shard, std::uint64_t hash, std::string_view key, TimeNs now_ns, std::string& value,
                 RemovedEntries& removed) {
    WriteTicket ticket(*this, now_ns, removed);
    const WriterLock lock(shard.mutex);
    Node* const node = shard.nodes.find(hash, key);
    if (node == nullptr) return false;
    if (is_alive(node->deadline_ns, now_ns)) {
      value = node->entry->value;
      return true;
    }
    unlink(shard, *node, RemovalCause::expired, removed);
    ticket.note({.removed = node});
    return false;
  }

  Status put_entry(std::string_view key, std::string_view value, std::uint64_t weight, TimeNs deadline_ns,
                   TimeNs now_ns, RemovedEntries& removed) override {
    if (weight > options_.capacity) {
      erase_entry(key, now_ns, removed);
      return Status::too_heavy;
    }
    auto node = std::make_unique<Node>();
    node->hash = hash_bytes(key);
    node->entry = make_entry(key, value, node->hash, weight, deadline_ns);
    node->weight = weight;
    node->deadline_ns = deadline_ns;
    const std::size_t resident = entries_;
    if (resident >= counted_room_) make_room_for_counting(resident + 1);
    // From here nothing can fail. A put over an old value needs only the weight that it comes to more.
    std::uint64_t reserved = 0;
    while (true) {
      std::uint64_t needed = 0;
      {
        WriteTicket ticket(*this, now_ns, removed);
        Shard& shard = shard_of(node->hash);
        const WriterLock lock(shard.mutex);
        Node* const old = shard.nodes.find(node->hash, key);
        const std::uint64_t there = old == nullptr ? 0 : old->weight;
        needed = weight - std::min(weight, there);
        if (reserved >= needed || try_reserve(needed - reserved)) {
          weight_ -= there + std::max(reserved, needed) - weight;
          return link(shard, std::move(node), old, ticket, now_ns, removed);
        }
      }
      // Nobody holds weight while he waits for more.
      weight_ -= reserved;
      reserve(needed, node->hash, now_ns, removed);
      reserved = needed;
    }
  }

  // In the place of `old`, which may be null. Its weight has been reserved, and that of the old one given back.
  Status link(Shard& shard, std::unique_ptr<Node> node, Node* old, WriteTicket& ticket, TimeNs now_ns,
              RemovedEntries& removed) noexcept REQUIRES(shard.mutex) {
    if (old == nullptr) {
      node->cleanups_before = cleanups_;
      shard.nodes.insert(*node);
      ++entries_;
      ticket.note({.added = node.release()});
      return Status::stored;
    }
    const bool there = is_alive(old->deadline_ns, now_ns);
    node->cleanups_before = old->cleanups_before;
    shard.nodes.erase(*old);
    shard.nodes.insert(*node);
    removed.add(std::move(old->entry), there ? RemovalCause::replaced : RemovalCause::expired);
    ticket.note({.removed = old, .added = node.release(), .replaces = there});
    return there ? Status::replaced : Status::stored;
  }

  bool erase_entry(std::string_view key, TimeNs now_ns, RemovedEntries& removed) override {
    WriteTicket ticket(*this, now_ns, removed);
    const std::uint64_t hash = hash_bytes(key);
    Shard& shard = shard_of(hash);
    const WriterLock lock(shard.mutex);
    Node* const node = shard.nodes.find(hash, key);
    if (node == nullptr) return false;
    const bool there = is_alive(node->deadline_ns, now_ns);
    unlink(shard, *node, there ? RemovalCause::erased : RemovalCause::expired, removed);
    ticket.note({.removed = node});
    return there;
  }

  CleanupAnswer cleanup_entries(std::size_t budget, TimeNs now_ns, RemovedEntries& removed) override {
    const MutexLock lock(policy_mutex_);
    read_all_notes();  // and evicts nothing: that would go beyond the budget
    // A key that was absent meanwhile is passed over. So no key is removed twice, which would be two cleanups.
    const std::uint64_t number = ++cleanups_;
    CleanupAnswer answer;
    while (Node* const node = first_expired(now_ns, number)) {
      if (answer.removed == budget) {
        answer.more = true;
        break;
      }
      if (evict(*node, RemovalCause::expired, removed)) {
        ++answer.removed;
      } else {
        read_write_notes();  // another may stand in its place, and have expired too
      }
    }
    free_many_dead();
    return answer;
  }

  // The entry goes to `removed`; the node stays until the last note of it has been read.
  void unlink(Shard& shard, Node& node, RemovalCause cause, RemovedEntries& removed) noexcept REQUIRES(shard.mutex) {
    shard.nodes.erase(node);
    weight_ -= node.weight;
    --entries_;
    removed.add(std::move(node.entry), cause);
  }

  // --- weight ---

  bool try_reserve(std::uint64_t weight) noexcept {
    std::uint64_t now = weight_;
    while (now <= options_.capacity - weight) {
      if (weight_.compare_exchange_weak(now, now + weight)) return true;
    }
    return false;
  }
  // For a put over what has this hash, which is to stay if others can go.
  void reserve(std::uint64_t weight, std::uint64_t hash, TimeNs now_ns, RemovedEntries& removed) noexcept {
    if (try_reserve(weight)) return;
    // Yields where all there is belongs to those who have reserved it and not stored yet.
    while (!reserve_by_evicting(weight, hash, now_ns, removed)) std::this_thread::yield();
  }
  bool reserve_by_evicting(std::uint64_t weight, std::uint64_t hash, TimeNs now_ns, RemovedEntries& removed) noexcept {
    const MutexLock lock(policy_mutex_);
    drain(now_ns, removed);
    bool reserved = try_reserve(weight);
    while (!reserved && evict_one(weight, &hash, now_ns, removed)) reserved = try_reserve(weight);
    free_many_dead();
    return reserved;
  }

  // --- notes ---

  void drain_if_free(TimeNs now_ns, RemovedEntries& removed) {
    if (!policy_mutex_.try_lock()) return;
    const MutexLock lock(policy_mutex_, std::adopt_lock);
    drain(now_ns, removed);
  }

  // Brings the policy up to date and evicts ahead.
  void drain(TimeNs now_ns, RemovedEntries& removed) noexcept REQUIRES(policy_mutex_) {
    read_all_notes();
    while (weight_ > target_) {
      if (!evict_one(0, nullptr, now_ns, removed)) break;
    }
    free_many_dead();
  }

  void read_all_notes() noexcept REQUIRES(policy_mutex_) {
    read_write_notes();
    read_hits();
  }
  // Whatever is dead when it begins is freed: no note of a hit on it can be written any more, and those that were are read
  // here, after the note of its removal.
  void read_hits() noexcept REQUIRES(policy_mutex_) {
    DeadNodes dying;
    dying.splice(dying.end(), dead_);
    // The analysis does not see that the function is called here, while the lock is held.
    reads_.drain([&](Node& node) NO_THREAD_SAFETY_ANALYSIS { policy_.on_hit(node); });
    free_all(dying);
  }
  // One eviction after another leaves as many dead.
  void free_many_dead() noexcept REQUIRES(policy_mutex_) {
    if (dead_.size() > most_writes) read_hits();
  }

  void read_write_notes() noexcept REQUIRES(policy_mutex_) {
    WriteNote note;
    // Not more than there can have been at its begin: others go on writing.
    for (std::size_t i = 0; i < most_writes && writes_.pop(note); ++i) {
      if (note.added != nullptr) {
        add_to_policy(*note.added, note.replaces ? note.removed : nullptr);
        if (note.added->deadline_ns != never) deadlines_.insert(*note.added);
      }
      if (note.removed != nullptr) retire(*note.removed);
      --unread_writes_;
    }
  }
  // What weighs nothing is not the policy's business: to evict it makes no room.
  void add_to_policy(Node& node, Node* old) noexcept REQUIRES(policy_mutex_) {
    if (node.weight == 0) return;
    if (old != nullptr && old->segment != TinyLfuNode::Segment::none) {
      policy_.on_replace(*old, node);
    } else {
      policy_.on_insert(node);
    }
  }

  // --- the policy, under its lock ---

  void make_room_for_counting(std::size_t entries) {
    const MutexLock lock(policy_mutex_);
    policy_.fit(entries);
    counted_room_ = policy_.fitted();
  }

  // Of those keys that were put before the cleanup of this number began.
  Node* first_expired(TimeNs now_ns, std::uint64_t cleanup) REQUIRES(policy_mutex_) {
    for (Node& first : deadlines_) {
      if (is_alive(first.deadline_ns, now_ns)) return nullptr;
      if (first.cleanups_before < cleanup) return &first;
    }
    return nullptr;
  }

  // False: there is nobody left but what has the hash `kept`.
  bool evict_one(std::uint64_t incoming, const std::uint64_t* kept, TimeNs now_ns, RemovedEntries& removed) noexcept
      REQUIRES(policy_mutex_) {
    if (Node* dead = first_expired(now_ns, ~std::uint64_t{0})) {
      evict(*dead, RemovalCause::expired, removed);
      return true;
    }
    TinyLfuNode* const victim = policy_.victim(incoming, kept);
    if (victim == nullptr) return false;
    evict(static_cast<Node&>(*victim), RemovalCause::evicted, removed);
    return true;
  }

  // False: somebody else has taken it out of the map, and the note of that follows.
  bool evict(Node& node, RemovalCause cause, RemovedEntries& removed) REQUIRES(policy_mutex_) {
    bool there = false;
    {
      Shard& shard = shard_of(node.hash);
      const WriterLock lock(shard.mutex);
      there = node.entry != nullptr;
      if (there) unlink(shard, node, cause, removed);
    }
    take_from_policy(node);
    if (there) bury(node);
    return there;
  }

  void retire(Node& node) REQUIRES(policy_mutex_) {
    take_from_policy(node);
    bury(node);
  }
  void take_from_policy(Node& node) REQUIRES(policy_mutex_) {
    if (node.segment != TinyLfuNode::Segment::none) policy_.on_remove(node);
    if (static_cast<NodeDeadlineHook&>(node).is_linked()) deadlines_.erase(deadlines_.iterator_to(node));
  }
  void bury(Node& node) REQUIRES(policy_mutex_) { dead_.splice(dead_.end(), node.outside); }
  static void free_all(DeadNodes& nodes) {
    for (TinyLfuNode* node : nodes) delete static_cast<Node*>(node);
    nodes.clear();
  }

  const std::uint64_t target_;  // what a drain evicts down to
  std::array<Shard, shard_count> shards_;
  alignas(cache_line_bytes) std::atomic<std::uint64_t> weight_{0};  // of what is in the map, and of what is reserved
  std::atomic<std::size_t> entries_{0};
  std::atomic<std::size_t> counted_room_{0};
  alignas(cache_line_bytes) std::atomic<std::size_t> unread_writes_{0};  // tickets taken and notes not read
  boost::lockfree::queue<WriteNote, boost::lockfree::capacity<most_writes>> writes_;
  LossyBuffers<Node> reads_;
  std::atomic<std::uint64_t> cleanups_{0};  // that have begun

  Mutex policy_mutex_{{"cache policy", 0}};
  TinyLfu policy_ GUARDED_BY(policy_mutex_);
  boost::intrusive::multiset<Node> deadlines_ GUARDED_BY(policy_mutex_);
  DeadNodes dead_ GUARDED_BY(policy_mutex_);  // out of the map, but notes of hits on them may be unread
};

const bool registered = register_implementation<Cache, BufferedTinyLfuCache>("buffered_tiny_lfu", contract,
                                                                             {.order = EvictionOrder::approximate});

}  // namespace
}  // namespace contend::cache
