// Two threads walk down a list of three nodes, each of which has a mutex: the next is locked before the last is given
// free. Nobody ever waits against the direction of the list.
// Source: Bayer and Schkolnick, "Concurrency of Operations on B-Trees", 1977; google/sanitizers issues 814 and 1419.

#include <mutex>
#include <thread>
#include <utility>

namespace {

struct Node {
  explicit Node(Node* next) : next(next) {}

  Node* const next;
  std::mutex mutex;
  int visits = 0;
};

}  // namespace

int main() {
  Node third(nullptr);
  Node second(&third);
  Node first(&second);
  const auto walk = [&] {
    std::unique_lock held(first.mutex);
    for (Node* node = &first; node != nullptr;) {
      ++node->visits;
      Node* next = node->next;
      std::unique_lock<std::mutex> held_next;
      if (next != nullptr) held_next = std::unique_lock(next->mutex);
      held = std::move(held_next);
      node = next;
    }
  };
  std::thread one(walk);
  std::thread other(walk);
  one.join();
  other.join();
  return first.visits == 2 && third.visits == 2 ? 0 : 1;
}
