#pragma once

#include <cstddef>

namespace contend {

// Two 64-byte lines: x86 prefetches lines in pairs, so neighbours at 64 bytes still share.
inline constexpr std::size_t cache_line_bytes = 128;

// A value alone on its cache lines, so that writers of neighbours do not slow each other down.
template <class T>
struct alignas(cache_line_bytes) Padded {
  T value{};
};

}  // namespace contend
