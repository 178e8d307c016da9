// A Treiber stack over three nodes that are never freed. One thread reads the head and its successor and pauses; the
// other pops two nodes and pushes the first again. The head is the same, so the first thread's exchange succeeds, and
// makes a node the head that the other thread still owns.
// Source: Treiber, "Systems Programming: Coping with Parallelism", IBM RJ 5118, 1986; the ABA problem is folklore.
// finds: assertion
// tells: loads nodes[2].next = &nodes[1]
// tells: updates stack.head_ &nodes[2] -> &nodes[1]
// tells: thread 1 is stopped here, thread 2 runs
// tells: thread 1 goes on where it was stopped

#include <atomic>
#include <thread>

namespace {

struct Node {
  std::atomic<Node*> next = nullptr;
  bool owned = false;
};

class Stack {
 public:
  void push(Node& node) {
    Node* head = head_.load();
    do {
      node.next.store(head);
    } while (!head_.compare_exchange_weak(head, &node));
  }
  Node* pop() {
    Node* head = head_.load();
    while (head != nullptr && !head_.compare_exchange_weak(head, head->next.load())) {
    }
    return head;
  }

 private:
  std::atomic<Node*> head_ = nullptr;
};

}  // namespace

int main() {
  Node nodes[3];
  Stack stack;
  for (Node& node : nodes) stack.push(node);
  Node* popped = nullptr;
  Node* kept = nullptr;
  std::thread first([&] { popped = stack.pop(); });
  std::thread second([&] {
    Node* returned = stack.pop();
    kept = stack.pop();
    stack.push(*returned);
  });
  first.join();
  second.join();
  popped->owned = true;
  if (kept->owned) return 1;
  kept->owned = true;
  while (Node* left = stack.pop()) {
    if (left->owned) return 1;
    left->owned = true;
  }
  return 0;
}
