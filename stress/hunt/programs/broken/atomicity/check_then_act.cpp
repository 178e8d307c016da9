// A set is guarded by a mutex, yet "is it there?" and "put it in" are two critical sections: two threads both find the
// key absent, and both believe that they have inserted it.
// Source: folklore; Goetz et al., "Java Concurrency in Practice", 2006, section 2.2.
// finds: assertion

#include <mutex>
#include <set>
#include <thread>

namespace {

class Claims {
 public:
  bool claim(int key) {
    if (contains(key)) return false;
    insert(key);
    return true;
  }

 private:
  bool contains(int key) {
    const std::lock_guard lock(mutex_);
    return keys_.count(key) != 0;
  }
  void insert(int key) {
    const std::lock_guard lock(mutex_);
    keys_.insert(key);
  }

  std::mutex mutex_;
  std::set<int> keys_;
};

}  // namespace

int main() {
  Claims claims;
  bool first_won = false;
  bool second_won = false;
  std::thread first([&] { first_won = claims.claim(7); });
  std::thread second([&] { second_won = claims.claim(7); });
  first.join();
  second.join();
  return first_won != second_won ? 0 : 1;
}
