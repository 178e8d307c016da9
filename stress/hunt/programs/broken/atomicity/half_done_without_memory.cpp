// Money is taken before the transfer is noted. When there is no memory for the note the caller is told that nothing was done, and that is
// not so: another thread sees money that is nowhere.
// Source: the strong guarantee, Abrahams, "Exception-Safety in Generic Components", 1998.
// needs: failing-allocations
// finds: assertion

#include <mutex>
#include <new>
#include <thread>
#include <vector>

namespace {

std::mutex mutex;
int savings = 100;
int spending = 0;
std::vector<int> notes;

void transfer(int amount) {
  const std::lock_guard lock(mutex);
  savings -= amount;
  notes.push_back(amount);
  spending += amount;
}

}  // namespace

int main() {
  std::thread payer([] {
    try {
      transfer(10);
    } catch (const std::bad_alloc&) {  // told: nothing was done
    }
  });
  int total = 0;
  {
    const std::lock_guard lock(mutex);
    total = savings + spending;
  }
  payer.join();
  return total == 100 && savings + spending == 100 ? 0 : 1;
}
