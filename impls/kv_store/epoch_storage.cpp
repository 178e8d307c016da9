#include "impls/kv_store/epoch_table.hpp"

#include <algorithm>

#include "impls/support/hashing.hpp"

namespace contend {
namespace {

constexpr std::size_t first_chains = 16;
constexpr std::size_t retired_before_freeing = 64;

}  // namespace

std::atomic<EpochTable::Node*>& EpochTable::Chains::head_of(std::string_view key) const {
  // The low bits have chosen the stripe.
  return heads[(mix_bits(hash_bytes(key)) >> 16) % heads.size()];
}

EpochTable::EpochTable() : current_(std::make_unique<Chains>(first_chains, 0)) {
  chains_ = current_.get();
  retired_.reserve(2 * retired_before_freeing);
}

EpochTable::~EpochTable() {
  for (const auto& [key, node] : order_) delete node;
  for (const auto& [stamp, node] : retired_) delete node;
}

std::optional<KvAnswer> EpochTable::read(std::string_view key, TimeNs now_ns, std::string& value) const {
  if (const KvStatus bad = check_input(key); bad != KvStatus::ok) return KvAnswer{bad};
  const ReadPin pin;
  const Chains& chains = *chains_.load();
  const Node* node = chains.head_of(key).load();
  while (node != nullptr && node->key != key) node = node->next[chains.link].load();
  if (!readable_) return std::nullopt;
  if (node == nullptr) return KvAnswer{KvStatus::absent};
  if (!is_alive(node->deadline_ns, now_ns)) return std::nullopt;
  value = node->value;
  return KvAnswer{KvStatus::ok, node->version, node->version};
}

Version EpochTable::live_version(Order::iterator place, TimeNs now_ns) const {
  return place == order_.end() || !is_alive(place->second->deadline_ns, now_ns) ? 0 : place->second->version;
}

EpochTable::Order::iterator EpochTable::find_live(std::string_view key, TimeNs now_ns) {
  const auto place = order_.find(key);
  if (place == order_.end() || is_alive(place->second->deadline_ns, now_ns)) return place;
  remove(place);
  return order_.end();
}

std::atomic<EpochTable::Node*>& EpochTable::link_to(const Node& node) {
  std::atomic<Node*>* link = &current_->head_of(node.key);
  while (link->load() != &node) link = &link->load()->next[current_->link];
  return *link;
}

void EpochTable::retire(Node* node) noexcept {
  retired_.emplace_back(retire_stamp(), node);
}

void EpochTable::free_retired() {
  if (outgrown_ && all_readers_began_after(outgrown_at_)) outgrown_.reset();
  if (retired_.size() >= retired_before_freeing) {
    // Stamps grow, so what follows the first that must stay, stays.
    const auto stay =
        std::ranges::partition_point(retired_, [](const auto& entry) { return all_readers_began_after(entry.first); });
    for (auto entry = retired_.begin(); entry != stay; ++entry) delete entry->second;
    retired_.erase(retired_.begin(), stay);
  }
  if (retired_.size() == retired_.capacity()) retired_.reserve(2 * retired_.capacity());
}

// Links every node into twice as many chains by its other link, then shows the new array to readers.
void EpochTable::grow() {
  if (outgrown_ != nullptr) return;  // somebody may still follow the links that would be used
  auto larger = std::make_unique<Chains>(2 * current_->heads.size(), 1 - current_->link);
  for (const auto& [key, node] : order_) {
    std::atomic<Node*>& head = larger->head_of(key);
    node->next[larger->link] = head.load();
    head = node;
  }
  chains_ = larger.get();
  outgrown_ = std::move(current_);
  current_ = std::move(larger);
  outgrown_at_ = retire_stamp();
}

KvAnswer EpochTable::write(Order::iterator place, std::string_view key, std::string_view value, DurationNs ttl_ns,
                           TimeNs now_ns) {
  const Version previous = live_version(place, now_ns);
  // Whatever can throw comes before the first change that others could see.
  free_retired();
  if (order_.size() >= current_->heads.size()) grow();
  auto node = std::make_unique<Node>();
  node->key = key;
  node->value = value;
  node->deadline_ns = deadline_after(now_ns, ttl_ns);
  const bool created = place == order_.end();
  if (created) place = order_.try_emplace(node->key, nullptr).first;
  try {
    if (node->deadline_ns != never) deadlines_.emplace(node->deadline_ns, place->first);
  } catch (...) {
    if (created) order_.erase(place);
    throw;
  }
  node->version = ++last_version_;
  Node* const old = place->second;
  const KvAnswer answer{KvStatus::ok, node->version, previous};
  std::atomic<Node*>& link = created ? current_->head_of(key) : link_to(*old);
  node->next[current_->link] = created ? link.load() : old->next[current_->link].load();
  place->second = node.get();
  if (!created && old->deadline_ns != never && old->deadline_ns != node->deadline_ns) {
    deadlines_.erase({old->deadline_ns, place->first});
  }
  link = node.release();
  if (!created) retire(old);
  return answer;
}

void EpochTable::remove(Order::iterator place) {
  free_retired();
  Node* const node = place->second;
  link_to(*node) = node->next[current_->link].load();
  if (node->deadline_ns != never) deadlines_.erase({node->deadline_ns, place->first});
  order_.erase(place);
  retire(node);
}

KvAnswer EpochTable::get(std::string_view key, TimeNs now_ns, std::string& value) {
  if (const KvStatus bad = check_input(key); bad != KvStatus::ok) return {bad};
  const auto place = find_live(key, now_ns);
  if (place == order_.end()) return {KvStatus::absent};
  value = place->second->value;
  return {KvStatus::ok, place->second->version, place->second->version};
}

KvAnswer EpochTable::set(std::string_view key, std::string_view value, DurationNs ttl_ns, TimeNs now_ns) {
  if (const KvStatus bad = check_input(key, value, ttl_ns); bad != KvStatus::ok) return {bad};
  return write(order_.find(key), key, value, ttl_ns, now_ns);
}

KvAnswer EpochTable::put_if_absent(std::string_view key, std::string_view value, DurationNs ttl_ns, TimeNs now_ns) {
  if (const KvStatus bad = check_input(key, value, ttl_ns); bad != KvStatus::ok) return {bad};
  const auto place = order_.find(key);
  const Version live = live_version(place, now_ns);
  if (live == 0) return write(place, key, value, ttl_ns, now_ns);
  return {KvStatus::exists, live, live};
}

KvAnswer EpochTable::compare_and_set(std::string_view key, Version expected, std::string_view value, DurationNs ttl_ns,
                                     TimeNs now_ns, std::string& current) {
  if (const KvStatus bad = check_input(key, value, ttl_ns); bad != KvStatus::ok) return {bad};
  const auto place = order_.find(key);
  const Version live = live_version(place, now_ns);
  if (live == expected) return write(place, key, value, ttl_ns, now_ns);
  if (live != 0) current = place->second->value;
  if (live == 0 && place != order_.end()) remove(place);
  return {KvStatus::version_mismatch, live, live};
}

KvAnswer EpochTable::erase(std::string_view key, TimeNs now_ns) {
  if (const KvStatus bad = check_input(key); bad != KvStatus::ok) return {bad};
  const auto place = find_live(key, now_ns);
  if (place == order_.end()) return {KvStatus::absent};
  const Version removed = place->second->version;
  remove(place);
  return {KvStatus::ok, 0, removed};
}

ExpireAnswer EpochTable::expire(std::size_t budget, TimeNs now_ns) {
  ExpireAnswer answer;
  while (!deadlines_.empty() && deadlines_.begin()->first <= now_ns) {
    if (answer.removed == budget) return {answer.removed, true};
    remove(order_.find(deadlines_.begin()->second));
    ++answer.removed;
  }
  return answer;
}

KvSize EpochTable::size(TimeNs now_ns) {
  expire(~std::size_t{0}, now_ns);
  return {order_.size(), order_.size()};
}

void EpochTable::peek_scan(std::string_view prefix, std::size_t limit, TimeNs now_ns, std::vector<KvEntry>& entries,
                           bool& met_expired) const {
  if (check_input(prefix) != KvStatus::ok) return;
  std::size_t taken = 0;
  for (auto place = order_.lower_bound(prefix);
       taken < limit && place != order_.end() && place->first.starts_with(prefix); ++place) {
    if (!is_alive(place->second->deadline_ns, now_ns)) {
      met_expired = true;
      continue;
    }
    entries.push_back({place->first, place->second->value, place->second->version});
    ++taken;
  }
}

void EpochTable::drop_expired(std::string_view prefix, const std::string* last, TimeNs now_ns) {
  for (auto place = order_.lower_bound(prefix);
       place != order_.end() && place->first.starts_with(prefix) && (last == nullptr || place->first <= *last);) {
    const auto met = place++;
    if (!is_alive(met->second->deadline_ns, now_ns)) remove(met);
  }
}

void EpochTable::copy_live(TimeNs now_ns, std::vector<KvEntry>& entries) const {
  for (const auto& [key, node] : order_) {
    if (is_alive(node->deadline_ns, now_ns)) entries.push_back({key, node->value, node->version});
  }
}

}  // namespace contend
