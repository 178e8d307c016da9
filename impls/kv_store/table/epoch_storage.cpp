#include "impls/kv_store/table/epoch_storage.hpp"

#include <new>
#include <utility>

namespace contend::kv_store {
namespace {

constexpr std::size_t fewest_chains = 16;
constexpr std::size_t retired_bytes_before_freeing = 16 * 1024;

std::size_t chain_count_for(std::size_t entries) {
  std::size_t count = fewest_chains;
  while (count < entries) count *= 2;
  return count;
}

template <class Node>
std::size_t bytes_of(const Node& node) {
  return sizeof(Node) + node.key.capacity() + node.value.capacity();
}

}  // namespace

std::atomic<EpochStorage::Node*>& EpochStorage::Chains::head_of(std::uint64_t hash) const {
  // The low bits have chosen the stripe.
  return heads[(mix_bits(hash) >> 16) % heads.size()];
}

EpochStorage::EpochStorage(std::size_t expected_entries)
    : current_(std::make_unique<Chains>(chain_count_for(expected_entries), 0)) {
  chains_ = current_.get();
}

EpochStorage::~EpochStorage() {
  order_.clear(std::default_delete<Node>());
  while (oldest_retired_ != nullptr) delete std::exchange(oldest_retired_, oldest_retired_->retired_after);
}

std::optional<Answer> EpochStorage::read(std::string_view key, TimeNs now_ns, std::string& value) const {
  if (const Status bad = check_input(key); bad != Status::ok) return Answer{bad};
  const std::uint64_t hash = hash_(key);
  const ReadPin pin;
  const Chains& chains = *chains_.load();
  const Node* node = chains.head_of(hash).load();
  while (node != nullptr && node->key != key) node = node->next[chains.link].load();
  if (!readable_) return std::nullopt;
  if (node == nullptr) return Answer{Status::absent};
  if (!is_alive(node->deadline_ns, now_ns)) return std::nullopt;
  value = node->value;
  return Answer{Status::ok, node->version, node->version};
}

EpochStorage::Node* EpochStorage::find(std::string_view key) const noexcept {
  Node* node = current_->head_of(hash_(key)).load();
  while (node != nullptr && node->key != key) node = node->next[current_->link].load();
  return node;
}

std::atomic<EpochStorage::Node*>& EpochStorage::link_to(const Node& node) noexcept {
  std::atomic<Node*>* link = &current_->head_of(node.hash);
  while (link->load() != &node) link = &link->load()->next[current_->link];
  return *link;
}

EpochStorage::Room EpochStorage::room(const Node* /*place*/, std::string_view key, std::string_view value) const {
  auto node = std::make_unique<Node>();
  node->key = key;
  node->value = value;
  node->hash = hash_(key);
  return node;
}

// In one step also where the old value has expired: unlinking that first would show readers without a lock a moment in
// which the key is absent, though no operation has left it so.
EpochStorage::Node& EpochStorage::write(Node* place, Room room, Version version, TimeNs deadline_ns) noexcept {
  Node& node = *room.release();
  node.version = version;
  node.deadline_ns = deadline_ns;
  if (place == nullptr) {
    grow_if_full();
    order_.insert(node);
  } else {
    order_.replace(*place, node);
  }
  std::atomic<Node*>& link = place == nullptr ? current_->head_of(node.hash) : link_to(*place);
  node.next[current_->link] = place == nullptr ? link.load() : place->next[current_->link].load();
  link = &node;
  if (place != nullptr) retire(*place);
  return node;
}

void EpochStorage::erase(Node& node) noexcept {
  link_to(node) = node.next[current_->link].load();
  order_.erase(node);
  retire(node);
}

void EpochStorage::retire(Node& node) noexcept {
  node.retired_at = retire_stamp();
  (oldest_retired_ == nullptr ? oldest_retired_ : newest_retired_->retired_after) = &node;
  newest_retired_ = &node;
  retired_bytes_ += bytes_of(node);
  if (retired_bytes_ >= retired_bytes_before_freeing) tidy();
}

void EpochStorage::tidy() noexcept {
  if (oldest_retired_ == nullptr && outgrown_ == nullptr) return;
  const RetireStamp needed = oldest_reader();
  if (outgrown_at_ < needed) outgrown_.reset();
  while (oldest_retired_ != nullptr && oldest_retired_->retired_at < needed) {
    retired_bytes_ -= bytes_of(*oldest_retired_);
    delete std::exchange(oldest_retired_, oldest_retired_->retired_after);
  }
}

// Links every node into twice as many chains by its other link, then shows the new array to readers. Without memory for
// it the chains grow longer instead, and the next entry asks again.
void EpochStorage::grow_if_full() noexcept {
  if (order_.size() < current_->heads.size()) return;
  if (outgrown_ != nullptr) tidy();
  if (outgrown_ != nullptr) return;  // somebody may still follow the links that would be used
  std::unique_ptr<Chains> larger;
  try {
    larger = std::make_unique<Chains>(2 * current_->heads.size(), 1 - current_->link);
  } catch (const std::bad_alloc&) {
    return;
  }
  for (Node* node = order_.first({}); node != nullptr; node = order_.next(*node)) {
    std::atomic<Node*>& head = larger->head_of(node->hash);
    node->next[larger->link] = head.load();
    head = node;
  }
  chains_ = larger.get();
  outgrown_ = std::exchange(current_, std::move(larger));
  outgrown_at_ = retire_stamp();
}

}  // namespace contend::kv_store
