#pragma once

#include <cstddef>
#include <cstdint>

// In every test program, operator new and what oneTBB's containers allocate with are those of allocation_faults.cpp:
// they count, and fail when they are told to. Memory that a library takes with malloc for itself is not seen. Not under
// ThreadSanitizer, which has its own: its preset leaves the tests out that need them.
namespace contend {

// Bytes that the program holds now, as the allocator rounds them.
std::size_t allocated_bytes();

// Watches from its making on how much the program held at the most. One at a time.
class AllocationPeak {
 public:
  AllocationPeak();
  // More than when it was made.
  std::size_t bytes() const;

 private:
  std::size_t before_;
};

// While it lives, the `nth` allocation of the process from its making on, by whichever thread, throws std::bad_alloc
// (the nothrow forms answer nullptr); those before and after it succeed. One at a time.
class AllocationFault {
 public:
  explicit AllocationFault(std::uint64_t nth);  // from 1
  ~AllocationFault();
  AllocationFault(const AllocationFault&) = delete;
  AllocationFault& operator=(const AllocationFault&) = delete;

  bool fired() const;  // whether that allocation was asked for
  static void stop();  // no allocation fails from here on
};

}  // namespace contend
