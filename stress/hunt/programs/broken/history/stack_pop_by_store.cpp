// A stack whose pop reads the head and stores its successor in two steps: two pops can get the same element, and a push in
// between is lost. No line of it is a race; what is wrong is the answers, which a model of a stack tells.
// finds: verdict
// tells: no order of these calls explains the answers
// tells: pop(0) -> 1

#include <atomic>
#include <thread>

#include "stress/hunt/history.hpp"

namespace {

struct Node {
  int value = 0;
  Node* next = nullptr;
};

class Stack {
 public:
  void push(Node& node) {
    node.next = head_.load();
    while (!head_.compare_exchange_weak(node.next, &node)) {
    }
  }
  Node* pop() {
    Node* head = head_.load();
    if (head != nullptr) head_.store(head->next);
    return head;
  }

 private:
  std::atomic<Node*> head_ = nullptr;
};

long long stack_model(contend::hunt::ModelState& stack, std::string_view call, long long argument) {
  if (call == "push") {
    stack.push_back(argument);
    return 0;
  }
  if (stack.empty()) return 0;
  const long long top = stack.back();
  stack.pop_back();
  return top;
}

}  // namespace

int main() {
  Node nodes[2] = {{1}, {2}};
  Stack stack;
  contend::hunt::History history(stack_model);
  const auto push = [&](int caller, Node& node) {
    auto call = history.call(caller, "push", node.value);
    stack.push(node);
    call.returned();
  };
  const auto pop = [&](int caller) {
    auto call = history.call(caller, "pop");
    const Node* const node = stack.pop();
    call.returned(node != nullptr ? node->value : 0);
  };
  push(0, nodes[0]);
  std::thread first([&] { pop(1); });
  std::thread second([&] {
    push(2, nodes[1]);
    pop(2);
  });
  first.join();
  second.join();
  return history.verdict();
}
