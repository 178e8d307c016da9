#pragma once

#include <cstddef>
#include <cstdint>

#include "stress/hunt/runtime/plan.hpp"

namespace contend::hunt {

// A text put together without memory of anybody else's; what does not fit is cut.
class Message {
 public:
  Message& add(const char* text) {
    for (; *text != '\0' && length_ + 1 < sizeof text_; ++text) text_[length_++] = *text;
    text_[length_] = '\0';
    return *this;
  }
  Message& add_number(std::uint64_t number) {
    char digits[20];
    int count = 0;
    do {
      digits[count++] = static_cast<char>('0' + number % 10);
      number /= 10;
    } while (number != 0);
    while (count > 0 && length_ + 1 < sizeof text_) text_[length_++] = digits[--count];
    text_[length_] = '\0';
    return *this;
  }
  const char* text() const { return text_; }

 private:
  std::size_t length_ = 0;
  char text_[Finding::most_text] = {};
};

}  // namespace contend::hunt
