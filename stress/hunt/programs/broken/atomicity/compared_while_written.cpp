// A text is compared by the C library while another thread writes it: nothing but that call reads it.
// finds: race

#include <string.h>

#include <thread>

namespace {

char name[16] = "before";

}  // namespace

int main() {
  std::thread writer([] { name[0] = 'B'; });
  const bool same = memcmp(name, "after!", 6) == 0;
  writer.join();
  return same ? 1 : 0;
}
