// A reader follows a pointer; the writer swaps in a new copy and frees the old one at once, without waiting until the
// readers of the old one have left.
// Source: McKenney and Slingwine, "Read-Copy Update: Using Execution History to Solve Concurrency Problems", 1998.
// finds: use-after-free race
// tells: reads A.port = 80
// tells: frees A

#include <atomic>
#include <thread>

namespace {

struct Route {
  int port;
};

}  // namespace

int main() {
  std::atomic<Route*> current = new Route{80};
  int seen = 0;
  std::thread reader([&] { seen = current.load()->port; });
  std::thread writer([&] {
    Route* old = current.exchange(new Route{81});
    delete old;
  });
  reader.join();
  writer.join();
  delete current.load();
  return seen == 80 || seen == 81 ? 0 : 1;
}
