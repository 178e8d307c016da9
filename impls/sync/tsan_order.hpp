#pragma once

// Tells ThreadSanitizer of an order that a library makes which is not compiled with it. Nothing in other builds.
#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define CONTEND_ORDER_SEEN_BY_TSAN 1
#endif
#endif
#if defined(__SANITIZE_THREAD__)
#define CONTEND_ORDER_SEEN_BY_TSAN 1
#endif

#ifdef CONTEND_ORDER_SEEN_BY_TSAN
extern "C" void __tsan_release(void* address);
extern "C" void __tsan_acquire(void* address);
#endif

namespace contend {

// What this thread did before happens before what another does after taken_through_library of the same address. To be
// called only where the library does order the two.
inline void handed_to_library([[maybe_unused]] void* address) {
#ifdef CONTEND_ORDER_SEEN_BY_TSAN
  __tsan_release(address);
#endif
}
inline void taken_through_library([[maybe_unused]] void* address) {
#ifdef CONTEND_ORDER_SEEN_BY_TSAN
  __tsan_acquire(address);
#endif
}

// For the length of a scope: it comes after whoever had the address before, and before whoever has it next.
class OrderedByLibrary {
 public:
  explicit OrderedByLibrary(void* address) : address_(address) { taken_through_library(address); }
  ~OrderedByLibrary() { handed_to_library(address_); }
  OrderedByLibrary(const OrderedByLibrary&) = delete;
  OrderedByLibrary& operator=(const OrderedByLibrary&) = delete;

 private:
  void* const address_;
};

}  // namespace contend
