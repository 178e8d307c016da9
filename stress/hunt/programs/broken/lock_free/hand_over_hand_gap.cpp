// A walk down a list unlocks one node before it locks the next. In the gap another thread unlinks the next node and
// frees it, and the walk locks freed memory.
// Source: Herlihy and Shavit, "The Art of Multiprocessor Programming", 2008, section 9.5: why the locks must overlap.
// finds: use-after-free race
// tells: made by thread 0
// tells: reads A.value = 2

#include <mutex>
#include <thread>

namespace {

struct Node {
  Node(int value, Node* next) : value(value), next(next) {}

  std::mutex mutex;
  const int value;
  Node* next;
};

int sum(Node* node) {
  int total = 0;
  while (node != nullptr) {
    Node* next = nullptr;
    {
      const std::lock_guard lock(node->mutex);
      total += node->value;
      next = node->next;
    }
    node = next;
  }
  return total;
}

void remove_second(Node& head) {
  Node* second = nullptr;
  {
    const std::lock_guard lock(head.mutex);
    second = head.next;
    const std::lock_guard lock_second(second->mutex);
    head.next = second->next;
  }
  delete second;
}

}  // namespace

int main() {
  Node last(4, nullptr);
  Node head(1, new Node(2, &last));
  int total = 0;
  std::thread walker([&] { total = sum(&head); });
  std::thread remover([&] { remove_second(head); });
  walker.join();
  remover.join();
  return total == 7 || total == 5 ? 0 : 1;
}
