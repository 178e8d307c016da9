#include "stress/hunt/runtime/homes.hpp"

#include <dlfcn.h>
#include <errno.h>
#include <link.h>
#include <linux/futex.h>
#include <string.h>
#include <sys/auxv.h>

#include "stress/hunt/entry/real.hpp"

namespace contend::hunt {

// Saves what a call must preserve, and goes on with another stack. hunt_leave() does the same and calls a function there.
// hunt_begin() is where a fresh fiber begins, with its home in r12.
extern "C" void hunt_switch(std::uint64_t* save, std::uint64_t to, std::uint64_t thread_pointer, long set);
extern "C" void hunt_leave(std::uint64_t* save, char* stack, void (*function)(void*), void* argument);
extern "C" void hunt_begin();

namespace {

[[noreturn]] void begin_fresh(Home& home);

constexpr std::size_t aside_bytes = 16 * 1024;

// A block of thread-local storage that is put back to what it is in a new thread: that of the program and of every
// library but the C library itself, whose state belongs to the pthread.
struct Block {
  std::int64_t from_thread_pointer;
  const void* image;
  std::size_t image_bytes;
  std::size_t bytes;
};

struct Homes {
  Home* all;
  std::uint32_t count;
  Switching switching;
  bool no_kernel;
  std::uint64_t driver_stack_pointer;
  std::uint64_t driver_thread_pointer;
  std::uint32_t driver_baton;
  Block blocks[64];
  std::size_t block_count;
};
HUNT_STATE Homes homes;

std::uint64_t thread_pointer_now() {
  std::uint64_t pointer;
  asm volatile("movq %%fs:0, %0" : "=r"(pointer));  // x86-64: the first word of the block points to itself
  return pointer;
}

void set_thread_pointer_by_kernel(std::uint64_t pointer) {
  constexpr long arch_set_fs = 0x1002;
  kernel(SYS_arch_prctl, arch_set_fs, static_cast<long>(pointer));
}

void wait_while(std::uint32_t& word, std::uint32_t value) {
  while (__atomic_load_n(&word, __ATOMIC_ACQUIRE) == value) {
    kernel(SYS_futex, reinterpret_cast<long>(&word), FUTEX_WAIT | FUTEX_PRIVATE_FLAG, value, 0);
  }
}

void set_and_wake(std::uint32_t& word) {
  __atomic_store_n(&word, 1, __ATOMIC_RELEASE);
  kernel(SYS_futex, reinterpret_cast<long>(&word), FUTEX_WAKE | FUTEX_PRIVATE_FLAG, 1);
}

bool has_ending(const char* text, const char* part) {
  return text != nullptr && strstr(text, part) != nullptr;
}

// In a new pthread: where its blocks lie, seen from its thread pointer.
int find_block(dl_phdr_info* module, std::size_t, void*) {
  if (module->dlpi_tls_data == nullptr || homes.block_count == sizeof homes.blocks / sizeof homes.blocks[0]) return 0;
  if (has_ending(module->dlpi_name, "libc.so") || has_ending(module->dlpi_name, "ld-linux")) return 0;
  for (int i = 0; i < module->dlpi_phnum; ++i) {
    const auto& header = module->dlpi_phdr[i];
    if (header.p_type != PT_TLS) continue;
    homes.blocks[homes.block_count++] = {
        static_cast<std::int64_t>(address_of(module->dlpi_tls_data) - thread_pointer_now()),
        reinterpret_cast<const void*>(module->dlpi_addr + header.p_vaddr), header.p_filesz, header.p_memsz};
  }
  return 0;
}

// What hunt_switch() finds on a stack: six registers, and where it returns to.
struct SavedFrame {
  std::uint64_t r15, r14, r13, r12, rbx, rbp;
  void (*return_to)();
};

void refresh(Home& home) {
  for (std::size_t i = 0; i < homes.block_count; ++i) {
    const Block& block = homes.blocks[i];
    char* const at = reinterpret_cast<char*>(home.thread_pointer) + block.from_thread_pointer;
    __builtin_memcpy(at, block.image, block.image_bytes);
    __builtin_memset(at + block.image_bytes, 0, block.bytes - block.image_bytes);
  }
  home.frame_count = 0;
  home.destructor_count = 0;
  __builtin_memset(home.key_values, 0, sizeof home.key_values);
  home.begins = true;
  home.stack_pointer = home.fresh_stack_pointer;
  auto& frame = *reinterpret_cast<SavedFrame*>(home.stack_pointer);
  frame = {.r15 = 0, .r14 = 0, .r13 = 0, .r12 = address_of(&home), .rbx = 0, .rbp = 0, .return_to = hunt_begin};
}

}  // namespace

asm(R"(
  .text
  .globl hunt_switch
  .type hunt_switch, @function
hunt_switch:
  pushq %rbp
  pushq %rbx
  pushq %r12
  pushq %r13
  pushq %r14
  pushq %r15
  movq %rsp, (%rdi)
  movq %rsi, %rsp
  testl %ecx, %ecx
  je 1f
  wrfsbase %rdx
1:
  popq %r15
  popq %r14
  popq %r13
  popq %r12
  popq %rbx
  popq %rbp
  ret
  .size hunt_switch, . - hunt_switch
  .globl hunt_leave
  .type hunt_leave, @function
hunt_leave:
  pushq %rbp
  pushq %rbx
  pushq %r12
  pushq %r13
  pushq %r14
  pushq %r15
  movq %rsp, (%rdi)
  movq %rsi, %rsp
  movq %rcx, %rdi
  call *%rdx
  ud2
  .size hunt_leave, . - hunt_leave
  .globl hunt_begin
  .type hunt_begin, @function
hunt_begin:
  movq %r12, %rdi
  call hunt_run_thread_at
  ud2
  .size hunt_begin, . - hunt_begin
)");
extern "C" [[gnu::used]] void hunt_run_thread_at(Home* home) {
  run_thread_at(home);
}

namespace {

void transfer(std::uint64_t* save, std::uint32_t* own_baton, std::uint64_t to, std::uint64_t thread_pointer,
              std::uint32_t& baton) {
  if (homes.switching == Switching::pthreads) {
    if (own_baton != nullptr) __atomic_store_n(own_baton, 0, __ATOMIC_RELAXED);
    set_and_wake(baton);
    if (own_baton != nullptr) wait_while(*own_baton, 0);
    return;
  }
  if (!homes.no_kernel) set_thread_pointer_by_kernel(thread_pointer);
  hunt_switch(save, to, thread_pointer, homes.no_kernel ? 1 : 0);
}

// For a pthread that is given another thread: from the beginning of its stack.
[[noreturn]] void begin_fresh(Home& home) {
  home.begins = false;
  std::uint64_t unused;
  hunt_switch(&unused, home.stack_pointer, 0, 0);
  __builtin_unreachable();
}

// A pthread stands where its last thread was left. It may be woken for another one, which lives here now.
void begin_if_fresh(Home& home) {
  if (homes.switching == Switching::pthreads && home.begins) begin_fresh(home);
}

// On the stack aside: the stack itself is left to the threads of the program, which begin at the same address either way.
void stay_aside(void* argument) {
  Home& home = *static_cast<Home*>(argument);
  set_and_wake(home.ready);
  if (homes.switching == Switching::pthreads) {
    wait_while(home.baton, 0);
    begin_fresh(home);
  }
  for (;;) kernel(SYS_pause);
}

void* live_at_home(void* argument) {
  Home& home = *static_cast<Home*>(argument);
  home.thread_pointer = thread_pointer_now();
  home.pthread = reinterpret_cast<pthread_t>(home.thread_pointer);
  if (homes.block_count == 0) dl_iterate_phdr(find_block, nullptr);
  hunt_leave(&home.fresh_stack_pointer, home.stack_aside + aside_bytes - 64, stay_aside, &home);
  return nullptr;
}

Home* build_home() {
  if (homes.count == most_homes) give_up("more than 512 threads alive at once");
  Home& home = homes.all[homes.count];
  home.stack = static_cast<char*>(
      reserve_memory(Home::stack_bytes, reinterpret_cast<void*>(first_stack + homes.count * Home::distance)));
  home.stack_aside = static_cast<char*>(reserve_memory(aside_bytes));
  ++homes.count;
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstack(&attributes, home.stack, Home::stack_bytes);
  pthread_t made;
  if (real().pthread_create(&made, &attributes, live_at_home, &home) != 0) give_up("the system makes no more threads");
  wait_while(home.ready, 0);
  return &home;
}

}  // namespace

void prepare_homes(Switching switching) {
  constexpr unsigned long hwcap2_fsgsbase = 2;
  homes.all = reserve_array<Home>(most_homes);
  homes.switching = switching;
  homes.no_kernel = (getauxval(AT_HWCAP2) & hwcap2_fsgsbase) != 0;
  homes.driver_thread_pointer = thread_pointer_now();
  // The C library says in a global that no second thread was ever made, and reference counts believe it. It must be false
  // before globals are kept.
  leave_home(take_home());
}

Home* take_home() {
  Home* found = nullptr;
  for (std::uint32_t i = 0; i < homes.count && found == nullptr; ++i) {
    if (!homes.all[i].busy) found = &homes.all[i];
  }
  if (found == nullptr) found = build_home();
  found->busy = true;
  refresh(*found);
  return found;
}

void leave_home(Home* home) {
  home->busy = false;
}

void empty_all_homes() {
  for (std::uint32_t i = 0; i < homes.count; ++i) homes.all[i].busy = false;
}

void switch_from_driver(Home* to) {
  homes.driver_baton = 0;
  if (homes.switching == Switching::pthreads) {
    set_and_wake(to->baton);
    wait_while(homes.driver_baton, 0);
    return;
  }
  transfer(&homes.driver_stack_pointer, nullptr, to->stack_pointer, to->thread_pointer, to->baton);
}

void switch_between(Home* from, Home* to) {
  transfer(&from->stack_pointer, &from->baton, to->stack_pointer, to->thread_pointer, to->baton);
  begin_if_fresh(*from);
}

void switch_to_driver(Home* from) {
  transfer(&from->stack_pointer, &from->baton, homes.driver_stack_pointer, homes.driver_thread_pointer,
           homes.driver_baton);
  begin_if_fresh(*from);
}

}  // namespace contend::hunt
