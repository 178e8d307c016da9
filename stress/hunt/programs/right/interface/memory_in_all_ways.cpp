// Plain memory touched in every way that compilers have names for: each size, unaligned, copied, filled, compared, as a text, and by
// objects with virtual functions. Two threads do it at once, each in its own half.

#include <string.h>

#include <cstdint>
#include <memory>
#include <thread>

namespace {

struct [[gnu::packed]] Unaligned {
  char shift;
  std::uint16_t two;
  std::uint32_t four;
  std::uint64_t eight;
};

struct Large {
  std::uint64_t words[12];
};

class Shape {
 public:
  virtual ~Shape() = default;
  virtual int corners() const = 0;
};
class Square final : public Shape {
 public:
  int corners() const override { return 4; }
};

struct Half {
  Unaligned unaligned;
  Large large;
  Large copy;
  volatile std::uint32_t by_others;
  unsigned __int128 widest;
  char text[32];
  char copied[32];
};
Half halves[2];

bool work(Half& half, int who) {
  half.unaligned = {'x', 2, 4, 8};
  half.unaligned.eight += half.unaligned.four + half.unaligned.two;
  memset(&half.large, who, sizeof half.large);
  half.copy = half.large;
  memmove(&half.copy.words[1], &half.copy.words[0], 8 * sizeof(std::uint64_t));
  half.by_others = half.by_others + 1;
  half.widest = half.widest + 1;
  strcpy(half.text, "abcdef");
  strncpy(half.copied, half.text, sizeof half.copied);
  const std::unique_ptr<Shape> shape = std::make_unique<Square>();
  return half.unaligned.eight == 14 && memcmp(&half.copy, &half.large, sizeof half.large) == 0 && half.by_others == 1 &&
         half.widest == 1 && strlen(half.copied) == 6 && strcmp(half.text, half.copied) == 0 &&
         strncmp(half.text, "abcx", 3) == 0 && memchr(half.text, 'd', 6) == half.text + 3 &&
         strnlen(half.text, 3) == 3 && shape->corners() == 4;
}

}  // namespace

int main() {
  bool right[2] = {};
  std::thread first([&] { right[0] = work(halves[0], 1); });
  std::thread second([&] { right[1] = work(halves[1], 2); });
  first.join();
  second.join();
  return right[0] && right[1] ? 0 : 1;
}
