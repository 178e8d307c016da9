#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <ostream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

// Whoever reads bytes of others is a target: a function that takes any bytes and ends in bounded time, or throws FuzzFind
// where a rule is broken. libfuzzer_main.cpp looks for such bytes, corpus_test.cpp tries those that are known.
namespace contend {

struct FuzzFind : std::logic_error {
  using std::logic_error::logic_error;
};

inline void require(bool holds, const std::string& rule) {
  if (!holds) throw FuzzFind(rule);
}

struct FuzzTarget {
  std::string_view name;  // also of its folder in corpus/
  void (*run)(std::string_view bytes);
};

// For the messages of GoogleTest.
inline void PrintTo(const FuzzTarget& target, std::ostream* out) {
  *out << target.name;
}

// In the order of their names. Filled before main.
std::vector<FuzzTarget>& fuzz_targets();
bool register_fuzz_target(std::string_view name, void (*run)(std::string_view bytes));

// Takes its choices from the front of the bytes: once there are none left, all of them are zero.
class FuzzBytes {
 public:
  explicit FuzzBytes(std::string_view bytes) : bytes_(bytes) {}

  std::uint8_t byte() {
    if (bytes_.empty()) return 0;
    const auto first = static_cast<std::uint8_t>(bytes_.front());
    bytes_.remove_prefix(1);
    return first;
  }
  template <std::unsigned_integral Number>
  Number number() {
    Number value = 0;
    for (std::size_t i = 0; i < sizeof(Number); ++i) value = static_cast<Number>(value << 8 | byte());
    return value;
  }
  std::string_view take(std::size_t count) {
    const std::string_view first = bytes_.substr(0, count);
    bytes_.remove_prefix(first.size());
    return first;
  }
  std::string_view rest() const { return bytes_; }
  bool empty() const { return bytes_.empty(); }

 private:
  std::string_view bytes_;
};

}  // namespace contend
