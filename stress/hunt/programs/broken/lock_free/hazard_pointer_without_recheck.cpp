// A reader announces the pointer that it has read as hazardous, but does not check that it is still the current one:
// the writer may have swapped it and looked at the announcements in between, and frees it under the reader.
// Source: Michael, "Hazard Pointers: Safe Memory Reclamation for Lock-Free Objects", IEEE TPDS 2004.
// finds: use-after-free race assertion

#include <atomic>
#include <thread>

namespace {

struct Value {
  int number;
};

std::atomic<Value*> current;
std::atomic<Value*> hazard;

int read() {
  Value* value = current;
  hazard = value;
  const int number = value->number;
  hazard = nullptr;
  return number;
}

Value* replace(Value* value) {
  Value* old = current.exchange(value);
  if (hazard == old) return old;
  delete old;
  return nullptr;
}

}  // namespace

int main() {
  current = new Value{1};
  int seen = 0;
  Value* retired = nullptr;
  std::thread reader([&] { seen = read(); });
  std::thread writer([&] { retired = replace(new Value{2}); });
  reader.join();
  writer.join();
  delete retired;
  delete current.load();
  return seen == 1 || seen == 2 ? 0 : 1;
}
