// A reader of a seqlock waits until no write is under way, reads both halves, and does not look at the sequence again:
// a write that began meanwhile tears what it read. All accesses are atomic, so no race tells of it.
// Source: Lameter, "Effective Synchronization on Linux/NUMA Systems", 2005; Boehm, "Can Seqlocks Get Along with
// Programming Language Memory Models?", MSPC 2012.
// finds: assertion

#include <atomic>
#include <thread>

int main() {
  std::atomic<unsigned> sequence = 0;
  std::atomic<int> left = 0;
  std::atomic<int> right = 0;
  bool torn = false;
  std::thread writer([&] {
    sequence.fetch_add(1);
    left = 1;
    right = 1;
    sequence.fetch_add(1);
  });
  std::thread reader([&] {
    if (sequence % 2 != 0) return;
    torn = left != right;
  });
  writer.join();
  reader.join();
  return torn ? 1 : 0;
}
