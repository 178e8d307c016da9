// A queue of many producers and one consumer, in which a producer takes the tail by a load and a store instead of by
// one exchange. Two producers append to the same node, and one of the two new nodes is lost.
// Source: Vyukov, "Intrusive MPSC node-based queue", 1024cores.net, which has the exchange.
// finds: assertion

#include <atomic>
#include <thread>

namespace {

struct Node {
  std::atomic<Node*> next = nullptr;
};

class Queue {
 public:
  void push(Node& node) {
    Node* previous = tail_.load();
    tail_.store(&node);
    previous->next.store(&node);
  }
  int size() const {
    int count = 0;
    for (const Node* node = head_.next; node != nullptr; node = node->next) ++count;
    return count;
  }

 private:
  Node head_;
  std::atomic<Node*> tail_ = &head_;
};

}  // namespace

int main() {
  Queue queue;
  Node nodes[2];
  std::thread first([&] { queue.push(nodes[0]); });
  std::thread second([&] { queue.push(nodes[1]); });
  first.join();
  second.join();
  return queue.size() == 2 ? 0 : 1;
}
