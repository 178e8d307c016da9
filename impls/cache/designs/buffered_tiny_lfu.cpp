#include <array>
#include <boost/intrusive/set.hpp>
#include <boost/lockfree/queue.hpp>
#include <thread>
#include <unordered_map>

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
            "two strings, two nodes and 8 to 16 bytes of counters an entry; 256 notes of writes, whose removed nodes "
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
    for (Shard& shard : shards_) {
      const WriterLock shard_lock(shard.mutex);
      for (const auto& [key, node] : shard.nodes) retire(*node);
    }
    free_all(dead_);
  }

  // Reserved weight included: exact when nobody else is calling.
  Size size() override { return {entries_, weight_}; }
  std::uint64_t largest_weight() const override { return options_.capacity; }

 private:
  using DeadlineHook = boost::intrusive::set_base_hook<>;
  struct Node : TinyLfuNode, DeadlineHook {
    std::unique_ptr<Entry> entry;  // under its shard's lock; null: no longer in the map
    TimeNs deadline_ns = never;

    bool operator<(const Node& other) const { return deadline_ns < other.deadline_ns; }
  };
  using DeadNodes = std::list<TinyLfuNode*>;

  struct alignas(cache_line_bytes) Shard {
    SharedMutex mutex{{"cache shard", 0}};
    std::unordered_map<std::string_view, Node*, BytesHash, std::equal_to<>> nodes GUARDED_BY(mutex);
  };
  static constexpr std::size_t shard_count = 64;
  Shard& shard_of(std::uint64_t hash) { return shards_[mix_bits(hash) % shard_count]; }

  // What a put or an erase has done to the map. A node is added by at most one note, and removed by at most one.
  struct WriteNote {
    Node* removed = nullptr;
    Node* added = nullptr;
  };
  static constexpr std::size_t most_writes = 256;
  static constexpr std::size_t writes_worth_a_drain = 16;

  bool get_entry(std::string_view key, TimeNs now_ns, std::string& value, RemovedEntries& removed) override {
    Shard& shard = shard_of(hash_bytes(key));
    bool has_expired = false;
    bool buffer_full = false;
    {
      const ReaderLock lock(shard.mutex);
      const auto place = shard.nodes.find(key);
      if (place == shard.nodes.end()) return false;
      Node& node = *place->second;
      has_expired = !is_alive(node.deadline_ns, now_ns);
      if (!has_expired) {
        value = node.entry->value;
        buffer_full = reads_.record(node);
      }
    }
    if (has_expired) return get_alone(shard, key, now_ns, value, removed);
    if (buffer_full) drain_if_free(now_ns, removed);
    return true;
  }

  // Removes the entry, unless it is another by now.
  bool get_alone(Shard& shard, std::string_view key, TimeNs now_ns, std::string& value, RemovedEntries& removed) {
    WriteTicket ticket(*this, now_ns, removed);
    const WriterLock lock(shard.mutex);
    const auto place = shard.nodes.find(key);
    if (place == shard.nodes.end()) return false;
    Node& node = *place->second;
    if (is_alive(node.deadline_ns, now_ns)) {
      value = node.entry->value;
      return true;
    }
    unlink(shard, node, RemovalCause::expired, removed);
    ticket.note({.removed = &node});
    return false;
  }

  Status put_entry(std::string_view key, std::string_view value, std::uint64_t weight, TimeNs deadline_ns,
                   TimeNs now_ns, RemovedEntries& removed) override {
    if (weight > options_.capacity) {
      erase_entry(key, now_ns, removed);
      return Status::too_heavy;
    }
    auto node = std::make_unique<Node>();
    node->entry = std::make_unique<Entry>();
    node->entry->key = key;
    node->entry->value = value;
    node->entry->weight = node->weight = weight;
    node->deadline_ns = deadline_ns;
    node->hash = hash_bytes(key);
    const std::size_t resident = entries_;
    if (resident >= counted_room_) make_room_for_counting(resident + 1);
    reserve(weight, now_ns, removed);
    try {
      return link(std::move(node), now_ns, removed);
    } catch (...) {
      weight_ -= weight;
      throw;
    }
  }

  Status link(std::unique_ptr<Node> node, TimeNs now_ns, RemovedEntries& removed) {
    WriteTicket ticket(*this, now_ns, removed);
    Shard& shard = shard_of(node->hash);
    const std::string_view key = node->entry->key;
    const WriterLock lock(shard.mutex);
    const auto place = shard.nodes.find(key);
    if (place == shard.nodes.end()) {
      shard.nodes.emplace(key, node.get());
      ++entries_;
      ticket.note({.added = node.release()});
      return Status::stored;
    }
    Node& old = *place->second;
    const bool there = is_alive(old.deadline_ns, now_ns);
    removed.reserve(removed.size() + 1);
    auto element = shard.nodes.extract(place);  // put back with another key: neither can throw
    element.key() = key;
    element.mapped() = node.get();
    shard.nodes.insert(std::move(element));
    weight_ -= old.weight;
    removed.push_back({std::move(old.entry), there ? RemovalCause::replaced : RemovalCause::expired});
    ticket.note({.removed = &old, .added = node.release()});
    return there ? Status::replaced : Status::stored;
  }

  bool erase_entry(std::string_view key, TimeNs now_ns, RemovedEntries& removed) override {
    WriteTicket ticket(*this, now_ns, removed);
    Shard& shard = shard_of(hash_bytes(key));
    const WriterLock lock(shard.mutex);
    const auto place = shard.nodes.find(key);
    if (place == shard.nodes.end()) return false;
    Node& node = *place->second;
    const bool there = is_alive(node.deadline_ns, now_ns);
    unlink(shard, node, there ? RemovalCause::erased : RemovalCause::expired, removed);
    ticket.note({.removed = &node});
    return there;
  }

  CleanupAnswer cleanup_entries(std::size_t budget, TimeNs now_ns, RemovedEntries& removed) override {
    const MutexLock lock(policy_mutex_);
    drain(now_ns, removed);
    CleanupAnswer answer;
    for (Node* node = first_expired(now_ns); node != nullptr; node = first_expired(now_ns)) {
      if (answer.removed == budget) {
        answer.more = true;
        break;
      }
      answer.removed += evict(*node, RemovalCause::expired, removed) ? 1 : 0;
    }
    return answer;
  }

  // The entry goes to `removed`; the node stays until the last note of it has been read.
  void unlink(Shard& shard, Node& node, RemovalCause cause, RemovedEntries& removed) REQUIRES(shard.mutex) {
    removed.reserve(removed.size() + 1);
    shard.nodes.erase(node.entry->key);
    weight_ -= node.weight;
    --entries_;
    removed.push_back({std::move(node.entry), cause});
  }

  // --- weight ---

  bool try_reserve(std::uint64_t weight) {
    std::uint64_t now = weight_;
    while (now + weight <= options_.capacity) {
      if (weight_.compare_exchange_weak(now, now + weight)) return true;
    }
    return false;
  }
  void reserve(std::uint64_t weight, TimeNs now_ns, RemovedEntries& removed) {
    if (try_reserve(weight)) return;
    // Yields where all there is belongs to those who have reserved it and not stored yet.
    while (!reserve_by_evicting(weight, now_ns, removed)) std::this_thread::yield();
  }
  bool reserve_by_evicting(std::uint64_t weight, TimeNs now_ns, RemovedEntries& removed) {
    const MutexLock lock(policy_mutex_);
    drain(now_ns, removed);
    while (!try_reserve(weight)) {
      if (!evict_one(weight, now_ns, removed)) return false;
    }
    return true;
  }

  // --- notes ---

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

  void drain_if_free(TimeNs now_ns, RemovedEntries& removed) {
    if (!policy_mutex_.try_lock()) return;
    const MutexLock lock(policy_mutex_, std::adopt_lock);
    drain(now_ns, removed);
  }

  // Brings the policy up to date and evicts ahead. Whatever is dead when it begins is freed: no note of a hit on it can
  // be written any more, and those that were are read here, after the note of its removal.
  void drain(TimeNs now_ns, RemovedEntries& removed) REQUIRES(policy_mutex_) {
    read_write_notes();
    DeadNodes dying;
    dying.splice(dying.end(), dead_);
    // The analysis does not see that the function is called here, while the lock is held.
    reads_.drain([&](Node& node) NO_THREAD_SAFETY_ANALYSIS { policy_.on_hit(node); });
    free_all(dying);
    while (weight_ > target_) {
      if (!evict_one(0, now_ns, removed)) break;
    }
  }

  void read_write_notes() REQUIRES(policy_mutex_) {
    WriteNote note;
    // Not more than there can have been at its begin: others go on writing.
    for (std::size_t i = 0; i < most_writes && writes_.pop(note); ++i) {
      if (note.removed != nullptr) retire(*note.removed);
      if (note.added != nullptr) {
        policy_.on_insert(*note.added);
        if (note.added->deadline_ns != never) deadlines_.insert(*note.added);
      }
      --unread_writes_;
    }
  }

  // --- the policy, under its lock ---

  void make_room_for_counting(std::size_t entries) {
    const MutexLock lock(policy_mutex_);
    policy_.fit(entries);
    counted_room_ = policy_.fitted();
  }

  Node* first_expired(TimeNs now_ns) REQUIRES(policy_mutex_) {
    return deadlines_.empty() || is_alive(deadlines_.begin()->deadline_ns, now_ns) ? nullptr : &*deadlines_.begin();
  }

  // False: there is nobody left.
  bool evict_one(std::uint64_t incoming, TimeNs now_ns, RemovedEntries& removed) REQUIRES(policy_mutex_) {
    if (Node* dead = first_expired(now_ns)) {
      evict(*dead, RemovalCause::expired, removed);
      return true;
    }
    auto* const victim = static_cast<Node*>(policy_.victim(incoming));
    if (victim != nullptr) evict(*victim, RemovalCause::evicted, removed);
    return victim != nullptr;
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
    if (static_cast<DeadlineHook&>(node).is_linked()) deadlines_.erase(deadlines_.iterator_to(node));
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

  Mutex policy_mutex_{{"cache policy", 0}};
  TinyLfu policy_ GUARDED_BY(policy_mutex_);
  boost::intrusive::multiset<Node> deadlines_ GUARDED_BY(policy_mutex_);
  DeadNodes dead_ GUARDED_BY(policy_mutex_);  // out of the map, but notes of hits on them may be unread
};

const bool registered = register_implementation<Cache, BufferedTinyLfuCache>("buffered_tiny_lfu", contract,
                                                                             {.order = EvictionOrder::approximate});

}  // namespace
}  // namespace contend::cache
