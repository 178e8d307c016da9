#pragma once

namespace contend::hunt {

// Memory orders as the compilers number them for the runtime.
inline constexpr int relaxed = 0;
inline constexpr int consume = 1;
inline constexpr int acquire_order = 2;
inline constexpr int release_order = 3;
inline constexpr int acquire_release = 4;
inline constexpr int sequential = 5;

inline bool acquires(int order) {
  return order == consume || order == acquire_order || order == acquire_release || order == sequential;
}
inline bool releases(int order) {
  return order == release_order || order == acquire_release || order == sequential;
}

}  // namespace contend::hunt
