// What the C++ runtime needs of the system: statics that are made once, what is destroyed at exit, and how programs end.

#include <cxxabi.h>
#include <stdlib.h>

#include <exception>
#include <new>
#include <typeinfo>

#include "stress/hunt/entry/real.hpp"
#include "stress/hunt/runtime/message.hpp"
#include "stress/hunt/runtime/threads.hpp"
#include "stress/hunt/waiting/waits.hpp"

namespace hunt = contend::hunt;
using hunt::FindingKind;
using hunt::scheduler;

namespace {

inline bool explored() {
  return scheduler.current != nullptr;
}

// The place of the innermost call.
std::uintptr_t place_of_current() {
  const hunt::Home& home = *scheduler.current->home;
  const std::uint32_t depth = home.frame_count < hunt::Home::most_frames ? home.frame_count : hunt::Home::most_frames;
  return depth == 0 ? 0 : hunt::address_of(home.frames[depth - 1]);
}

[[noreturn]] void report_abort() {
  hunt::Message text;
  const std::type_info* const type = abi::__cxa_current_exception_type();
  // A program that was refused memory may end of it: what counts is what it did instead of ending.
  if (scheduler.plan.failing_allocation != 0 && type != nullptr && *type == typeid(std::bad_alloc))
    hunt::end_execution();
  if (type == nullptr) {
    text.add("abort() was called");
  } else {
    int status = 0;
    const char* const name = abi::__cxa_demangle(type->name(), nullptr, nullptr, &status);
    text.add("an exception that nobody catches: ").add(name != nullptr ? name : type->name());
  }
  hunt::found(FindingKind::assertion, 0, text.text(), place_of_current());
}

}  // namespace

extern "C" {

// --- statics: the first byte says that it is made, the second that somebody makes it

int __cxa_guard_acquire(abi::__guard* guard) noexcept(false) {
  auto* const bytes = reinterpret_cast<volatile std::uint8_t*>(guard);
  if (explored()) return hunt::do_once(guard, bytes, bytes + 1) ? 1 : 0;
  if (bytes[0] != 0) return 0;
  bytes[1] = 1;
  return 1;
}
void __cxa_guard_release(abi::__guard* guard) noexcept {
  auto* const bytes = reinterpret_cast<volatile std::uint8_t*>(guard);
  if (explored()) return hunt::one_is_done(guard, bytes, bytes + 1);
  bytes[0] = 1;
  bytes[1] = 0;
}
void __cxa_guard_abort(abi::__guard* guard) noexcept {
  auto* const bytes = reinterpret_cast<volatile std::uint8_t*>(guard);
  if (explored()) return hunt::one_has_failed(guard, bytes + 1);
  bytes[1] = 0;
}

// --- destructors at the end of a thread and of the program

int __cxa_thread_atexit(void (*destructor)(void*), void* object, void* library) {
  if (!explored()) return hunt::real().thread_atexit(destructor, object, library);
  hunt::Home& home = *scheduler.current->home;
  if (home.destructor_count == hunt::Home::most_destructors) {
    hunt::unsupported("more than 256 thread_local objects of a thread");
  }
  home.destructors[home.destructor_count++] = {destructor, object};
  return 0;
}
int __cxa_atexit(void (*destructor)(void*), void* object, void* library) {
  if (!explored()) return hunt::real().process_atexit(destructor, object, library);
  hunt::at_exit_of_program(destructor, object);
  return 0;
}
int atexit(void (*function)()) noexcept {
  return __cxa_atexit(reinterpret_cast<void (*)(void*)>(function), nullptr, nullptr);
}

// --- the end

void abort() noexcept {
  if (explored()) report_abort();
  hunt::kernel(SYS_kill, hunt::kernel(SYS_getpid), 6);
  hunt::kernel(SYS_exit_group, 134);
  __builtin_unreachable();
}
void __assert_fail(const char* condition, const char* file, unsigned line, const char* function) noexcept {
  hunt::Message text;
  text.add("assert(").add(condition).add(") failed in ").add(function != nullptr ? function : "?");
  text.add(", ").add(file).add(":").add_number(line);
  if (explored()) hunt::found(FindingKind::assertion, 0, text.text(), place_of_current());
  hunt::give_up(text.text());
}
void exit(int code) noexcept {
  if (!explored()) {
    static const auto real_exit = reinterpret_cast<void (*)(int)>(hunt::next_symbol("exit"));
    real_exit(code);
    __builtin_unreachable();
  }
  if (code == 0) hunt::finish_program();
  hunt::Message text;
  text.add("the program ends with exit code ").add_number(static_cast<std::uint64_t>(code));
  hunt::found(FindingKind::assertion, 0, text.text(), place_of_current());
}

}  // extern "C"
