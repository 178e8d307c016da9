#include "impls/kv_store/table/epoch_storage.hpp"

#include <algorithm>

#include "impls/base/hashing.hpp"

namespace contend::kv_store {
namespace {

constexpr std::size_t first_chains = 16;
constexpr std::size_t retired_before_freeing = 64;

}  // namespace

std::atomic<EpochStorage::Node*>& EpochStorage::Chains::head_of(std::string_view key) const {
  // The low bits have chosen the stripe.
  return heads[(mix_bits(hash_bytes(key)) >> 16) % heads.size()];
}

EpochStorage::EpochStorage() : current_(std::make_unique<Chains>(first_chains, 0)) {
  chains_ = current_.get();
  retired_.reserve(2 * retired_before_freeing);
}

EpochStorage::~EpochStorage() {
  for (const auto& [key, node] : entries_) delete node;
  for (const auto& [stamp, node] : retired_) delete node;
}

std::optional<Answer> EpochStorage::read(std::string_view key, TimeNs now_ns, std::string& value) const {
  if (const Status bad = check_input(key); bad != Status::ok) return Answer{bad};
  const ReadPin pin;
  const Chains& chains = *chains_.load();
  const Node* node = chains.head_of(key).load();
  while (node != nullptr && node->key != key) node = node->next[chains.link].load();
  if (!readable_) return std::nullopt;
  if (node == nullptr) return Answer{Status::absent};
  if (!is_alive(node->entry.deadline_ns, now_ns)) return std::nullopt;
  value = node->entry.value;
  return Answer{Status::ok, node->entry.version, node->entry.version};
}

std::atomic<EpochStorage::Node*>& EpochStorage::link_to(const Node& node) {
  std::atomic<Node*>* link = &current_->head_of(node.key);
  while (link->load() != &node) link = &link->load()->next[current_->link];
  return *link;
}

void EpochStorage::retire(Node* node) noexcept {
  retired_.emplace_back(retire_stamp(), node);
}

void EpochStorage::free_retired() {
  if (outgrown_ && outgrown_at_ < oldest_reader()) outgrown_.reset();
  if (retired_.size() >= retired_before_freeing) {
    // Stamps grow, so what follows the first that must stay, stays.
    const auto stay = std::ranges::lower_bound(retired_, oldest_reader(), {}, &std::pair<RetireStamp, Node*>::first);
    for (auto entry = retired_.begin(); entry != stay; ++entry) delete entry->second;
    retired_.erase(retired_.begin(), stay);
  }
  if (retired_.size() == retired_.capacity()) retired_.reserve(2 * retired_.capacity());
}

// Links every node into twice as many chains by its other link, then shows the new array to readers.
void EpochStorage::grow() {
  if (outgrown_ != nullptr) return;  // somebody may still follow the links that would be used
  auto larger = std::make_unique<Chains>(2 * current_->heads.size(), 1 - current_->link);
  for (const auto& [key, node] : entries_) {
    std::atomic<Node*>& head = larger->head_of(key);
    node->next[larger->link] = head.load();
    head = node;
  }
  chains_ = larger.get();
  outgrown_ = std::move(current_);
  current_ = std::move(larger);
  outgrown_at_ = retire_stamp();
}

// In one step also where the old value has expired: unlinking that first would show readers without a lock a moment in
// which the key is absent, though no operation has left it so.
EpochStorage::Entries::iterator EpochStorage::write(Entries::iterator place, std::string_view key,
                                                    std::string_view value, Version version, TimeNs deadline_ns) {
  // Whatever can throw comes before the first change that others could see.
  free_retired();
  if (entries_.size() >= current_->heads.size()) grow();
  auto node = std::make_unique<Node>();
  node->key = key;
  node->entry = {std::string(value), version, deadline_ns};
  if (place == entries_.end()) place = entries_.try_emplace(node->key, nullptr).first;
  Node* const old = std::exchange(place->second, node.get());
  std::atomic<Node*>& link = old == nullptr ? current_->head_of(key) : link_to(*old);
  node->next[current_->link] = old == nullptr ? link.load() : old->next[current_->link].load();
  link = node.release();
  if (old != nullptr) retire(old);
  return place;
}

void EpochStorage::erase(Entries::iterator place) {
  free_retired();
  Node* const node = place->second;
  link_to(*node) = node->next[current_->link].load();
  entries_.erase(place);
  retire(node);
}

}  // namespace contend::kv_store
